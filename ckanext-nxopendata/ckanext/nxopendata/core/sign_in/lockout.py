"""How often somebody may try to sign in: by account and by network, with a delay that doubles. Counted in Redis.

After a few free attempts one attempt a delay is let through, however many are sent at once. A name that nobody has is
counted, delayed and answered as one that somebody has.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.core.rate_limit import network
from ckanext.nxopendata.core.redis import client

FIRST_DELAY = 15
LONGEST_DELAY = 900
REMEMBERED_SECONDS = 24 * 3600
FREE = {"account": 5, "network": 30}
"""Failures without a delay, within a day. Many people of an office share a network."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was let through, and the locks that it set."""

    keys: tuple[str, ...]
    locks: tuple[str, ...]

    def succeeded(self) -> None:
        """Forget the failures of the account, and that this attempt was counted for its network."""
        account, network_key = self.keys
        pipe: Any = client().pipeline()
        pipe.delete(account, f"{account}:lock", *self.locks)
        pipe.decr(network_key)
        pipe.execute()


def begin(login: str, address: str) -> Attempt | int:
    """Count an attempt to sign in before the password is looked at.

    Args:
        login: a name or an e-mail address, whether it exists or not.
        address: of who tries.

    Returns:
        The attempt, or the seconds to wait.
    """
    keys = (_key("account", _account(login)), _key("network", network(address)))
    pipe: Any = client().pipeline()
    for key in keys:
        pipe.ttl(f"{key}:lock")
    if (wait := max(pipe.execute())) > 0:
        return wait
    for key in keys:
        pipe.set(key, 0, ex=REMEMBERED_SECONDS, nx=True)
        pipe.incr(key)
    numbers = pipe.execute()[1::2]
    locks: list[str] = []
    for key, number, free in zip(keys, numbers, FREE.values(), strict=True):
        if number > free:
            delay = min(FIRST_DELAY * 2 ** min(number - free - 1, 10), LONGEST_DELAY)
            # Of attempts that come at once only the one that sets the lock goes on.
            if not client().set(f"{key}:lock", 1, ex=delay, nx=True):
                return delay
            locks.append(f"{key}:lock")
    return Attempt(keys, tuple(locks))


def spend_the_time_of_a_check(login: str, password: str) -> None:
    """Hash the password where CKAN would not, as nobody has the name: the time must not tell who has an account."""
    user = _user(login)
    if password and (user is None or not user.is_active or not user.password):
        _nobody().validate_password(password)


@functools.cache
def _nobody() -> Any:
    """Return a user who is in no database, with a password that nobody knows."""
    user = model.User()
    user.password = secrets.token_hex()
    return user


def _user(login: str) -> Any:
    return model.User.by_name(login) or model.User.by_email(login)


def _account(login: str) -> str:
    """Return one word for all names of an account; for what nobody has, the word itself."""
    user = _user(login)
    return user.id if user else login.strip().lower()


def _key(kind: str, whom: str) -> str:
    digest = hashlib.sha256(f"{tk.config['SECRET_KEY']} {whom}".encode()).hexdigest()[:20]
    return f"nx:sign-in:{tk.config['ckan.site_id']}:{kind}:{digest}"
