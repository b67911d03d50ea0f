"""Letters that let somebody choose a new password, written by a worker."""

from __future__ import annotations

import logging

from ckan import model
from ckan.lib import mailer

from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.sign_in import reset_links

log = logging.getLogger(__name__)

LETTERS = Limit("reset letter", 3)
"""To one account, whoever asks for them."""


def send_reset_links(name: str) -> None:
    """Job: mail a link to each account with this name or e-mail address, if there is any."""
    by_name = model.User.by_name(name)
    by_email = model.Session.query(model.User).filter(model.User.email.ilike(_escaped(name), escape="\\")).all()
    for user in {user.id: user for user in [by_name, *by_email] if user and _may_choose(user)}.values():
        identifier = user.id  # CKAN ends the database session when it makes the link
        if not LETTERS.allows(identifier):
            log.info("no more reset letters to user %s within the hour", identifier)
            continue
        try:
            with site_language():
                mailer.send_reset_link(user)
            reset_links.note_sent(identifier)
        except mailer.MailerException as problem:
            log.warning("no reset letter to user %s: %s", identifier, problem)


def _may_choose(user: model.User) -> bool:
    """Whether an account may be given a password: who was invited and did not come in time asks in the same way."""
    return bool(user.email) and (user.is_active or user.is_pending())


def _escaped(text: str) -> str:
    """The text for ``LIKE``, where it stands for itself alone."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
