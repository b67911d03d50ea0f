"""Send webhooks what changed: in order, each change at least once, repeated until it is accepted.

A message is stored before it is sent. When the receiver does not accept it, CKAN's job queue tries the same
message again later, and nothing after it is sent before; when it has failed for a day and a half the webhook is
stopped and its owner is notified. It goes on from the same place when somebody sets it to active.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time

import ckan.plugins.toolkit as tk
import requests
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.changes.feed import change_feed
from ckanext.nxopendata.changes.feed.models import Change
from ckanext.nxopendata.changes.webhooks import config, signing
from ckanext.nxopendata.changes.webhooks.models import Delivery, Json, Webhook
from ckanext.nxopendata.core.config import user_agent
from ckanext.nxopendata.core.outbound.errors import OutboundError
from ckanext.nxopendata.core.outbound.guarded_http import AddressGuard, GuardedSession, RequestTimer, guarded_session
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import utc_now

log = logging.getLogger(__name__)

BACK_OFF = (30, 120, 600, 1800, 3600, 7200, 14400, 21600, 43200, 43200)
"""Seconds before the next try, by the number of tries so far; 38 hours in all."""

BATCH = 100
"""Changes a message."""

TIMEOUT = (5, 15)
"""Seconds for the connection, and for the answer."""

LONGEST = 30
"""Seconds after which an answer that drips is given up."""

KEPT = 200
"""Deliveries of a webhook that are kept."""

WANTED = "nx:webhook:wanted"
"""Key in Redis that is there while there is an active webhook."""


def derive_secret(hook: Webhook) -> str:
    """Return what the webhook's messages are signed with."""
    return signing.derive_secret(tk.config["SECRET_KEY"], hook.id, hook.salt)


def update_wanted_flag() -> None:
    """Store in Redis whether there is an active webhook, so that writing a dataset need not ask the database."""
    active = model.Session.scalar(sa.select(Webhook.id).where(Webhook.state == "active").limit(1))
    connection = client()
    connection.set(WANTED, 1) if active else connection.delete(WANTED)


def find_due() -> list[str]:
    """Find the active webhooks that have something to be sent now; return their ids."""
    fresh = model.Session.scalar(sa.select(Change.dataset_id).where(Change.seq.is_(None)).limit(1)) is not None
    newest, moment = change_feed.find_newest(), utc_now()
    due = []
    for hook in model.Session.scalars(sa.select(Webhook).where(Webhook.state == "active")).all():
        waiting = find_waiting(hook.id)
        if waiting.next_try <= moment if waiting else fresh or hook.cursor < newest:
            due.append(hook.id)
    return due


def find_waiting(webhook_id: str) -> Delivery | None:
    """Find the message that has to be accepted before any other is sent; None when there is none."""
    query = sa.select(Delivery).where(Delivery.webhook_id == webhook_id, Delivery.state == "waiting")
    return model.Session.scalars(query.order_by(Delivery.created).limit(1)).first()


def add_delivery(hook: Webhook) -> Delivery | None:
    """Add a message with the changes that a webhook was not told yet; None when there are none. The caller commits."""
    entries, more = change_feed.read_changes(hook.cursor, BATCH)
    if not entries:
        return None
    site = tk.config["ckan.site_url"].rstrip("/")
    body: Json = {
        "site": site,
        "changes": [
            {
                "id": entry.dataset_id,
                "name": entry.name,
                "kind": entry.kind,
                "time": entry.time.isoformat(timespec="microseconds") + "Z",
                "url": f"{site}/dataset/{entry.name}",
            }
            for entry in entries
        ],
        "cursor": str(entries[-1].seq),
        "more": more,
    }
    delivery = Delivery(webhook_id=hook.id, state="waiting", body=body, cursor=entries[-1].seq, attempts=0)
    delivery.next_try = utc_now()
    model.Session.add(delivery)
    return delivery


def open_session() -> GuardedSession:
    """Open the HTTP session in which messages are sent."""
    return guarded_session(AddressGuard(config.webhook_allowed_hosts()), user_agent())


def send(hook: Webhook, delivery: Delivery, session: GuardedSession) -> None:
    """Send a message and record what came of it; the caller commits.

    The state of the delivery is then ``delivered``; ``waiting`` until ``next_try``; or ``failed``, for the last time,
    and the webhook is stopped.
    """
    delivery.attempts += 1
    delivery.tried = utc_now()
    delivery.status, delivery.reason, delivery.params = _post(hook, delivery, session)
    if not delivery.reason:
        delivery.state, hook.cursor = "delivered", delivery.cursor
        _delete_old(hook.id)
        return
    log.warning("webhook %s: try %s failed: %s", hook.id, delivery.attempts, delivery.reason)
    if delivery.attempts > len(BACK_OFF):
        delivery.state, hook.state = "failed", "stopped"
    else:
        delivery.next_try = utc_now() + dt.timedelta(seconds=BACK_OFF[delivery.attempts - 1])


def send_test(hook: Webhook) -> Delivery:
    """Send a message without changes, once, and record the answer; the caller commits."""
    body: Json = {"site": tk.config["ckan.site_url"].rstrip("/"), "changes": [], "cursor": str(hook.cursor)}
    delivery = Delivery(
        webhook_id=hook.id, body=body | {"more": False}, cursor=hook.cursor, attempts=1, tried=utc_now()
    )
    delivery.state = "failed"
    model.Session.add(delivery)
    model.Session.flush()
    with open_session() as session:
        delivery.status, delivery.reason, delivery.params = _post(hook, delivery, session)
    if not delivery.reason:
        delivery.state = "delivered"
    return delivery


def _post(hook: Webhook, delivery: Delivery, session: GuardedSession) -> tuple[int | None, str, Json]:
    """Send a message; return the status, the code of what went wrong ("" for nothing) and its parameters."""
    body = json.dumps(delivery.body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    headers |= signing.sign(derive_secret(hook), delivery.id, int(time.time()), body)
    status: int | None = None
    try:
        with (
            RequestTimer(LONGEST) as session.timer,
            session.post(
                hook.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer,
        ):
            status = answer.status_code
    except OutboundError as error:  # the guard, from inside the connection
        return None, error.code, dict(error.params)
    except requests.Timeout:
        return None, "timed_out", {"url": hook.url}
    except requests.RequestException as error:
        if not session.timer.expired:
            return None, "connection_failed", {"url": hook.url, "reason": type(error).__name__}
    if status is None or session.timer.expired:
        return None, "timed_out", {"url": hook.url}
    if 200 <= status < 300:
        return status, "", {}
    return status, "webhook_refused", {"url": hook.url, "status": status}


def _delete_old(webhook_id: str) -> None:
    old = sa.select(Delivery.id).where(Delivery.webhook_id == webhook_id).order_by(Delivery.created.desc()).offset(KEPT)
    model.Session.execute(sa.delete(Delivery).where(Delivery.id.in_(old)))
