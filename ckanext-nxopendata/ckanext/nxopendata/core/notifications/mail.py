"""Mail to users, in the background, through CKAN's notifier (``INotifier`` plugins, else SMTP)."""

from __future__ import annotations

from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.notifications.outbox import Letter
from ckanext.nxopendata.core.rate_limit import Limit

MAILS = Limit("notice mail", 60)
"""To one person; the notices in the site are all there."""


def enqueue(user_ids: list[str], subject: str, body: str) -> None:
    """Have a worker mail the text to users, within ``MAILS``."""
    send([user_id for user_id in user_ids if MAILS.allows(user_id)], subject, body)


def send(user_ids: list[str], subject: str, body: str) -> None:
    """Put letters to users into the outbox; jobs in the queues of earlier versions call it too."""
    outbox.post(Letter("", subject, body, user_id=user_id) for user_id in user_ids)
