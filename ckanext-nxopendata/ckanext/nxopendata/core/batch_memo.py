"""Looking things up once for many datasets that are written together; imports nothing of CKAN.

Who writes one dataset may ask the database for its department; who writes two hundred must not ask two hundred times.
Outside of :func:`together` nothing is remembered.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

Value = TypeVar("Value")

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("nx_known", default=None)


_written: ContextVar[tuple[str, ...]] = ContextVar("nx_written", default=())


@contextlib.contextmanager
def together(ids: Iterable[str] = ()) -> Iterator[None]:
    """Inside, what :func:`once` looked up is remembered.

    Args:
        ids: of the datasets that are written, as far as they are known beforehand.
    """
    known, written = _known.set({}), _written.set(tuple(ids))
    try:
        yield
    finally:
        _known.reset(known)
        _written.reset(written)


def of_all(what: str, key: str, look_up: Callable[[tuple[str, ...]], Mapping[str, Value]]) -> Value | None:
    """The value of one dataset, looked up for all that are written with it; None where there is none.

    Args:
        what: names the values.
        key: id of the dataset.
        look_up: values by id, of these ids.
    """
    ids = _written.get()
    return once((of_all, what), lambda: look_up(ids)).get(key) if key in ids else look_up((key,)).get(key)


def once(key: Hashable, look_up: Callable[[], Value]) -> Value:
    """What ``look_up`` gives; what it gave before for the same ``key``, in the same :func:`together`."""
    known = _known.get()
    if known is None:
        return look_up()
    if key not in known:
        known[key] = look_up()
    return known[key]
