"""Cases in the database: opening them, moving them along the machine, and what a step does to the dataset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib import search
from ckan.types import Context, ErrorDict

from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.catalogue.schema import checks, filing_rules, messages
from ckanext.nxopendata.core import batch_memo, roles, workflow
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.core.timezone import today, utc_now
from ckanext.nxopendata.review.pending import difference, pending_changes
from ckanext.nxopendata.review.workflow import notices, publication, state_machine
from ckanext.nxopendata.review.workflow.models import Case, Decision


def find_own_case(dataset_id: str) -> Case | None:
    """The case of a dataset itself; None for one that never went through review."""
    query = sa.select(Case).where(Case.dataset_id == dataset_id, Case.kind == state_machine.NEW)
    return model.Session.scalars(query).first()


def find_own_case_of_many(dataset_id: str) -> Case | None:
    """As :func:`find_own_case`, read once for all datasets of a batch that begins and ends no case meanwhile."""

    def look_up(ids: tuple[str, ...]) -> dict[str, Case]:
        query = sa.select(Case).where(Case.dataset_id.in_(ids), Case.kind == state_machine.NEW)
        return {case.dataset_id: case for case in model.Session.scalars(query)}

    return batch_memo.batched_lookup("own case", dataset_id, look_up)


def find_open_change_of_many(dataset_id: str) -> Case | None:
    """As :func:`find_open_change`, read once for all datasets of a batch that begins and ends no change meanwhile."""

    def look_up(ids: tuple[str, ...]) -> dict[str, Case]:
        query = sa.select(Case).where(
            Case.dataset_id.in_(ids), Case.kind == state_machine.CHANGE, Case.state.not_in(state_machine.CLOSED)
        )
        return {case.dataset_id: case for case in model.Session.scalars(query)}

    return batch_memo.batched_lookup("open change", dataset_id, look_up)


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
    return find_mode_of(case.owner_org)


def find_mode_of(organization: str) -> str:
    """How the cases of a department (id) are reviewed."""
    found = roles.review_mode(model.Group.get(organization))
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
    opinion = opinion.strip()
    try:
        arrow = find_allowed_step(case, action, user, opinion, release_at)
    except (tk.NotAuthorized, tk.ValidationError):
        model.Session.rollback()
        raise
    if action == "submit" and (errors := find_errors(case)):
        raise tk.ValidationError(errors)
    apply_step(case, arrow, user, opinion, release_at)
    return case


def find_allowed_step(
    case: Case, action: str, user: model.User, opinion: str = "", release_at: dt.datetime | None = None
) -> state_machine.Transition:
    """Return the transition that ``action`` means, if the person may take it now and said what it needs.

    Raises:
        tk.NotAuthorized: the step is for others.
        tk.ValidationError: the state has no such step; the opinion or the time is missing.
    """
    held = roles.find_roles(user.name, case.owner_org)
    try:
        arrow = state_machine.find_step(action, case.state, held, find_review_mode(case), case.kind)
    except workflow.TransitionError as problem:
        if problem.forbidden:
            raise tk.NotAuthorized(tk._("This step is for somebody else to take")) from None
        raise tk.ValidationError(
            {"action": [tk._("This step is not possible now; look at the current state")]}
        ) from None
    if arrow.opinion and not opinion.strip():
        raise tk.ValidationError({"opinion": [tk._("Say why, so that the department knows what to mend")]})
    if arrow.target == state_machine.SCHEDULED and (release_at is None or release_at <= utc_now()):
        raise tk.ValidationError({"release_at": [tk._("Give a time in the future")]})
    return arrow


def record_step(
    case: Case,
    arrow: state_machine.Transition,
    user: model.User,
    opinion: str = "",
    release_at: dt.datetime | None = None,
) -> Decision:
    """Write a step into the log and move the case, which is all that happens to its dataset's place in the review.

    Returns:
        The row of the log, which has its id once the session is flushed.
    """
    case.release_at = release_at = release_at if arrow.target == state_machine.SCHEDULED else None
    detail: dict[str, Any] = {}
    if release_at:
        detail["release_at"] = release_at.isoformat()
    if case.payload is not None and arrow.action == "submit":
        detail["changes"] = [[*change.path] for change in list_differences(case)]
    decision = Decision(
        case_id=case.id,
        dataset_id=case.dataset_id,
        action=arrow.action,
        source=arrow.source,
        target=arrow.target,
        user_id=user.id,
        user_name=user.fullname or user.name,
        opinion=opinion,
        detail=detail,
        time=utc_now(),
    )
    model.Session.add(decision)
    if arrow.action == "submit":
        case.author_id = user.id
    case.state = arrow.target
    _set_deadline(case)
    return decision


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
    record_step(case, arrow, user, opinion, release_at)
    case_id = case.id
    if arrow.target == state_machine.PUBLISHED:
        _publish(case, user)
    elif arrow.target == state_machine.WITHDRAWN:
        live = publication.read_live(case.dataset_id)
        publication.write(publication.build_withdrawn(live), user)
        if change := find_open_change(case.dataset_id):
            ended = end_change(change, user, opinion)
            notices.tell_of_step(change, ended, user, opinion, find_review_mode(change))
    case = model.Session.get_one(Case, case_id)  # writing the dataset ended the transaction
    notices.tell_of_step(case, arrow, user, opinion, find_review_mode(case))


def update_index(case: Case) -> None:
    """Index the dataset anew: a step changes who may see it, though the dataset itself stays."""
    if case.kind == state_machine.NEW and model.Package.get(case.dataset_id):
        search.rebuild(case.dataset_id)


def end_change(change: Case, user: model.User, opinion: str) -> state_machine.Transition:
    """End a pending change whose dataset is withdrawn: published later, it would bring the dataset back."""
    arrow = state_machine.find_step("end", change.state, [state_machine.CLOCK], find_review_mode(change), change.kind)
    record_step(change, arrow, user, opinion)
    return arrow


def _publish(case: Case, user: model.User) -> None:
    if model.Package.get(case.dataset_id) is None:
        raise tk.ObjectNotFound(tk._("The dataset is gone"))
    check_own_case(case)
    payload = case.payload or {}
    live = publication.read_live(case.dataset_id)
    publication.write(publication.build_published(case, live), user)
    pending_changes.forget_staged(payload)


def check_own_case(case: Case) -> None:
    """Refuse to publish the change of a dataset that the public does not see.

    Raises:
        tk.ValidationError: the dataset is withdrawn.
    """
    if case.payload is None:
        return
    if (own := find_own_case(case.dataset_id)) and own.state != state_machine.PUBLISHED:
        raise tk.ValidationError({"action": [tk._("The dataset is withdrawn: publish it again before its change")]})


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


def list_findings(
    case: Case, content: Mapping[str, Any] | None = None, batch: checks.Batch | None = None
) -> list[filing_rules.Finding]:
    """What the rules say about the content of the case: what is missing, and the warnings.

    Args:
        content: as :func:`load_content` gives it, where it was read already.
        batch: what :func:`checks.prepare` read for many.
    """
    dataset = load_content(case) if content is None else content
    beside = [finding for finding in checks.look_up(dataset, batch) if finding.level == filing_rules.WARNING]
    return filing_rules.find_missing(dataset) + filing_rules.check(dataset) + beside


def find_errors(case: Case, content: Mapping[str, Any] | None = None, batch: checks.Batch | None = None) -> ErrorDict:
    """Return what keeps the case from being submitted, by field; empty when nothing does.

    Args:
        content, batch: as for :func:`list_findings`.
    """
    errors: dict[str, list[str]] = {}
    content = load_content(case) if content is None else content
    for finding in list_findings(case, content, batch):
        if finding.level == filing_rules.ERROR:
            text = messages.finding_text(finding, reader_language())
            errors.setdefault(finding.field.split(".")[0], []).append(text)
    if against := objections.find_objections(content):
        errors.setdefault("resources", []).extend(against)
    return {name: list(dict.fromkeys(texts)) for name, texts in errors.items()}


def remember(case_id: str, dataset: model.Package, title: str | None = None) -> None:
    """Keep a case's department and title in step with the dataset, or with the title of its pending change."""
    case = model.Session.get_one(Case, case_id)
    case.owner_org, case.title = dataset.owner_org or "", title or dataset.title or dataset.name
    model.Session.flush()
