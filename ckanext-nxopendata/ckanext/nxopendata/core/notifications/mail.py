"""Mail to users, in the background, through CKAN's notifier (``INotifier`` plugins, else SMTP)."""

from __future__ import annotations

import logging

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.lib import mailer

from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.rate_limit import Limit

log = logging.getLogger(__name__)

MAILS = Limit("notice mail", 60)
"""To one person; the notices in the site are all there."""


def enqueue(user_ids: list[str], subject: str, body: str, title: str) -> None:
    """Have a worker mail the text to users, within ``MAILS``; ``title`` is the job's."""
    written_to = [user_id for user_id in user_ids if MAILS.allows(user_id)]
    if written_to:
        tk.enqueue_job(send, [written_to, subject, body], title=title)


def send(user_ids: list[str], subject: str, body: str) -> None:
    """Job: mail the text to the users that have an address."""
    for user_id in user_ids:
        person = model.User.get(user_id)
        if person is None or not person.email:
            continue
        try:
            with site_language():
                mailer.mail_user(person, subject, body)
        except mailer.MailerException as problem:
            log.warning("no mail to user %s: %s", user_id, problem)
