"""Actions of keys: make one for a system, put another in its place, end one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.keys import key_store, schema
from ckanext.nxopendata.cases.keys.models import Key
from ckanext.nxopendata.core.timezone import utc_now


@tk.side_effect_free
def nx_account_key_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The keys of your systems.

    :returns: ``id``, ``system``, ``created``, ``used`` (last, null for never) and ``ends`` (null while it is the
        system's own) each; times are UTC
    """
    tk.check_access("nx_account_key_list", context, data_dict)
    return [key_store.to_api(key) for key in key_store.list_keys(assurance.require_user(context).id)]


@validate(schema.creation)
def nx_account_key_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make a key for one of your systems. It takes and reads what was granted to you, and may do nothing else.

    :param system: what the system is called

    :returns: as :func:`nx_account_key_list`, with ``token``, which is shown this once
    """
    tk.check_access("nx_account_key_create", context, data_dict)
    user, system = assurance.require_user(context), data_dict["system"].strip()
    keys = key_store.list_keys(user.id)
    if any(key.system == system and key.ends is None for key in keys):
        raise tk.ValidationError({"system": [tk._("This system has a key: put another in its place")]})
    if len(keys) >= key_store.MOST:
        message = tk._("At most {number} keys: end one first")
        raise tk.ValidationError({"system": [message.format(number=key_store.MOST)]})
    key, token = key_store.create(user, system)
    model.Session.commit()
    return key_store.to_api(key) | {"token": token}


@validate(schema.rotation)
def nx_account_key_rotate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make a new key for a system; the old one works for some days more, so that nothing stops meanwhile.

    :param id: of the old key
    :param days: for which the old one goes on (optional, default 7, from 0 to 30)
    :type days: int

    :returns: the new key, as :func:`nx_account_key_create`
    """
    tk.check_access("nx_account_key_rotate", context, data_dict)
    user = assurance.require_user(context)
    old = _own(user, data_dict["id"], lock=True)
    if old.ends is not None:
        raise tk.ValidationError({"id": [tk._("Another key has taken its place already")]})
    old.ends = utc_now() + dt.timedelta(days=data_dict["days"])
    model.Session.flush()
    key, token = key_store.create(user, old.system)
    model.Session.commit()
    return key_store.to_api(key) | {"token": token}


@validate(schema.one_key)
def nx_account_key_revoke(context: Context, data_dict: DataDict) -> None:
    """End a key now.

    :param id: of the key
    """
    tk.check_access("nx_account_key_revoke", context, data_dict)
    key_store.revoke(_own(assurance.require_user(context), data_dict["id"]))
    model.Session.commit()


def _own(user: model.User, key_id: str, *, lock: bool = False) -> Key:
    key = model.Session.get(Key, key_id, with_for_update=lock, populate_existing=lock)
    if key is None or key.user_id != user.id:
        raise tk.ObjectNotFound(tk._("There is no such key"))
    return key
