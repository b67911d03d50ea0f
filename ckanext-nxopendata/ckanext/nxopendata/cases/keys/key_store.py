"""Keys of systems in the database. Nothing here commits."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.cases.keys import scope
from ckanext.nxopendata.cases.keys.models import Key
from ckanext.nxopendata.core.timezone import utc_now

MOST = 20
"""Keys of one account."""


def list_keys(user_id: str) -> list[Key]:
    """Return the keys of an account whose tokens are there, by system, the newest first."""
    query = sa.select(Key).join(model.ApiToken, model.ApiToken.id == Key.token_id).where(Key.user_id == user_id)
    return [key for key in model.Session.scalars(query.order_by(Key.system, Key.created.desc())) if not _is_over(key)]


def create(user: model.User, system: str) -> tuple[Key, str]:
    """Make a key for a system; return it with its token."""
    context: Any = {"ignore_auth": True, "user": user.name}
    made = tk.get_action("api_token_create")(context, {"user": user.name, "name": system})
    key = Key(user_id=user.id, system=system, token_id=made["id"])
    model.Session.add(key)
    model.Session.flush()
    return key, made["token"]


def revoke(key: Key) -> None:
    """End a key now."""
    model.Session.execute(sa.delete(model.ApiToken).where(model.ApiToken.id == key.token_id))
    model.Session.delete(key)
    model.Session.flush()


def may_be_used(token_id: str) -> bool:
    """Return whether a token of CKAN's is no key, or one that has not ended; note whose system's it is."""
    key = model.Session.scalars(sa.select(Key).where(Key.token_id == token_id)).first()
    if key is None:
        return True
    scope.note(key.system)
    return not _is_over(key)


def _is_over(key: Key) -> bool:
    return key.ends is not None and key.ends <= utc_now()


def remove_ended() -> int:
    """Remove what has ended, with its tokens; return how many."""
    ended = list(model.Session.scalars(sa.select(Key).where(Key.ends <= utc_now())))
    for key in ended:
        revoke(key)
    return len(ended)


def to_api(key: Key) -> dict[str, Any]:
    """Return a key without its token."""
    token = model.ApiToken.get(key.token_id)
    used: dt.datetime | None = token.last_access if token else None
    return {
        "id": key.id,
        "system": key.system,
        "created": key.created.isoformat(),
        "ends": key.ends.isoformat() if key.ends else None,
        "used": used.isoformat() if used else None,
    }
