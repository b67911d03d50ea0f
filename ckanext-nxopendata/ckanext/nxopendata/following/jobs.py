"""What following does in the background: the daily mails, each subscription for itself."""

from __future__ import annotations

import datetime as dt
import logging

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.following import mails, tokens
from ckanext.nxopendata.following.models import Subscription

log = logging.getLogger(__name__)


def send_due() -> dict[str, int]:
    """Mail every confirmed subscription what is new; forget those never confirmed.

    Returns:
        ``sent``, ``waiting`` (the mail server did not take the letter, which is sent later), ``quiet`` (nothing new)
        and ``failed`` subscriptions, and ``forgotten`` ones. What failed is tried again the next time, from the same
        moment on.
    """
    counts = {"sent": 0, "waiting": 0, "quiet": 0, "failed": 0, "forgotten": _forget_unconfirmed()}
    query = model.Session.query(Subscription.id).filter(Subscription.confirmed.isnot(None)).order_by(Subscription.id)
    for (subscription_id,) in query.all():
        row = model.Session.get(Subscription, subscription_id)
        if row is None:
            continue
        until = utc_now()
        try:
            news = mails.find_news(row, until)
            is_sent = not news["count"] or mails.send_news(row, news)
        except tk.ValidationError as problem:
            log.warning("subscription %s: %s", subscription_id, problem)
            counts["failed"] += 1
            continue
        except Exception:  # whatever one subscription holds, the others are served
            log.exception("subscription %s", subscription_id)
            model.Session.rollback()
            counts["failed"] += 1
            continue
        row.seen = until
        model.Session.commit()
        counts["waiting" if not is_sent else "sent" if news["count"] else "quiet"] += 1
    return counts


def enqueue_event(dataset_id: str, event: str, but: list[str]) -> None:
    """Have a worker mail the subscriptions of a dataset what happened to its files."""
    tk.enqueue_job(send_event, [dataset_id, event, but], title="nx: followed files")


def send_event(dataset_id: str, event: str, but: list[str]) -> None:
    """Job: put a letter to each confirmed subscription of a dataset into the outbox, but those of some users."""
    package = model.Package.get(dataset_id)
    if package is None:
        return
    query = model.Session.query(Subscription).filter(
        Subscription.dataset_id == dataset_id, Subscription.confirmed.isnot(None)
    )
    outbox.post([mails.write_event(row, package, event) for row in query.all() if row.user_id not in but])


def _forget_unconfirmed() -> int:
    old = utc_now() - dt.timedelta(seconds=tokens.CONFIRM_SECONDS)
    query = model.Session.query(Subscription).filter(Subscription.confirmed.is_(None), Subscription.created < old)
    number = query.delete()
    model.Session.commit()
    return number
