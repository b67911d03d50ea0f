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
from typing import Any

import ckan.plugins.toolkit as tk
import redis.exceptions
import requests
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs

from ckanext.nxopendata.changes import feed, signing
from ckanext.nxopendata.changes.models import Change, Delivery, Webhook
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard, GuardedSession, RequestTimer, guarded_session
from ckanext.nxopendata.harvest.models import Json

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

LOCK_SECONDS = 120
DEBOUNCE = 5
"""Seconds after a change until webhooks are told, so that a chunk of a harvest makes one message."""

WANTED = "nx:webhook:wanted"
ANNOUNCED = "nx:webhook:announced"
_announced_here = 0.0


def derive_secret(hook: Webhook) -> str:
    """Return what the webhook's messages are signed with."""
    return signing.derive_secret(tk.config["SECRET_KEY"], hook.id, hook.salt)


def announce() -> None:
    """Have the webhooks told soon that something may have changed. Cheap, and silent when there are none.

    Called for every dataset that is written, before its transaction is over; what is missed here, the next call
    of ``ckan nx harvest due`` finds.
    """
    global _announced_here
    if time.monotonic() - _announced_here < 1:
        return
    _announced_here = time.monotonic()
    try:
        connection = client()
        if connection.exists(WANTED) and connection.set(ANNOUNCED, 1, nx=True, ex=DEBOUNCE):
            _later(DEBOUNCE, deliver_due)
    except redis.exceptions.RedisError as error:
        log.warning("webhooks are not told now: %s", error)


def update_wanted_flag() -> None:
    """Store in Redis whether there is an active webhook, for :func:`announce`."""
    active = model.Session.scalar(sa.select(Webhook.id).where(Webhook.state == "active").limit(1))
    connection = client()
    connection.set(WANTED, 1) if active else connection.delete(WANTED)


def deliver_due(*, queue: bool = True) -> list[str]:
    """Begin the deliveries that are due; return the ids of the webhooks.

    Args:
        queue: As jobs; False only tells which they are.
    """
    update_wanted_flag()
    fresh = model.Session.scalar(sa.select(Change.dataset_id).where(Change.seq.is_(None)).limit(1)) is not None
    newest, moment = feed.find_newest(), utc_now()
    begun = []
    for hook in model.Session.scalars(sa.select(Webhook).where(Webhook.state == "active")).all():
        waiting = _waiting(hook.id)
        if waiting.next_try <= moment if waiting else fresh or hook.cursor < newest:
            if queue:
                tk.enqueue_job(deliver, [hook.id], title=f"webhook {hook.id}")
            begun.append(hook.id)
    return begun


def deliver(webhook_id: str) -> None:
    """Send a webhook, as a job, what it was not sent yet, until nothing is left or it does not accept a message."""
    lock = client().lock(f"nx:webhook:{webhook_id}", timeout=LOCK_SECONDS, blocking=False)
    if not lock.acquire():
        return
    try:
        with guarded_session(AddressGuard(config.webhook_allowed_hosts()), config.user_agent()) as session:
            while _next(webhook_id, session):
                lock.reacquire()
    finally:
        try:
            lock.release()
        except redis.exceptions.LockError:
            log.warning("the lock of webhook %s was gone", webhook_id)


def _next(webhook_id: str, session: GuardedSession) -> bool:
    """Send one message; tell whether to go on."""
    hook = model.Session.get(Webhook, webhook_id, populate_existing=True)
    if hook is None or hook.state != "active":
        return False
    delivery = _waiting(hook.id) or _new(hook)
    if delivery is None or delivery.next_try > utc_now():
        return False
    delivery.attempts += 1
    delivery.tried = utc_now()
    delivery.status, delivery.reason, delivery.params = _post(hook, delivery, session)
    if not delivery.reason:
        delivery.state, hook.cursor = "delivered", delivery.cursor
        _forget_old(hook.id)
        model.Session.commit()
        return True
    log.warning("webhook %s: try %s failed: %s", hook.id, delivery.attempts, delivery.reason)
    if delivery.attempts > len(BACK_OFF):
        delivery.state, hook.state = "failed", "stopped"
        model.Session.commit()
        _notify_owner(hook)
        return False
    wait = BACK_OFF[delivery.attempts - 1]
    delivery.next_try = utc_now() + dt.timedelta(seconds=wait)
    model.Session.commit()
    _later(wait, deliver, hook.id)
    return False


def _waiting(webhook_id: str) -> Delivery | None:
    query = sa.select(Delivery).where(Delivery.webhook_id == webhook_id, Delivery.state == "waiting")
    return model.Session.scalars(query.order_by(Delivery.created).limit(1)).first()


def _new(hook: Webhook) -> Delivery | None:
    entries, more = feed.read_changes(hook.cursor, BATCH)
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
    model.Session.commit()
    return delivery


def send_test(hook: Webhook) -> Delivery:
    """Send a message without changes, once, and record the answer; the caller commits."""
    body: Json = {"site": tk.config["ckan.site_url"].rstrip("/"), "changes": [], "cursor": str(hook.cursor)}
    delivery = Delivery(
        webhook_id=hook.id, body=body | {"more": False}, cursor=hook.cursor, attempts=1, tried=utc_now()
    )
    delivery.state = "failed"
    model.Session.add(delivery)
    model.Session.flush()
    with guarded_session(AddressGuard(config.webhook_allowed_hosts()), config.user_agent()) as session:
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
    except HarvestError as error:  # the guard, from inside the connection
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


def _forget_old(webhook_id: str) -> None:
    old = sa.select(Delivery.id).where(Delivery.webhook_id == webhook_id).order_by(Delivery.created.desc()).offset(KEPT)
    model.Session.execute(sa.delete(Delivery).where(Delivery.id.in_(old)))


def _notify_owner(hook: Webhook) -> None:
    from ckanext.nxopendata.harvest.monitoring import notices

    notices.notify_stopped_webhook(hook.user_id, hook.id, hook.title)


def _later(seconds: int, function: Any, *arguments: Any) -> None:
    """Queue a job that waits; the scheduler of ``ckan jobs worker`` starts it."""
    queue = jobs.get_queue()
    job = queue.enqueue_in(dt.timedelta(seconds=seconds), function, *arguments)
    job.meta["title"] = f"webhook {' '.join(map(str, arguments))}".strip()
    job.save()
