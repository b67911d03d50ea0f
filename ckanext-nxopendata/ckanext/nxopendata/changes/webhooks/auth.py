"""Who may have the portal send messages: the office."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles

allow_office = roles.for_office(_("Webhooks are for the supervising office"))
"""A webhook has the portal send requests to an address, so a department must not create one."""

AUTH = {
    f"nx_webhook_{name}": allow_office
    for name in ("create", "update", "delete", "show", "list", "delivery_list", "test")
}
