"""Who stands where: how a department is reviewed, which roles a user has, whom review does not touch."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.model as model
from ckan.types import Context

from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.core import departments
from ckanext.nxopendata.review import state_machine

OFF = "off"
PUBLISHING = "nx_publishing"
"""Key of the context of a write that carries out a decision."""


def mode(organization: model.Group | None) -> str:
    """How a department's datasets are reviewed: ``off``, ``office`` (two levels) or ``trusted`` (its head alone)."""
    return departments.extras(organization).get("nx_review_mode") or config.review()


def applies(context: Context, organization: str | None) -> bool:
    """Whether a write in ``context`` to a dataset of the department (id or name) has to be reviewed.

    Harvests and other jobs of the portal itself write with ``ignore_auth``; they and the system administrators
    publish directly.
    """
    if context.get("ignore_auth") or context.get(PUBLISHING) or not organization:
        return False
    if authz.is_sysadmin(context.get("user")):
        return False
    found = model.Group.get(organization)
    return found is not None and mode(found) != OFF


def roles(user: str | None, organization_id: str) -> set[str]:
    """The roles of a user (name) in the review of a department's datasets.

    An editor of the department is ``editor``; its administrator is ``head`` too; editors and administrators of
    the supervising organisation are ``office``; system administrators are all.
    """
    if not user:
        return set()
    if authz.is_sysadmin(user):
        return {state_machine.EDITOR, state_machine.HEAD, state_machine.OFFICE}
    found: set[str] = set()
    role = authz.users_role_for_group_or_org(organization_id, user)
    if role in ("admin", "editor"):
        found.add(state_machine.EDITOR)
    if role == "admin":
        found.add(state_machine.HEAD)
    if is_office(user):
        found.add(state_machine.OFFICE)
    return found


def is_office(user: str | None) -> bool:
    """Whether the user reviews for the supervising organisation."""
    office = office_id()
    return bool(user and office) and authz.users_role_for_group_or_org(office, user) in ("admin", "editor")


def office_id() -> str | None:
    """The id of the supervising organisation; None when none is set or it is not there."""
    name = config.supervising_organization()
    found: Any = model.Group.get(name) if name else None
    return found.id if found else None


def people(organization_id: str | None, capacities: tuple[str, ...]) -> list[model.User]:
    """The active users with one of the capacities (``admin``, ``editor``) in an organisation."""
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
