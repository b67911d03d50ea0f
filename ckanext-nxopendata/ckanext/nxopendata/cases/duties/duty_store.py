"""Duties as they come and go with a permission, and the files that a violated one closes. Nothing here commits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import DutyRule
from ckanext.nxopendata.cases.duties.models import Duty
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest
from ckanext.nxopendata.core.timezone import today


def list_duties(case_id: str) -> list[Duty]:
    """Return the duties of a case, the first due first."""
    return list(model.Session.scalars(sa.select(Duty).where(Duty.case_id == case_id).order_by(Duty.due, Duty.id)))


def begin(case: Case) -> None:
    """Put down what has to be done first while the permission is in force; what was open of an earlier one is void."""
    _close(case)
    for rule in registry.kinds()[case.kind].duties:
        if rule.every:
            _add_next(case, rule, today())


def end(case: Case) -> None:
    """Put down what has to be done after the end of the permission; no more reports are due."""
    _close(case)
    for rule in registry.kinds()[case.kind].duties:
        if rule.after_end:
            model.Session.add(Duty(case_id=case.id, name=rule.name, due=today() + dt.timedelta(days=rule.after_end)))
    model.Session.flush()


def perform(case: Case, duty: Duty, statement: str) -> None:
    """Note that a duty was done; the next one of its kind begins."""
    duty.performed, duty.statement = today(), statement
    kind = registry.kinds()[case.kind]
    if (rule := kind.duty_by_name.get(duty.name)) and rule.every and kind.state_by_name[case.state].in_force:
        _add_next(case, rule, max(duty.due, today()))


def _add_next(case: Case, rule: DutyRule, after: dt.date) -> None:
    due = after + dt.timedelta(days=rule.every)
    if due.isoformat() <= case.answers.get("agreed_ends", ""):
        model.Session.add(Duty(case_id=case.id, name=rule.name, due=due))
        model.Session.flush()


def _close(case: Case) -> None:
    for duty in list_duties(case.id):
        duty.void = duty.void or duty.performed is None


def list_violated(dataset_ids: Collection[str], user_id: str) -> list[tuple[Case, Duty]]:
    """Return the duties of a user on some datasets that are over their day, the oldest first, each with its case."""
    query = (
        sa.select(Case, Duty)
        .join(Duty, Duty.case_id == Case.id)
        .where(
            Case.dataset_id.in_(dataset_ids),
            Case.applicant_id == user_id,
            Duty.performed.is_(None),
            Duty.void.is_(False),
            Duty.due < today(),
        )
        .order_by(Duty.due)
    )
    return [(row[0], row[1]) for row in model.Session.execute(query)]


def judge(asked: Sequence[FileRequest]) -> dict[str, Access]:
    """Refuse the files of a dataset to who has not done a duty in time; it is open again once the duty is done."""
    user = asked[0].user
    if user is None:
        return {}
    message = tk._("Your permission is suspended: a duty of {number} was due on {day}. It is restored once you did it.")
    refusals: dict[str, Access] = {}
    for case, duty in list_violated({one.dataset.id for one in asked}, user.id):
        text = message.format(number=case.number, day=duty.due.isoformat())
        refusals.setdefault(case.dataset_id, Access(False, "duty", text, personal=True))
    return {one.resource.id: refusals[one.dataset.id] for one in asked if one.dataset.id in refusals}
