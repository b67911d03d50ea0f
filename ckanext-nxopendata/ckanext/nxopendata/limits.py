"""How often one reader may send something without signing in."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis


def allowed(what: str, times: int, seconds: int) -> bool:
    """Whether the reader of this request may once more; counts the attempt.

    Readers are told apart by a digest of their address that changes every day; it is forgotten after ``seconds``.
    """
    secret, day = tk.config["SECRET_KEY"], dt.datetime.now(dt.UTC).date().isoformat()
    who = hashlib.sha256(f"{secret} {day} {tk.request.remote_addr}".encode()).hexdigest()[:20]
    key = f"nx:limit:{tk.config['ckan.site_id']}:{what}:{who}"
    client: Any = connect_to_redis()
    number = client.incr(key)
    if number == 1:
        client.expire(key, seconds)
    return number <= times
