"""Cases in the database: opening them, moving them along the machine, and what a step does to the dataset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib import search
from ckan.types import Context

from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.catalogue.schema import checks, filing_rules, messages
from ckanext.nxopendata.core import roles, workflow
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.core.timezone import today, utc_now
from ckanext.nxopendata.review.pending import difference, pending_changes
from ckanext.nxopendata.review.workflow import notices, state_machine
from ckanext.nxopendata.review.workflow.models import Case, Decision


def find_own_case(dataset_id: str) -> Case | None:
    """The case of a dataset itself; None for one that never went through review."""
    query = sa.select(Case).where(Case.dataset_id == dataset_id, Case.kind == state_machine.NEW)
    return model.Session.scalars(query).first()


def find_open_change(dataset_id: str) -> Case | None:
    """The pending change of a dataset, if there is one."""
    query = sa.select(Case).where(
        Case.dataset_id == dataset_id, Case.kind == state_machine.CHANGE, Case.state.not_in(state_machine.CLOSED)
    )
    return model.Session.scalars(query).first()


def find(reference: str) -> Case | None:
    """The case with this id; else the pending change of the dataset with this id or name, else its own case."""
    case = model.Session.get(Case, reference)
    if case is not None:
        return case
    dataset = model.Package.get(reference)
    return (find_open_change(dataset.id) or find_own_case(dataset.id)) if dataset else None


def ensure(dataset: model.Package, user_id: str) -> Case:
    """The dataset's own case; made now, in the state it shows, if the dataset was written without review."""
    case = find_own_case(dataset.id)
    if case is None:
        # A dataset that is not open is private, published or not; what was written without review counts as published.
        public = dataset.state == "active" and (not dataset.private or _not_open(dataset))
        state = state_machine.PUBLISHED if public else state_machine.DRAFT
        case = Case(kind=state_machine.NEW, state=state, **_facts(dataset, user_id))
        model.Session.add(case)
        model.Session.flush()
    return case


def begin(dataset: model.Package, user_id: str) -> Case:
    """Open the case of a dataset that was just created for review."""
    case = Case(kind=state_machine.NEW, state=state_machine.DRAFT, **_facts(dataset, user_id))
    model.Session.add(case)
    model.Session.flush()
    return case


def begin_change(dataset: model.Package, base: Mapping[str, Any], payload: Mapping[str, Any], user_id: str) -> Case:
    """Open a pending change of a published dataset."""
    ensure(dataset, user_id)
    case = Case(
        kind=state_machine.CHANGE,
        state=state_machine.DRAFT,
        base=pending_changes.select_changeable(base),
        payload=dict(payload),
        **_facts(dataset, user_id),
    )
    model.Session.add(case)
    model.Session.flush()
    return case


def _facts(dataset: model.Package, user_id: str) -> dict[str, Any]:
    return {
        "dataset_id": dataset.id,
        "owner_org": dataset.owner_org or "",
        "title": dataset.title or dataset.name,
        "author_id": user_id,
    }


def _not_open(dataset: model.Package) -> bool:
    return dataset.extras.get("nx_is_open") == "0"


def find_review_mode(case: Case) -> str:
    """How the case is reviewed. A department whose review was switched off meanwhile ends it as before."""
    found = roles.review_mode(model.Group.get(case.owner_org))
    return state_machine.BY_OFFICE if found == roles.OFF else found


def take_step(
    case_id: str, action: str, user: model.User, opinion: str = "", release_at: dt.datetime | None = None
) -> Case:
    """Take one step of a case, as a person.

    Args:
        release_at: when to publish, UTC; for ``schedule`` only.

    Raises:
        tk.ObjectNotFound: no such case.
        tk.NotAuthorized: the step is for others.
        tk.ValidationError: the state has no such step; the opinion or the time is missing; the dataset is not
            complete (on ``submit``) or cannot be written (on ``publish``).
    """
    case = model.Session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise tk.ObjectNotFound(tk._("There is no such review"))
    found = roles.find_roles(user.name, case.owner_org)
    try:
        arrow = state_machine.find_step(action, case.state, found, find_review_mode(case), case.kind)
    except workflow.TransitionError as problem:
        model.Session.rollback()
        if problem.forbidden:
            raise tk.NotAuthorized(tk._("This step is for somebody else to take")) from None
        raise tk.ValidationError(
            {"action": [tk._("This step is not possible now; look at the current state")]}
        ) from None
    opinion = opinion.strip()
    if arrow.opinion and not opinion:
        raise tk.ValidationError({"opinion": [tk._("Say why, so that the department knows what to mend")]})
    if arrow.target == state_machine.SCHEDULED and (release_at is None or release_at <= utc_now()):
        raise tk.ValidationError({"release_at": [tk._("Give a time in the future")]})
    if action == "submit":
        _complete(case)
    apply_step(case, arrow, user, opinion, release_at)
    return case


