"""Who works for which department and for the supervising office, and whom review does not touch."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.core import config, departments
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE

OFF = "off"
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


def is_office(user: str | None) -> bool:
    """Return whether the user works for the supervising organisation, as its editor or administrator."""
    office = office_id()
    return bool(user and office) and authz.users_role_for_group_or_org(office, user) in ("admin", "editor")


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
