"""Mail to users, in the background, through CKAN's notifier (``INotifier`` plugins, else SMTP)."""

from __future__ import annotations

from dataclasses import asdict

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.notifications.outbox import Letter
from ckanext.nxopendata.core.rate_limit import Limit

MAILS = Limit("notice mail", 60)
"""To one person; the notices in the site are all there."""


def enqueue(user_ids: list[str], subject: str, body: str, title: str) -> None:
    """Have a worker mail the text to users, within ``MAILS``; ``title`` is the job's."""
    written_to = [user_id for user_id in user_ids if MAILS.allows(user_id)]
    if written_to:
        tk.enqueue_job(send, [written_to, subject, body], title=title)


def send(user_ids: list[str], subject: str, body: str) -> None:
    """Job: mail the text to the users that have an address; what the server does not take is sent later."""
    for user_id in user_ids:
        person = model.User.get(user_id)
        if person is None or not person.email:
            continue
        outbox.send(asdict(Letter(person.email, subject, body, name=person.display_name)))
