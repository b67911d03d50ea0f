"""The secrets in the links of letters: signed, so that nothing secret is stored; each is good for a day."""

from __future__ import annotations

from collections.abc import Sequence

import ckan.plugins.toolkit as tk
from itsdangerous import BadData, URLSafeTimedSerializer

GOOD_SECONDS = 24 * 3600


def for_new_account(email: str) -> str:
    """Return the secret that lets somebody make an account with an address."""
    return _serializer("new").dumps(email)


def read_new_account(token: str) -> str | None:
    """Return the address for which an account may be made; None of a forged or an old secret."""
    found = _read("new", token)
    return found if isinstance(found, str) else None


def for_address(user_id: str, email: str) -> str:
    """Return the secret that confirms the address of an account."""
    return _serializer("address").dumps([user_id, email])


def read_address(token: str) -> tuple[str, str] | None:
    """Return the user's id and the address that a secret confirms; None of a forged or an old one."""
    found = _read("address", token)
    return (str(found[0]), str(found[1])) if isinstance(found, Sequence) and len(found) == 2 else None


def _read(purpose: str, token: str) -> object:
    try:
        return _serializer(purpose).loads(token, max_age=GOOD_SECONDS)
    except BadData:
        return None


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(tk.config["SECRET_KEY"], salt=f"nx-case-account-{purpose}")
