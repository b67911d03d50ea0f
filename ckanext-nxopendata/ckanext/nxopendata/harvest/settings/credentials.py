"""What the portal signs in to a source with, encrypted where it is kept.

The keys are those of ``ckanext.nxopendata.harvest.credentials_keys``; without it one is derived from the
site's ``SECRET_KEY``. The first key encrypts, all decrypt, so a key is changed by putting the new one in front.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import HarvestError

KINDS: Mapping[str, frozenset[str]] = {
    "basic": frozenset({"username", "password"}),
    "bearer": frozenset({"token"}),
    "token": frozenset({"token"}),
}
"""Kind -> its parts. ``basic``: RFC 7617; ``bearer``: RFC 6750; ``token``: the header as CKAN takes it."""


def detect_kind(given: Any) -> str | None:
    """Return the kind of credentials that ``given`` is, or None when it is none."""
    if not isinstance(given, Mapping):
        return None
    parts = KINDS.get(given.get("kind", ""))
    if parts is None or set(given) != {"kind", *parts}:
        return None
    strings = all(isinstance(given[part], str) and given[part].isprintable() and given[part] for part in parts)
    return given["kind"] if strings else None


def seal(given: Mapping[str, str]) -> str:
    """Encrypt credentials; "" for none."""
    return _box().encrypt(json.dumps(dict(given)).encode()).decode() if given else ""


def unseal(sealed: str) -> dict[str, str]:
    """Return what :func:`seal` was given.

    Raises:
        HarvestError: ``credentials_unreadable``: the key is another than it was.
    """
    if not sealed:
        return {}
    try:
        return json.loads(_box().decrypt(sealed.encode()))
    except InvalidToken:
        raise HarvestError("credentials_unreadable") from None


def header(given: Mapping[str, str]) -> str:
    """Return the ``Authorization`` header for credentials; "" for none."""
    match given.get("kind"):
        case "basic":
            pair = f"{given['username']}:{given['password']}"
            return "Basic " + base64.b64encode(pair.encode()).decode()
        case "bearer":
            return f"Bearer {given['token']}"
        case "token":
            return given["token"]
        case _:
            return ""


def new_key() -> str:
    """Return a new key for the configuration."""
    return Fernet.generate_key().decode()


def _box() -> MultiFernet:
    keys = [key.encode() for key in config.credentials_keys()] or [_derived(tk.config["SECRET_KEY"])]
    return MultiFernet([Fernet(key) for key in keys])


def _derived(secret: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"nxopendata harvest credentials")
    return base64.urlsafe_b64encode(kdf.derive(secret.encode()))
