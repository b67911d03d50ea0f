"""Who a user is in a case: who applies, who answers, who supervises."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE


def find_roles(user: model.User | None, case: Case) -> set[str]:
    """Return the roles of a user in a case; those of the office answer where no department does."""
    if user is None:
        return set()
    found: set[str] = set()
    if case.applicant_id == user.id or (case.applicant_org and case.applicant_org in list_departments(user)):
        found.add(APPLICANT)
    found |= roles.find_roles(user.name, case.owner_org) if case.owner_org else set()
    if roles.is_office(user.name) or authz.is_sysadmin(user.name):
        found |= {OFFICE} if case.owner_org else {EDITOR, HEAD, OFFICE}
    return found


def list_departments(user: model.User) -> list[str]:
    """Return the ids of the departments that a user works for, as editor or administrator."""
    member: Any = model.Member
    query = (
        sa.select(member.group_id)
        .join(model.Group, model.Group.id == member.group_id)
        .where(
            member.table_id == user.id,
            member.table_name == "user",
            member.state == "active",
            member.capacity.in_(("admin", "editor")),
            model.Group.is_organization,
            model.Group.state == "active",
        )
        .order_by(model.Group.name)
    )
    return list(model.Session.scalars(query))


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
