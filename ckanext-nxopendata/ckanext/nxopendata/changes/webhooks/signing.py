"""How a webhook's message is signed: Standard Webhooks 1.0 (https://www.standardwebhooks.com).

Receivers verify with any library of that specification, or with one line of HMAC-SHA256.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets

import standardwebhooks
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "whsec_"


def new_salt() -> str:
    """Make a new salt: another salt makes another secret."""
    return secrets.token_hex(16)


def derive_secret(site_key: str, webhook_id: str, salt: str) -> str:
    """Derive the secret of a webhook from the site's key, so that it need not be stored.

    Returns:
        ``whsec_`` and 32 bytes in base64.
    """
    info = f"nxopendata webhook {webhook_id} {salt}".encode()
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(site_key.encode())
    return PREFIX + base64.b64encode(key).decode()


def sign(shared: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Sign a message and return its three headers.

    Args:
        shared: The secret.
        message_id: Id of the message, the same whenever it is sent again.
        timestamp: Seconds since 1970; receivers refuse what is too old.
        body: The message, in UTF-8.
    """
    moment = dt.datetime.fromtimestamp(timestamp, dt.UTC)
    signature = standardwebhooks.Webhook(shared).sign(message_id, moment, body.decode())
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}
