"""The values of a table that lie in the ranges of a grant, kept for a short time: each page asks for the same."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping

import sqlalchemy as sa
from ckanext.datastore.backend.postgres import get_read_engine

SECONDS = 60.0
"""What programs add to a table meanwhile is granted so much later; a file that is loaded anew is another table."""

MOST_KEPT = 4
"""Grants whose values one process keeps: up to 200,000 values each."""

Values = Mapping[str, frozenset[str]]
"""Column -> its values."""

_kept: OrderedDict[Hashable, tuple[float, Values]] = OrderedDict()
_lock = threading.Lock()


def find_version(resource_id: str) -> int:
    """Return a number that the table of a file has until the file is loaded anew; 0 without a table."""
    query = sa.text("SELECT CAST(to_regclass(CAST(:name AS text)) AS oid)")
    with get_read_engine().connect() as connection:
        return int(connection.execute(query, {"name": f'"{resource_id}"'}).scalar() or 0)


def keep(key: Hashable, make: Callable[[], Values]) -> Values:
    """Return what ``make`` gave for a key less than ``SECONDS`` ago, or make it anew."""
    with _lock:
        until, values = _kept.get(key, (0.0, None))
    if values is not None and time.monotonic() < until:
        return values
    values = make()
    with _lock:
        _kept[key] = time.monotonic() + SECONDS, values
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return values


def clear() -> None:
    """Forget what is kept."""
    with _lock:
        _kept.clear()
