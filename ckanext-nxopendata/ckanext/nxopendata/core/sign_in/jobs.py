"""Letters that let somebody choose a new password, written by a worker."""

from __future__ import annotations

import logging

from ckan import model
from ckan.lib import mailer

from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.rate_limit import Limit

log = logging.getLogger(__name__)

LETTERS = Limit("reset letter", 3)
"""To one account, whoever asks for them."""


def send_reset_links(name: str) -> None:
    """Job: mail a link to each active account with this name or e-mail address, if there is any."""
    by_name = model.User.by_name(name)
    by_email = model.Session.query(model.User).filter(model.User.email.ilike(_escaped(name), escape="\\")).all()
    for user in {user.id: user for user in [by_name, *by_email] if user and user.is_active and user.email}.values():
        if not LETTERS.allows(user.id):
            log.info("no more reset letters to user %s within the hour", user.id)
            continue
        try:
            with site_language():
                mailer.send_reset_link(user)
        except mailer.MailerException as problem:
            log.warning("no reset letter to user %s: %s", user.id, problem)


def _escaped(text: str) -> str:
    """The text for ``LIKE``, where it stands for itself alone."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
