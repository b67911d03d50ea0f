"""Looking things up once for many rows that are written or shown together; imports nothing of CKAN.

Writing one dataset may ask the database for its department; writing two hundred must not ask two hundred times.
Outside of :func:`memo_scope` nothing is remembered.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

Value = TypeVar("Value")

_values: ContextVar[dict[Hashable, Any] | None] = ContextVar("nx_memo_values", default=None)
_batch: ContextVar[tuple[str, ...]] = ContextVar("nx_memo_batch", default=())


@contextlib.contextmanager
def memo_scope(ids: Iterable[str] = ()) -> Iterator[None]:
    """Remember inside what :func:`memoized` looks up.

    Args:
        ids: of the datasets that are written, as far as they are known beforehand.
    """
    values, batch = _values.set({}), _batch.set(tuple(ids))
    try:
        yield
    finally:
        _values.reset(values)
        _batch.reset(batch)


def batched_lookup(what: str, key: str, look_up: Callable[[tuple[str, ...]], Mapping[str, Value]]) -> Value | None:
    """Return the value of one dataset, looked up for all that are written with it; None where there is none.

    Args:
        what: names the values.
        key: id of the dataset.
        look_up: gives the values by id, of these ids.
    """
    ids = _batch.get()
    if key not in ids:
        return look_up((key,)).get(key)
    return memoized((batched_lookup, what), lambda: look_up(ids)).get(key)


def memoized(key: Hashable, look_up: Callable[[], Value]) -> Value:
    """Return what ``look_up`` gives, or gave before for the same ``key`` in the same :func:`memo_scope`."""
    values = _values.get()
    if values is None:
        return look_up()
    if key not in values:
        values[key] = look_up()
    return values[key]
