"""Filing of projects (分工方案三（五）): what states a filing has, who moves it, and its number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core import codelists, departments, workflow
from ckanext.nxopendata.core.batch_memo import memo_scope
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.workflow import Transition, transition
from ckanext.nxopendata.register import config, roles
from ckanext.nxopendata.register.entries import entry_store
from ckanext.nxopendata.register.projects import red_flags, review
from ckanext.nxopendata.register.projects.models import Project

DRAFT, SUBMITTED, FILED, CONDITIONAL, RETURNED, REFUSED = (
    "draft",
    "submitted",
    "filed",
    "conditional",
    "returned",
    "refused",
)
EDITABLE = (DRAFT, RETURNED)
LOCK = 640_005
"""Key of the advisory lock that gives out filing numbers one after the other."""


STEPS = (
    *transition("submit", (DRAFT, RETURNED), SUBMITTED, roles.EDITOR),
    *transition("recall", SUBMITTED, DRAFT, roles.EDITOR),
    *transition("file", SUBMITTED, FILED, roles.OFFICE),
    *transition("file_with_conditions", SUBMITTED, CONDITIONAL, roles.OFFICE, opinion=True),
    *transition("return", SUBMITTED, RETURNED, roles.OFFICE, opinion=True),
    *transition("refuse", SUBMITTED, REFUSED, roles.OFFICE, opinion=True),
)
"""The steps of a filing; the opinion says the conditions, or the reason."""


WANT_SIGNATURES = ("file", "file_with_conditions")
"""Steps for which every office must have signed."""


def possible_steps(project: Project, mine: Collection[str]) -> list[Transition]:
    """The steps of a project that somebody with these roles may take now."""
    found = workflow.list_possible(STEPS, state_of(project), mine)
    if state_of(project) == SUBMITTED and review.next_signer(project):
        found = [step for step in found if step.action not in WANT_SIGNATURES]
    if any(row.verdict == review.OBJECT for row in review.list_signatures(project)):
        found = [step for step in found if step.action != "file"]
    return found


def find_project(reference: str) -> Project | None:
    """The project with this id or name."""
    return entry_store.find(Project, reference)


def list_projects(owner_orgs: Collection[str] | None = None) -> list[Project]:
    """The projects of some departments (ids), of all for None; the newest first."""
    query = sa.select(Project)
    if owner_orgs is not None:
        query = query.where(Project.owner_org.in_(list(owner_orgs)))
    return list(model.Session.scalars(query.order_by(Project.created.desc(), Project.title)))


def list_by_system(owner_orgs: Collection[str], language: str) -> dict[str, list[dict[str, str]]]:
    """The projects of some departments (ids) by the id of the systems that they name, refused ones left out."""
    found: dict[str, list[dict[str, str]]] = {}
    with memo_scope():
        for project in list_projects(owner_orgs):
            state = state_of(project)
            if state == REFUSED:
                continue
            row = {
                "name": project.name,
                "title": project.title,
                "state_label": codelists.label("filing_state", state, language),
            }
            for system in review.resolve_systems(project.owner_org, project.fields.get("nx_systems") or [])[0]:
                found.setdefault(system.id, []).append(row)
    return found


def state_of(project: Project) -> str:
    """Where its filing stands."""
    return project.fields.get("nx_filing_state") or DRAFT


def to_api(
    project: Project, language: str, mine: Collection[str] = (), facts: red_flags.Facts | None = None
) -> dict[str, Any]:
    """A project as the API gives it, with the steps that are open to somebody with these roles."""
    state = state_of(project)
    signer = review.next_signer(project) if state == SUBMITTED else ""
    return {
        "id": project.id,
        "name": project.name,
        "title": project.title,
        "owner_org": project.owner_org,
        "department": departments.title(project.owner_org, language),
        **dict(sorted(project.fields.items())),
        "nx_filing_state": state,
        "state_label": codelists.label("filing_state", state, language),
        "steps": [{"action": step.action, "opinion": step.opinion} for step in possible_steps(project, mine)],
        "systems": [
            {"id": system.id, "name": system.name, "title": system.title}
            for system in review.resolve_systems(project.owner_org, project.fields.get("nx_systems") or [])[0]
        ],
        "flags": [review.flag_to_api(flag) for flag in review.list_flags(project, facts)],
        "missing": review.list_missing(project) if state in EDITABLE else [],
        "signatures": [
            {
                "office": row.office,
                "title": departments.title(config.supervisor(row.office), language),
                "verdict": row.verdict,
                "opinion": row.opinion,
                "user": row.user_name,
                "time": row.time.isoformat(),
            }
            for row in review.list_signatures(project)
        ],
        "next_signer": {"office": signer, "title": departments.title(config.supervisor(signer), language)}
        if signer
        else None,
        "signs": signer in mine,
    }


def take_step(project: Project, action: str, user: str, mine: Collection[str], opinion: str = "") -> None:
    """Take one step of a filing.

    Raises:
        tk.NotAuthorized: the step is for others.
        tk.ValidationError: the state has no such step; the opinion is missing.
    """
    try:
        step = workflow.find_step(STEPS, action, state_of(project), mine)
    except workflow.TransitionError as error:
        if error.forbidden:
            raise tk.NotAuthorized(tk._("This step is for somebody else to take")) from None
        raise tk.ValidationError(
            {"action": [tk._("This step is not possible now; look at the current state")]}
        ) from None
    opinion = opinion.strip()
    if step.opinion and not opinion:
        raise tk.ValidationError({"opinion": [tk._("Say why, or on what conditions")]})
    _check(project, action, opinion)
    changes: dict[str, Any] = {"nx_filing_state": step.target}
    if step.target == CONDITIONAL:
        changes["nx_conditions"] = opinion
    if step.target in (FILED, CONDITIONAL) and not project.fields.get("nx_filing_number"):
        changes["nx_filing_number"] = _next_number()
    entry_store.update(project, user, changes, action=action, opinion=opinion)


def _check(project: Project, action: str, opinion: str) -> None:
    """Refuse to submit what lacks a field that the plan names, and to file what is not signed or not explained."""
    if action == "submit":
        if missing := review.list_missing(project):
            raise tk.ValidationError({name: [tk._("Fill this in before you submit the project")] for name in missing})
        review.clear_signatures(project)
    if action in WANT_SIGNATURES and review.next_signer(project):
        raise tk.ValidationError({"action": [tk._("Not all offices have signed yet")]})
    if action != "file":
        return
    if any(row.verdict == review.OBJECT for row in review.list_signatures(project)):
        raise tk.ValidationError({"action": [tk._("An office objects: file on conditions, return or refuse it")]})
    if not opinion and review.list_flags(project):
        message = tk._("There are red flags: say why the project is filed all the same")
        raise tk.ValidationError({"opinion": [message]})


def _next_number() -> str:
    """The next filing number of the year, ``2026-0012``; in the session's transaction, one caller at a time."""
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    year = today().year
    number = Project.fields["nx_filing_number"].astext
    taken = model.Session.scalars(sa.select(number).where(number.like(f"{year}-%")))
    last = max((int(each.partition("-")[2]) for each in taken), default=0)
    return f"{year}-{last + 1:04d}"
