"""Looking things up once for many datasets that are written together; imports nothing of CKAN.

Who writes one dataset may ask the database for its department; who writes two hundred must not ask two hundred times.
Outside of :func:`together` nothing is remembered.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

Value = TypeVar("Value")

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("nx_known", default=None)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Inside, what :func:`once` looked up is remembered."""
    if _known.get() is not None:
        yield
        return
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def once(key: Hashable, look_up: Callable[[], Value]) -> Value:
    """What ``look_up`` gives; what it gave before for the same ``key``, in the same :func:`together`."""
    known = _known.get()
    if known is None:
        return look_up()
    if key not in known:
        known[key] = look_up()
    return known[key]
