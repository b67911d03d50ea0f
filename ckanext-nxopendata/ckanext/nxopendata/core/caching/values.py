"""Values that are made once and used again: for all readers, in one process, or within one request."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import g, has_request_context
from redis import RedisError

from ckanext.nxopendata.core.caching import state
from ckanext.nxopendata.core.redis import client

log = logging.getLogger(__name__)

Value = TypeVar("Value")
SECONDS = 60
SEPARATOR = b" "
"""Between the state in which a value was made, and the value."""

_copies: dict[str, tuple[str, float, bytes]] = {}
"""Copies of values in Redis: key -> the state in which a value was made, until when it is good, the value."""

_objects: dict[Hashable, tuple[float, Any]] = {}
"""Objects of this process: key -> until when (of the monotonic clock) one is good, the object."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in Redis for the bytes that a key stands for, as it was found.

    Attributes:
        state: of the site when it was looked up; None where nothing may be kept now.
        value: the bytes kept in this state, or None.
    """

    key: str
    state: str | None
    value: bytes | None

    def keep(self, value: bytes, seconds: int = SECONDS) -> None:
        """Keep bytes that were made after the slot was looked up; does nothing where nothing may be kept."""
        if self.state is None:
            return
        try:
            client().set(self.key, self.state.encode() + SEPARATOR + value, ex=seconds)
        except RedisError:
            log.warning("Redis does not answer: %s is not kept", self.key)


def look_up(name: str) -> Slot:
    """Look up what is kept under ``name`` in the present state of the site.

    The state is read once a request, together with the first value: what was made later than its state says is never
    older than it.
    """
    key, known = state.redis_key(f"value:{name}"), has_request_context() and "nx_state" in g
    if known and g.nx_state is None:
        return Slot(key, None, None)
    try:
        if known:
            now, found = g.nx_state, client().get(key)
        else:
            now, [found] = state.read(key)
    except RedisError:
        now = found = None
    if has_request_context():
        g.nx_state = now
    made_in, _, value = (found or b"").partition(SEPARATOR)
    return Slot(key, now, value if now is not None and made_in == now.encode() else None)


def cached(name: str, make: Callable[[], Any], *, seconds: int = SECONDS, copy_here: bool = False) -> Any:
    """Return what ``make`` gave less than ``seconds`` ago if nothing has changed since, else make it anew.

    Args:
        name: says what it is, with everything that it depends on (language, limits, who may see it).
        make: gives the value, of JSON's types.
        copy_here: keep a copy in the memory of this process too, for what almost every page needs; it may then get
            twice as old.
    """
    key = state.redis_key(f"value:{name}")
    made_in, until, copy = _copies.get(key, ("", 0.0, b""))
    if copy_here and has_request_context() and g.get("nx_state") == made_in and time.monotonic() < until:
        return json.loads(copy)
    slot = look_up(name)
    if slot.state is None:
        return make()
    found = slot.value
    if found is None:
        found = json.dumps(make()).encode()
        if has_request_context() and g.get("nx_do_not_store"):
            return json.loads(found)
        slot.keep(found, seconds)
    if copy_here:
        _copies[key] = (slot.state, time.monotonic() + seconds, found)
    return json.loads(found)


def cached_in_process(key: Hashable, make: Callable[[], Value], *, seconds: float = float("inf")) -> Value:
    """Return the object that ``make`` gave this process less than ``seconds`` ago; no change ends it.

    For what depends on the configuration alone, and for what is dear to make and does no harm when it is a minute old.
    Every caller gets the same object and leaves it as it is. While one thread makes it anew the others use the old one.
    """
    until, value = _objects.get(key, (0.0, None))
    if time.monotonic() < until:
        return value
    if key in _objects:
        _objects[key] = (time.monotonic() + seconds, value)
    value = make()
    _objects[key] = (time.monotonic() + seconds, value)
    return value


def cached_in_request(key: Hashable, make: Callable[[], Value]) -> Value:
    """Return what ``make`` gave before in this request."""
    if "nx_cached" not in g:
        g.nx_cached = {}
    if key not in g.nx_cached:
        g.nx_cached[key] = make()
    return g.nx_cached[key]


def clear_process() -> None:
    """Forget what this process keeps in its memory."""
    _copies.clear()
    _objects.clear()
