"""What a step or an edit would do to each of many cases, and why it would be refused. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.bulk_write import rows, serialisation
from ckanext.nxopendata.catalogue.schema import checks
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.batch_memo import memo_scope
from ckanext.nxopendata.core.workflow import Transition
from ckanext.nxopendata.review.workflow import cases, state_machine
from ckanext.nxopendata.review.workflow.helpers import nx_review_field
from ckanext.nxopendata.review.workflow.models import Case

EDIT = "edit"
"""The action that edits fields; all others are steps of the review."""

STEPS = (
    "submit",
    "recall",
    "register",
    "forward",
    "request",
    "revise",
    "publish",
    "return",
    "refuse",
    "withdraw",
    "restore",
    "reopen",
    "discard",
)
"""The steps that are taken for many at once: all but those of the clock, and publication at a set time."""


ANY_OPINION = "-"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to come of one case.

    Attributes:
        step: the transition; None for an edit that leaves the case where it is, and where it is refused.
        texts: what happens, in the reader's language; why not, where it is refused.
        possible: whether it would be done.
    """

    case: Case
    step: Transition | None
    possible: bool
    texts: list[str] = field(default_factory=list)


def forecast_steps(found: Iterable[Case], action: str, user: model.User) -> list[Forecast]:
    """Return what a step would do to each case, once an opinion is given where it needs one."""
    found = list(found)
    with memo_scope(case.dataset_id for case in found):
        packages = rows.load_packages([case.dataset_id for case in found])
        contents: dict[str, dict[str, Any]] = {}
        batch = None
        if action == "submit":
            show: Any = {"ignore_auth": True, "model": model, "session": model.Session}
            contents = {
                case.id: serialisation.show_by_own_schema(packages[case.dataset_id], show) | (case.payload or {})
                for case in found
            }
            batch = checks.prepare(contents.values())
        return [_forecast_step(case, action, user, contents.get(case.id), batch) for case in found]


def needs_opinion(forecasts: Iterable[Forecast]) -> bool:
    """Return whether any of the steps needs an opinion."""
    return any(one.step is not None and one.step.opinion for one in forecasts)


def _forecast_step(
    case: Case, action: str, user: model.User, content: dict[str, Any] | None, batch: checks.Batch | None
) -> Forecast:
    try:
        step = cases.find_allowed_step(case, action, user, ANY_OPINION)
        if action == "submit" and (errors := cases.find_errors(case, content, batch)):
            return Forecast(case, None, False, list_messages(errors))
        if step.target == state_machine.PUBLISHED:
            cases.check_own_case(case)
    except tk.ValidationError as problem:
        return Forecast(case, None, False, list_messages(problem.error_dict))
    except tk.NotAuthorized as problem:
        return Forecast(case, None, False, [str(problem.message)])
    return Forecast(case, step, True, [_describe_effect(case, step)])


def list_messages(errors: Mapping[str, Any]) -> list[str]:
    """Return the messages of a refusal, each with the name of its field."""
    texts: list[str] = []
    for name, found in errors.items():
        label = "" if name in ("action", "opinion", "review", "__before", "__after") else f"{nx_review_field([name])}: "
        texts += [f"{label}{text}" for text in _flatten(found)]
    return list(dict.fromkeys(texts))


def _flatten(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [text for part in found.values() for text in _flatten(part)]
    if isinstance(found, list):
        return [text for part in found for text in _flatten(part)]
    return [str(found)]


def _describe_effect(case: Case, step: Transition) -> str:
    if step.target == state_machine.PUBLISHED:
        if case.payload is not None:
            return tk._("The change takes the place of what the public sees")
        dataset = model.Package.get(case.dataset_id)
        if dataset is not None and dataset.extras.get("nx_is_open") == "0":
            return tk._("Published in the catalogue, not open: the public does not see it")
        return tk._("The public sees it")
    if step.target == state_machine.WITHDRAWN:
        if cases.find_open_change_of_many(case.dataset_id):
            return tk._("The public sees it no more, and its pending change ends")
        return tk._("The public sees it no more")
    texts = {
        state_machine.SUBMITTED: tk._("Waits for the head of the department"),
        state_machine.REGISTERED: tk._("Registered; the department submits it for publication"),
        state_machine.PUBLISHING: tk._("Waits for the supervising office"),
        state_machine.DRAFT: tk._("Becomes a draft, which the department edits"),
        state_machine.REFUSED: tk._("Is closed"),
    }
    return texts[step.target]


def forecast_edits(found: Iterable[Case], user: model.User) -> list[Forecast]:
    """Return what an edit of fields would do to each case."""
    found = list(found)
    with memo_scope(case.dataset_id for case in found):
        return [_forecast_edit(case, user) for case in found]


def _forecast_edit(case: Case, user: model.User) -> Forecast:
    if state_machine.EDITOR not in roles.find_roles(user.name, case.owner_org):
        return Forecast(case, None, False, [tk._("Only the department edits its datasets")])
    change = cases.find_open_change_of_many(case.dataset_id) if case.kind == state_machine.NEW else None
    state = change.state if change else case.state
    if state in state_machine.LOCKED:
        return Forecast(case, None, False, [tk._("The dataset is being reviewed: recall it before you edit it")])
    if state in (state_machine.WITHDRAWN, state_machine.REFUSED):
        text = tk._("The dataset was withdrawn or refused: reopen it before you edit it")
        return Forecast(case, None, False, [text])
    if change or case.kind == state_machine.CHANGE:
        return Forecast(case, None, True, [tk._("Goes into its pending change")])
    if state == state_machine.PUBLISHED:
        if is_reviewed(case, user):
            return Forecast(case, None, True, [tk._("Becomes a pending change, which is reviewed")])
        return Forecast(case, None, True, [tk._("The public sees the edit at once")])
    return Forecast(case, None, True, [tk._("The draft is edited")])


def is_reviewed(case: Case, user: model.User) -> bool:
    """Whether an edit of the published dataset by this user waits for review."""
    if authz.is_sysadmin(user.name):
        return False
    return roles.review_mode(model.Group.get(case.owner_org)) != roles.OFF
