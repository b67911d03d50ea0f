"""What many readers see alike is made once a minute and kept in Redis; any change gives it up at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckanext.nxopendata.core.caching import cache

SECONDS = 60


def get(name: str, make: Callable[[], Any], seconds: int = SECONDS, *, near: bool = False) -> Any:
    """What ``make`` gives, as JSON keeps it; kept under ``name`` until something changes, at most ``seconds``.

    Args:
        near: what almost every page needs, kept in the memory of this process too.
    """
    return cache.kept(f"portal:{name}", make, seconds=seconds, near=near)


def give_up() -> None:
    """Something public changed: make everything anew."""
    cache.changed()
