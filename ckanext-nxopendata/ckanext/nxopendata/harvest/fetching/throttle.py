"""Limit how often all processes together send requests to one host: Redis gives out the time slots."""

from __future__ import annotations

import redis.exceptions

from ckanext.nxopendata.core.redis import client

_RESERVE = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local slot = math.max(now, tonumber(redis.call('get', KEYS[1]) or '0'))
local gap = tonumber(ARGV[1])
redis.call('set', KEYS[1], string.format('%.0f', slot + gap), 'PX', string.format('%.0f', slot + gap - now + 1000))
return slot - now
"""
"""By the clock of Redis, in milliseconds: reserves the next free moment of a host and returns how far away it is."""


def reserve_slot(host: str, gap: float) -> float | None:
    """Reserve the next free time slot of a host; return the seconds to wait for it, None when Redis does not answer.

    Args:
        gap: Seconds between two requests.
    """
    try:
        return int(client().eval(_RESERVE, 1, f"nx:host:{host.lower()}", round(gap * 1000))) / 1000  # pyright: ignore
    except redis.exceptions.RedisError:
        return None
