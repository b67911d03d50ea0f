"""How a webhook's message is signed: Standard Webhooks 1.0 (https://www.standardwebhooks.com).

Receivers verify with any library of that specification, or with one line of HMAC-SHA256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "whsec_"


def new_salt() -> str:
    """What makes the next secret another one."""
    return secrets.token_hex(16)


def secret(site_key: str, webhook_id: str, salt: str) -> str:
    """The secret of a webhook: made from the site's key, so that it need not be kept anywhere.

    :returns: ``whsec_`` and 32 bytes in base64
    """
    info = f"nxopendata webhook {webhook_id} {salt}".encode()
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(site_key.encode())
    return PREFIX + base64.b64encode(key).decode()


def headers(shared: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message.

    :param shared: the secret
    :param timestamp: seconds since 1970; receivers refuse what is too old
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    key = base64.b64decode(shared.removeprefix(PREFIX))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}


def verified(shared: str, given: Mapping[str, str], body: bytes, moment: int, tolerance: int = 300) -> bool:
    """Whether a message is genuine and fresh, as a receiver asks.

    :param given: the headers, names in lower case
    :param moment: the receiver's clock, seconds since 1970
    :param tolerance: seconds that the clocks may differ
    """
    try:
        timestamp = int(given["webhook-timestamp"])
        wanted = headers(shared, given["webhook-id"], timestamp, body)["webhook-signature"]
    except (KeyError, ValueError):
        return False
    fresh = abs(moment - timestamp) <= tolerance
    return fresh and any(hmac.compare_digest(wanted, one) for one in given.get("webhook-signature", "").split())
