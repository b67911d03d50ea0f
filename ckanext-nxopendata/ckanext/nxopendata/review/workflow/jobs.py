"""What the review does in the background: publishing at the set time."""

from __future__ import annotations

import logging

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.review.workflow import cases, state_machine
from ckanext.nxopendata.review.workflow.models import Case

log = logging.getLogger(__name__)


def release_due(user: model.User) -> list[str]:
    """Publish what was approved for a time that has come; return the ids of the cases. ``user`` signs the log."""
    query = sa.select(Case.id).where(Case.state == state_machine.SCHEDULED, Case.release_at <= utc_now())
    released: list[str] = []
    for case_id in list(model.Session.scalars(query)):
        case = model.Session.get(Case, case_id, with_for_update={"skip_locked": True}, populate_existing=True)
        if case is None or case.state != state_machine.SCHEDULED:
            model.Session.rollback()
            continue
        held, mode, kind = [state_machine.CLOCK], cases.find_review_mode(case), case.kind
        try:
            cases.apply_step(case, state_machine.find_step("release", case.state, held, mode, kind), user)
            _commit(case_id)
            released.append(case_id)
        except (tk.ValidationError, tk.ObjectNotFound) as problem:
            model.Session.rollback()
            log.warning("case %s is not released: %s", case_id, problem)
            case = model.Session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
            back = state_machine.find_step("return", state_machine.SCHEDULED, held, mode, kind)
            with site_language():
                cases.apply_step(case, back, user, _why(problem))
                _commit(case_id)
    return released


def _why(problem: tk.ValidationError | tk.ObjectNotFound) -> str:
    summary = getattr(problem, "error_summary", None)
    reasons = "；".join(f"{field}：{text}" for field, text in summary.items()) if summary else str(problem)
    return tk._("It could not be published at the set time: {reasons}").format(reasons=reasons)


def _commit(case_id: str) -> None:
    model.Session.commit()
    cases.update_index(model.Session.get_one(Case, case_id))