def apply_step(
    case: Case,
    arrow: state_machine.Transition,
    user: model.User,
    opinion: str = "",
    release_at: dt.datetime | None = None,
) -> None:
    """Carry out a transition that was found to be allowed: state, log, dataset, notices.

    The caller commits, then calls :func:`update_index`.
    """
    case.release_at = release_at = release_at if arrow.target == state_machine.SCHEDULED else None
    detail: dict[str, Any] = {}
    if release_at:
        detail["release_at"] = release_at.isoformat()
    if case.payload is not None and arrow.action == "submit":
        detail["changes"] = [[*change.path] for change in list_differences(case)]
    model.Session.add(
        Decision(
            case_id=case.id,
            dataset_id=case.dataset_id,
            action=arrow.action,
            source=case.state,
            target=arrow.target,
            user_id=user.id,
            user_name=user.fullname or user.name,
            opinion=opinion,
            detail=detail,
            time=utc_now(),
        )
    )
    if arrow.action == "submit":
        case.author_id = user.id
    case.state = arrow.target
    _set_deadline(case)
    case_id = case.id
    if arrow.target == state_machine.PUBLISHED:
        _publish(case, user)
    elif arrow.target == state_machine.WITHDRAWN:
        _write("package_patch", {"id": case.dataset_id, "private": True}, user)
        if change := find_open_change(case.dataset_id):  # published later, it would bring the dataset back
            end = state_machine.find_step(
                "end", change.state, [state_machine.CLOCK], find_review_mode(change), change.kind
            )
            apply_step(change, end, user, opinion)
    case = model.Session.get_one(Case, case_id)  # writing the dataset ended the transaction
    notices.tell_of_step(case, arrow, user, opinion, find_review_mode(case))


def update_index(case: Case) -> None:
    """Index the dataset anew: a step changes who may see it, though the dataset itself stays."""
    if case.kind == state_machine.NEW and model.Package.get(case.dataset_id):
        search.rebuild(case.dataset_id)


def _publish(case: Case, user: model.User) -> None:
    dataset = model.Package.get(case.dataset_id)
    if dataset is None:
        raise tk.ObjectNotFound(tk._("The dataset is gone"))
    if case.payload is None:
        _write("package_patch", {"id": dataset.id, "private": _not_open(dataset), "state": "active"}, user)
        return
    if (own := find_own_case(dataset.id)) and own.state != state_machine.PUBLISHED:
        raise tk.ValidationError({"action": [tk._("The dataset is withdrawn: publish it again before its change")]})
    live = tk.get_action("package_show")(_context(user), {"id": dataset.id})
    data = difference.merge(
        case.base or {}, pending_changes.select_changeable(live), case.payload, pending_changes.list_fields()
    )
    data = live | data | {"id": dataset.id}
    if not _not_open_dict(data) and not _not_open(dataset):
        data["private"] = False
    data["resources"] = [pending_changes.attach_staged_file(resource, live) for resource in data["resources"]]
    data.pop("metadata_modified", None)
    _write("package_update", data, user)
    pending_changes.forget_staged(case.payload)


def _not_open_dict(data: Mapping[str, Any]) -> bool:
    return data.get("nx_is_open") == "0"


def _write(action: str, data: dict[str, Any], user: model.User) -> None:
    tk.get_action(action)(_context(user), data)


def _context(user: model.User) -> Context:
    return {"user": user.name, "auth_user_obj": user, "ignore_auth": True, roles.PUBLISHING: True}  # type: ignore


def _set_deadline(case: Case) -> None:
    if case.state not in (state_machine.SUBMITTED, state_machine.PUBLISHING):
        case.deadline, case.deadline_unsure = None, False
        return
    day = today()
    deadline = holidays.calendar().after(day, config.review_days(case.state))
    case.deadline, case.deadline_unsure = deadline.day, bool(deadline.unknown_years)


def load_content(case: Case) -> dict[str, Any]:
    """The dataset that the case is about, as it would be published."""
    show: Context = {"ignore_auth": True}
    live = tk.get_action("package_show")(show, {"id": case.dataset_id})
    return live | (case.payload or {})


def list_differences(case: Case) -> list[difference.Change]:
    """What a pending change alters against the live dataset, field by field; [] for a new dataset."""
    if case.payload is None:
        return []
    return difference.find_changes(case.base or {}, case.payload, pending_changes.list_fields())


def list_findings(case: Case) -> list[filing_rules.Finding]:
    """What the rules say about the content of the case: what is missing, and the warnings."""
    dataset = load_content(case)
    beside = [finding for finding in checks.look_up(dataset) if finding.level == filing_rules.WARNING]
    return filing_rules.find_missing(dataset) + filing_rules.check(dataset) + beside


def _complete(case: Case) -> None:
    errors: dict[str, list[str]] = {}
    for finding in list_findings(case):
        if finding.level == filing_rules.ERROR:
            text = messages.finding_text(finding, reader_language())
            errors.setdefault(finding.field.split(".")[0], []).append(text)
    if against := objections.find_objections(load_content(case)):
        errors.setdefault("resources", []).extend(against)
    if errors:
        raise tk.ValidationError({name: list(dict.fromkeys(texts)) for name, texts in errors.items()})


def remember(case_id: str, dataset: model.Package, title: str | None = None) -> None:
    """Keep a case's department and title in step with the dataset, or with the title of its pending change."""
    case = model.Session.get_one(Case, case_id)
    case.owner_org, case.title = dataset.owner_org or "", title or dataset.title or dataset.name
    model.Session.flush()
