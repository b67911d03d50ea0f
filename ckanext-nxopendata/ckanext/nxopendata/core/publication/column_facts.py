"""What rooms know of the columns of a file beside their profile, for those who may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Describer = Callable[[str, str, Sequence[str]], Sequence[Mapping[str, Any]]]
"""Takes the id of a file, the name of who asks ("" for a visitor) and the headers of its columns; returns what is
known of each, in their order; nothing where this person may not know it."""

_describers: dict[str, Describer] = {}


def describe_columns(name: str, function: Describer) -> None:
    """Ask a function whenever the profile of a table is shown."""
    _describers[name] = function


def find_facts(resource_id: str, user: str, headers: Sequence[str]) -> list[dict[str, Any]]:
    """Return what is known of each column."""
    found: list[dict[str, Any]] = [{} for _ in headers]
    for function in _describers.values():
        for facts, more in zip(found, function(resource_id, user, headers), strict=False):
            facts.update(more)
    return found
