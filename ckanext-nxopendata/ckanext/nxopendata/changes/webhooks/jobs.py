"""Deliveries in the background: CKAN's own job queue, and its scheduler for what is tried again later."""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import Any

import ckan.plugins.toolkit as tk
import redis.exceptions
from ckan import model
from ckan.lib import jobs

from ckanext.nxopendata.changes.webhooks import deliveries, notices
from ckanext.nxopendata.changes.webhooks.models import Webhook
from ckanext.nxopendata.core.outbound.guarded_http import GuardedSession
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import utc_now

log = logging.getLogger(__name__)

LOCK_SECONDS = 120
DEBOUNCE = 5
"""Seconds after a change until webhooks are told, so that a chunk of a harvest makes one message."""

ANNOUNCED = "nx:webhook:announced"
_announced_here = 0.0


def announce() -> None:
    """Have the webhooks told soon that something may have changed. Cheap, and silent when there are none.

    Called for every dataset that is written, before its transaction is over; what is missed here, the next tick of the
    scheduler finds.
    """
    global _announced_here
    if time.monotonic() - _announced_here < 1:
        return
    _announced_here = time.monotonic()
    try:
        connection = client()
        if connection.exists(deliveries.WANTED) and connection.set(ANNOUNCED, 1, nx=True, ex=DEBOUNCE):
            _enqueue_later(DEBOUNCE, deliver_due)
    except redis.exceptions.RedisError as error:
        log.warning("webhooks are not told now: %s", error)


def deliver_due() -> list[str]:
    """Queue the deliveries that are due; return the ids of the webhooks."""
    deliveries.update_wanted_flag()
    due = deliveries.find_due()
    for webhook_id in due:
        tk.enqueue_job(deliver, [webhook_id], title=f"webhook {webhook_id}")
    return due


def deliver(webhook_id: str) -> None:
    """Send a webhook, as a job, what it was not sent yet, until nothing is left or it does not accept a message."""
    lock = client().lock(f"nx:webhook:{webhook_id}", timeout=LOCK_SECONDS, blocking=False)
    if not lock.acquire():
        return
    try:
        with deliveries.open_session() as session:
            while _send_next(webhook_id, session):
                lock.reacquire()
    finally:
        try:
            lock.release()
        except redis.exceptions.LockError:
            log.warning("the lock of webhook %s was gone", webhook_id)


def _send_next(webhook_id: str, session: GuardedSession) -> bool:
    """Send one message; tell whether to go on.

    The message is committed before it is sent: a worker that is killed meanwhile leaves it to be sent again under the
    same id, by which the receiver knows it.
    """
    hook = model.Session.get(Webhook, webhook_id, populate_existing=True)
    if hook is None or hook.state != "active":
        return False
    delivery = deliveries.find_waiting(hook.id) or deliveries.add_delivery(hook)
    model.Session.commit()
    if delivery is None or delivery.next_try > utc_now():
        return False
    deliveries.send(hook, delivery, session)
    if delivery.state == "failed":
        notices.notify_owner(hook)
    model.Session.commit()
    if delivery.state == "waiting":
        _enqueue_later(deliveries.BACK_OFF[delivery.attempts - 1], deliver, hook.id)
    return delivery.state == "delivered"


def _enqueue_later(seconds: int, function: Any, *arguments: Any) -> None:
    """Queue a job that waits; the scheduler of ``ckan nx worker`` starts it."""
    queue = jobs.get_queue()
    job = queue.enqueue_in(dt.timedelta(seconds=seconds), function, *arguments)
    job.meta["title"] = f"webhook {' '.join(map(str, arguments))}".strip()
    job.save()
