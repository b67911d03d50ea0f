"""Links by which somebody chooses a new password: each works once and for a day (OWASP ASVS 4.0.3, 2.3.1).

CKAN's links work until they are used. Which were sent when is known to Redis; if it loses that, one asks again. The
first link of somebody who was invited works for some days from the invitation; after that one asks for a new one, as
who forgot a password does.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import mailer

from ckanext.nxopendata.core.redis import client

A_DAY = 24 * 3600
INVITATION_DAYS = "ckanext.nxopendata.sign_in.invitation_days"


def note_sent(user_id: str) -> None:
    """Let the link that was just sent to an account work for a day."""
    user = model.User.get(user_id)
    if user is not None and user.reset_key:
        client().set(_redis_key(user.reset_key), user.id, ex=A_DAY)


def is_valid(user_reference: str, key: str) -> bool:
    """Return whether a link leads to an account that it was sent to, and was not sent too long ago."""
    user = model.User.get(user_reference)
    if user is None or not mailer.verify_reset_link(user, key):
        return False
    return _is_fresh_invitation(user) or bool(client().exists(_redis_key(user.reset_key)))


def _is_fresh_invitation(user: model.User) -> bool:
    """Whether somebody was invited, has not come yet, and not too long ago: an invitation makes the account."""
    age = dt.datetime.now(dt.UTC).replace(tzinfo=None) - user.created  # CKAN stores UTC without a zone
    return user.is_pending() and age < dt.timedelta(days=tk.config[INVITATION_DAYS])


def _redis_key(key: str) -> str:
    """The key in Redis, which does not hold the link itself."""
    return f"nx:reset-link:{tk.config['ckan.site_id']}:{hashlib.sha256(key.encode()).hexdigest()}"
