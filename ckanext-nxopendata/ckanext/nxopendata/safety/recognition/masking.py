"""What of a value may be shown: enough to find it in the file, not enough to know it."""

from __future__ import annotations

import hashlib
import hmac
import re


def mask(value: str) -> str:
    """Return a value of which at most a third is left."""
    value = re.sub(r"\s+", " ", value.strip())
    length = len(value)
    if length <= 1:
        return "*"
    if length <= 4:
        return value[0] + "*" * (length - 1)
    left, right = (3, 2) if length >= 11 else (1, 1)
    return value[:left] + "*" * min(length - left - right, 12) + value[length - right :]


def keyed_hash(key: bytes, rule: int, value: str) -> str:
    """Return what two findings of one value share, and what nobody can turn back without the key."""
    return hmac.new(key, f"{rule}\0{value}".encode(), hashlib.sha256).hexdigest()[:32]
