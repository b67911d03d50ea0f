"""Notify the owners of webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.changes.webhooks.models import Webhook
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import register_topic


def describe_stopped(params: Mapping[str, Any]) -> str:
    """Say that a webhook failed for too long."""
    return tk._(
        'The webhook "{title}" was stopped: it has not taken messages for a day and a half. Set it to active to go'
        " on from where it stopped."
    ).format(**params)


register_topic("webhook_stopped", describe_stopped)


def notify_owner(hook: Webhook) -> None:
    """Notify the owner of a webhook, else the administrators, that it was stopped."""
    owner = model.User.get(hook.user_id)
    people = [owner] if owner and owner.state == "active" else roles.sysadmins()
    target = {"endpoint": "nx_webhooks.show", "values": {"webhook_id": hook.id}}
    inbox.tell(people, "webhook_stopped", {"title": hook.title, **target})
