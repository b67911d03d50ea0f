"""The way to Redis."""

from __future__ import annotations

import functools
from typing import Any

from ckan.lib.redis import connect_to_redis


@functools.cache
def client() -> Any:
    """One client for this process, safe for its threads: CKAN makes a new one at every call.

    Typed loosely, as the library gives every answer also a type for clients that wait without blocking.
    """
    return connect_to_redis()
