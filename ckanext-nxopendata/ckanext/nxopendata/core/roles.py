"""Who works for which department and for the supervising office, and whom review does not touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import AuthResult, Context

from ckanext.nxopendata.core import config, departments
from ckanext.nxopendata.core.batch_memo import memoized
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE

OFF = "off"
TRUSTED = "trusted"
PUBLISHING = "nx_publishing"
"""Key of the context of a write that carries out a decision."""


def review_mode(organization: model.Group | None) -> str:
    """Return how a department's datasets are reviewed: ``off``, ``office`` (two levels), ``trusted`` (its head)."""
    return departments.extras(organization).get("nx_review_mode") or config.default_review_mode()


def needs_review(context: Context, organization: str | None) -> bool:
    """Return whether a write in ``context`` to a dataset of the department (id or name) has to be reviewed.

    Harvests and other jobs of the portal itself write with ``ignore_auth``; they and the system administrators
    publish directly.
    """
    if context.get("ignore_auth") or context.get(PUBLISHING) or not organization:
        return False
    if authz.is_sysadmin(context.get("user")):
        return False
    department = model.Group.get(organization)
    return department is not None and review_mode(department) != OFF


def find_roles(user: str | None, organization_id: str) -> set[str]:
    """Return the roles of a user (name) in the review of a department's datasets.

    An editor of the department is ``editor``; its administrator is ``head`` too; editors and administrators of
    the supervising organisation are ``office``; system administrators are all.
    """
    return set(memoized((find_roles, user, organization_id), lambda: _find_roles(user, organization_id)))


def _find_roles(user: str | None, organization_id: str) -> set[str]:
    if not user:
        return set()
    if authz.is_sysadmin(user):
        return {EDITOR, HEAD, OFFICE}
    roles: set[str] = set()
    role = authz.users_role_for_group_or_org(organization_id, user)
    if role in ("admin", "editor"):
        roles.add(EDITOR)
    if role == "admin":
        roles.add(HEAD)
    if is_office(user):
        roles.add(OFFICE)
    return roles


def may_publish(user: str | None, organization_id: str | None) -> bool:
    """Return whether a user (name) publishes what a reviewed department (id) changes.

    The supervising office does; where the department publishes by itself (``trusted``), its head.
    """
    mode = review_mode(model.Group.get(organization_id)) if organization_id else OFF
    if not organization_id or mode == OFF:
        return False
    return (HEAD if mode == TRUSTED else OFFICE) in find_roles(user, organization_id)


def is_office(user: str | None) -> bool:
    """Return whether the user works for the supervising organisation, as its editor or administrator."""
    office = office_id()
    return bool(user and office) and authz.users_role_for_group_or_org(office, user) in ("admin", "editor")


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


def for_office(refusal: Any) -> Callable[[Context, Any], AuthResult]:
    """Return an auth function that allows the supervising office; system administrators may do everything anyway.

    Args:
        refusal: what others are told, a text that is translated when it is shown.
    """

    def allow_office(context: Context, data_dict: Any) -> AuthResult:
        """The supervising office, and system administrators."""
        return {"success": is_office(context.get("user")), "msg": str(refusal)}

    return allow_office


def office_id() -> str | None:
    """Return the id of the supervising organisation; None when none is set or it is not there."""
    name = config.supervising_organization()
    office: Any = model.Group.get(name) if name else None
    return office.id if office else None


def people(organization_id: str | None, capacities: tuple[str, ...]) -> list[model.User]:
    """Return the active users with one of the capacities (``admin``, ``editor``) in an organisation."""
    if not organization_id:
        return []
    query = (
        model.Session.query(model.User)
        .join(model.Member, model.Member.table_id == model.User.id)
        .filter(
            model.Member.group_id == organization_id,
            model.Member.table_name == "user",
            model.Member.state == "active",
            model.Member.capacity.in_(capacities),
            model.User.state == "active",
        )
    )
    return list(query)


def sysadmins() -> list[model.User]:
    """Return the active system administrators, the site's own user aside."""
    query = model.Session.query(model.User).filter(model.User.sysadmin.is_(True), model.User.state == "active")
    return [person for person in query if person.name != tk.config["ckan.site_id"]]
