"""How often all processes together ask one host: the turns are given out by Redis."""

from __future__ import annotations

import redis.exceptions

from ckanext.nxopendata.core.redis import client

_TURN = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local turn = math.max(now, tonumber(redis.call('get', KEYS[1]) or '0'))
local gap = tonumber(ARGV[1])
redis.call('set', KEYS[1], string.format('%.0f', turn + gap), 'PX', string.format('%.0f', turn + gap - now + 1000))
return turn - now
"""
"""By the clock of Redis, in milliseconds: takes the next free moment of a host and tells how far away it is."""


def turn(host: str, gap: float) -> float | None:
    """Seconds to wait before the host is asked; None when Redis does not answer.

    :param gap: seconds between two requests
    """
    try:
        return int(client().eval(_TURN, 1, f"nx:host:{host.lower()}", round(gap * 1000))) / 1000  # pyright: ignore
    except redis.exceptions.RedisError:
        return None
