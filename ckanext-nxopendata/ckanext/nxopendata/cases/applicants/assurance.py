"""How sure it is who applies: the levels, and which of them a user has."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.nxopendata.cases.applicants.models import ConfirmedAddress, Organisation
from ckanext.nxopendata.cases.definitions.kind import LEVELS
from ckanext.nxopendata.core import roles

ASKED, CONFIRMED, REFUSED = "asked", "confirmed", "refused"


def require_user(context: Context) -> model.User:
    """Return who calls an action.

    Raises:
        tk.NotAuthorized: nobody who is signed in.
    """
    user = model.User.get(context.get("user") or "")
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to do this"))
    return user


def find_level(user: model.User | None) -> str:
    """Return the highest level of a user: ``none``, ``account``, ``email``, ``organisation`` or ``department``."""
    if user is None:
        return "none"
    if user.sysadmin or bool(roles.list_departments(user)):
        return "department"
    if find_organisation(user.id, CONFIRMED) is not None and is_confirmed(user):
        return "organisation"
    return "email" if is_confirmed(user) else "account"


def is_reached(level: str, needed: str) -> bool:
    """Return whether a level is enough.

    >>> is_reached("organisation", "email"), is_reached("account", "email")
    (True, False)
    """
    return LEVELS.index(level) >= LEVELS.index(needed)


def is_confirmed(user: model.User) -> bool:
    """Return whether the address that a user has now is known to reach them."""
    row = model.Session.get(ConfirmedAddress, user.id)
    return row is not None and bool(user.email) and row.email.casefold() == user.email.casefold()


def may_be_written_to(user: model.User) -> bool:
    """Return whether letters go to a user: to a confirmed address, and to staff, whose accounts the office makes."""
    return bool(user.email) and (is_confirmed(user) or user.sysadmin or bool(roles.list_departments(user)))


def confirm(user: model.User) -> None:
    """Remember that the address of a user reaches them. The caller commits."""
    model.Session.merge(ConfirmedAddress(user_id=user.id, email=user.email))


def find_organisation(user_id: str, *states: str) -> Organisation | None:
    """Return the newest organisation that a user named, in one of these states (all without any)."""
    query = sa.select(Organisation).where(Organisation.user_id == user_id).order_by(Organisation.created.desc())
    if states:
        query = query.where(Organisation.state.in_(states))
    return model.Session.scalars(query.limit(1)).first()
