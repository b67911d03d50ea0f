"""Who stands where in the register.

A department's members read its rows, its editors fill them in, its administrator is its head. The supervising
offices read all rows; among them the informatisation office decides, the finance department keeps exemptions
from the funding rule, and the audit office changes nothing but its findings.
"""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.core.batch_memo import memoized
from ckanext.nxopendata.register import config

READER, EDITOR, HEAD = "reader", "editor", "head"
OFFICE, AUDIT, DEVELOPMENT, FINANCE, _GENERAL_OFFICE, ESTABLISHMENT = config.OFFICES
SUPERVISORS = frozenset(config.OFFICES)
COLLECTORS = frozenset({OFFICE, DEVELOPMENT})
"""Who brings tables 4 and 5 of any department: they are sent in to the development commission (plan, 加强组织领导),
and the informatisation office keeps the register."""
ALL = SUPERVISORS | {READER, EDITOR, HEAD}


def find_roles(user: str | None, owner_org: str | None) -> frozenset[str]:
    """The roles of a user (name) towards the rows of a department (id); all of them for system administrators."""
    if not user:
        return frozenset()
    return memoized((find_roles, user, owner_org), lambda: _read_roles(user, owner_org))


def _read_roles(user: str, owner_org: str | None) -> frozenset[str]:
    if authz.is_sysadmin(user):
        return ALL
    found = set(supervising_offices(user))
    role = authz.users_role_for_group_or_org(owner_org, user) if owner_org else None
    if role:
        found.add(READER)
    if role in ("admin", "editor"):
        found.add(EDITOR)
    if role == "admin":
        found.add(HEAD)
    return frozenset(found)


def supervising_offices(user: str | None) -> frozenset[str]:
    """Which supervising offices a user (name) works for: as administrator or editor of the organisation.

    Of the audit office any member will do: there it is the role of those who read and change nothing.
    """
    if not user:
        return frozenset()
    if authz.is_sysadmin(user):
        return SUPERVISORS
    names = {office: name for office in config.OFFICES if (name := config.supervisor(office))}
    if not names:
        return frozenset()
    mine = set(_organization_names(user, ("admin", "editor")))
    found = {office for office, name in names.items() if name in mine}
    if names.get(AUDIT) in _organization_names(user, ("member",)):
        found.add(AUDIT)
    return frozenset(found)


def is_auditor(user: str | None) -> bool:
    """Whether a user (name) keeps findings: administrators and editors of the audit office."""
    if not user:
        return False
    return authz.is_sysadmin(user) or config.supervisor(AUDIT) in _organization_names(user, ("admin", "editor"))


def sees_all(user: str | None) -> bool:
    """Whether a user (name) sees the rows of every department."""
    return bool(supervising_offices(user))


def departments(user: str | None, *, write: bool = False) -> list[str]:
    """The ids of the departments that a user (name) belongs to; with ``write``, where they fill in the rows."""
    if not user:
        return []
    capacities = ("admin", "editor") if write else ("admin", "editor", "member")
    return [row[0] for row in model.Session.execute(_memberships(user, capacities))]


def _organization_names(user: str, capacities: tuple[str, ...]) -> list[str]:
    return [row[1] for row in model.Session.execute(_memberships(user, capacities))]


def _memberships(user: str, capacities: tuple[str, ...]) -> Any:
    group: Any = model.Group
    return (
        sa.select(group.id, group.name)
        .join(model.Member, model.Member.group_id == group.id)
        .join(model.User, model.Member.table_id == model.User.id)
        .where(
            model.User.name == user,
            model.User.state == "active",
            model.Member.table_name == "user",
            model.Member.state == "active",
            model.Member.capacity.in_(capacities),
            group.is_organization,
            group.state == "active",
        )
    )
