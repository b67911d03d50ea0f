"""Who a user is in a case: who applies, who answers, who supervises."""

from __future__ import annotations

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ANYONE, APPLICANT, OPEN, Kind
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE


def find_roles(user: model.User | None, case: Case) -> set[str]:
    """Return the roles of a user in a case; those of the office answer where no department does.

    The department that forwarded a case goes on taking part: what has to be corrected is its own.
    """
    if user is None:
        return set()
    found: set[str] = set()
    if case.applicant_id == user.id or (case.applicant_org and case.applicant_org in roles.list_departments(user)):
        found.add(APPLICANT)
    for department in filter(None, (case.owner_org, case.forwarded_by)):
        found |= roles.find_roles(user.name, department)
    if roles.is_office(user.name) or authz.is_sysadmin(user.name):
        found |= {OFFICE} if case.owner_org else {EDITOR, HEAD, OFFICE}
    return found


def find_acting_roles(user: model.User | None, case: Case) -> set[str]:
    """Return the roles in which a user may take steps of a case: who applied decides nothing in it."""
    held = find_roles(user, case)
    return held & {APPLICANT} if is_own(user, case) else held


def is_own(user: model.User | None, case: Case) -> bool:
    """Return whether a user applied in person; what anybody writes on a page asks for nothing and is nobody's own."""
    kind = registry.kinds().get(case.kind)
    applies = kind is not None and kind.applicants != ANYONE
    return applies and user is not None and case.applicant_id == user.id


def require_roles(context: Context, data_dict: DataDict) -> set[str]:
    """Return the roles of the caller in the case that a call names, one at least.

    Raises:
        tk.ObjectNotFound: there is none, or the caller takes no part in it, which is answered alike: nobody learns from
            an id whether somebody has a case.
    """
    case = model.Session.get(Case, str(data_dict.get("id") or "").replace("\0", ""))
    found = find_roles(model.User.get(context.get("user") or ""), case) if case is not None else set()
    if not found:
        raise tk.ObjectNotFound(tk._("There is no such case"))
    return found


def find_turn(case: Case) -> str:
    """Return who is to act on a case that is with those who answer: ``editor`` for the department, or ``office``."""
    kind = registry.kinds()[case.kind]
    return OFFICE if case.state in list_office_states(kind) else EDITOR


def list_office_states(kind: Kind) -> list[str]:
    """Return the open states of a kind in which the office alone goes on."""
    states = []
    for state in kind.states:
        roles_then = {role for step in kind.steps if state.name in step.sources for role in step.roles}
        if state.phase == OPEN and OFFICE in roles_then and not roles_then & {EDITOR, HEAD}:
            states.append(state.name)
    return states


def is_supervisor(user: model.User | None) -> bool:
    """Return whether a user sees the cases of all departments."""
    return user is not None and (roles.is_office(user.name) or authz.is_sysadmin(user.name))


def list_people(case: Case, role: str) -> list[model.User]:
    """Return the active users who have a role in a case, for what they are told."""
    if role == APPLICANT:
        found = model.User.get(case.applicant_id)
        return [found] if found is not None and found.state == "active" else []
    if role == OFFICE or not case.owner_org:
        return roles.people(roles.office_id(), ("admin", "editor"))
    return roles.people(case.owner_org, ("admin",) if role == HEAD else ("admin", "editor"))
