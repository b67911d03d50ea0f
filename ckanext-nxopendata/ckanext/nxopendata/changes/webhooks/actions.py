"""Actions of the change change_feed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from ckan.types import Context, DataDict

from ckanext.nxopendata.changes.feed import change_feed
from ckanext.nxopendata.changes.webhooks import deliveries, jobs, messages, signing
from ckanext.nxopendata.changes.webhooks.models import Delivery, Webhook
from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.timezone import utc_now

LIMIT = 100
MOST = 1000

TESTS = Limit("webhook test", 20)
"""Of one webhook."""


def nx_webhook_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have an address told of changes of public datasets.

    :param title: whose it is
    :param url: takes POST requests, ``http`` or ``https``
    :param start: ``now`` to be told of changes from now on (default), ``beginning`` of all public datasets first
    :returns: the webhook, and this once its ``secret``
    """
    tk.check_access("nx_webhook_create", context, data_dict)
    values = _webhook_values(data_dict)
    start = data_dict.get("start") or "now"
    if start not in ("now", "beginning"):
        raise tk.ValidationError({"start": [tk._("Choose one of: %s") % "now, beginning"]})
    change_feed.assign_places()
    user = model.User.get(context.get("user"))
    hook = Webhook(id=make_uuid(), salt=signing.new_salt(), state="active", user_id=user.id if user else "", **values)
    hook.cursor = change_feed.find_newest() if start == "now" else 0
    model.Session.add(hook)
    model.Session.commit()
    jobs.deliver_due()
    return _webhook_to_api(hook) | {"secret": deliveries.derive_secret(hook)}


def nx_webhook_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a webhook; what is not given stays.

    :param id: id of the webhook
    :param title: (optional)
    :param url: (optional)
    :param state: ``active`` (goes on where it stopped, at once) or ``paused`` (optional)
    :param renew_secret: true for a new secret, which is in the answer; the old one is void (optional)
    :returns: the webhook
    """
    tk.check_access("nx_webhook_update", context, data_dict)
    hook = _get_webhook(data_dict)
    for name, value in _webhook_values({"title": hook.title, "url": hook.url, **data_dict}).items():
        setattr(hook, name, value)
    state = data_dict.get("state") or hook.state
    if state not in ("active", "paused", hook.state):
        raise tk.ValidationError({"state": [tk._("Choose one of: %s") % "active, paused"]})
    if state == "active":
        again = sa.update(Delivery).where(Delivery.webhook_id == hook.id, Delivery.state == "waiting")
        model.Session.execute(again.values(attempts=0, next_try=utc_now()))
    hook.state = state
    renewed = params.flag(data_dict, "renew_secret", False)
    if renewed:
        hook.salt = signing.new_salt()
    model.Session.commit()
    jobs.deliver_due()
    return _webhook_to_api(hook) | ({"secret": deliveries.derive_secret(hook)} if renewed else {})


def nx_webhook_delete(context: Context, data_dict: DataDict) -> None:
    """Delete a webhook with its log.

    :param id: id of the webhook
    """
    tk.check_access("nx_webhook_delete", context, data_dict)
    model.Session.delete(_get_webhook(data_dict))
    model.Session.commit()
    deliveries.update_wanted_flag()


@tk.side_effect_free
def nx_webhook_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A webhook: ``id``, ``title``, ``url``, ``state``, ``cursor``, ``behind`` (changes it was not told yet).

    :param id: id of the webhook
    """
    tk.check_access("nx_webhook_show", context, data_dict)
    return _webhook_to_api(_get_webhook(data_dict))


@tk.side_effect_free
def nx_webhook_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All webhooks, by title."""
    tk.check_access("nx_webhook_list", context, data_dict)
    return [
        _webhook_to_api(hook) for hook in model.Session.scalars(sa.select(Webhook).order_by(Webhook.title, Webhook.id))
    ]


@tk.side_effect_free
def nx_webhook_delivery_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What was sent to a webhook, newest first; the last 200 messages are kept.

    :param id: id of the webhook
    :param limit: at most so many (default 100, at most 1000)
    :returns: ``[{"id", "state", "changes", "attempts", "status", "message", "remedy", "created", "tried",
        "next_try"}]``, ``changes`` their number
    """
    tk.check_access("nx_webhook_delivery_list", context, data_dict)
    hook, limit = _get_webhook(data_dict), max(1, params.limit(data_dict, LIMIT, MOST))
    query = sa.select(Delivery).where(Delivery.webhook_id == hook.id).order_by(Delivery.created.desc()).limit(limit)
    return [_delivery_to_api(row) for row in model.Session.scalars(query)]


def nx_webhook_test(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send a webhook a message without changes, and tell what it answered.

    :param id: id of the webhook
    :returns: the delivery, as in ``nx_webhook_delivery_list``
    """
    tk.check_access("nx_webhook_test", context, data_dict)
    hook = _get_webhook(data_dict)
    TESTS.check(hook.id, "id")
    delivery = deliveries.send_test(hook)
    model.Session.commit()
    return _delivery_to_api(delivery)


def _get_webhook(data_dict: DataDict) -> Webhook:
    hook = model.Session.get(Webhook, tk.get_or_bust(data_dict, "id"))
    if hook is None:
        raise tk.ObjectNotFound(tk._("There is no such webhook"))
    return hook


def _webhook_values(data_dict: DataDict) -> dict[str, str]:
    title, url = (str(data_dict.get(name) or "").strip() for name in ("title", "url"))
    errors: dict[str, Any] = {}
    if not title:
        errors["title"] = [tk._("Missing value")]
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        errors["url"] = [tk._("Write the whole address, beginning with http:// or https://")]
    elif parts.username or parts.password:
        errors["url"] = [tk._("Leave the password out of the address; messages are signed")]
    if errors:
        raise tk.ValidationError(errors)
    return {"title": title, "url": url}


def _webhook_to_api(hook: Webhook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "title": hook.title,
        "url": hook.url,
        "state": hook.state,
        "cursor": str(hook.cursor),
        "behind": change_feed.count_behind(hook.cursor),
        "created": hook.created.isoformat(),
    }


def _delivery_to_api(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "changes": len(row.body["changes"]),
        "attempts": row.attempts,
        "status": row.status,
        "message": messages.sentence(row.reason, row.params) if row.reason else "",
        "remedy": messages.remedy(row.reason, row.params) if row.reason else "",
        "created": row.created.isoformat(),
        "tried": row.tried.isoformat() if row.tried else None,
        "next_try": row.next_try.isoformat() if row.state == "waiting" else None,
    }
