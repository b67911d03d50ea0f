"""What is known of a dataset when sources are compared: its provider, its state, its data items. Plain module."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """A dataset.

    Attributes:
        owner: id of the department that provides it.
        title_key: its title as ``filing_rules.title_key`` makes it, by which equal titles are known.
        items: the names of its data items.
        public: whether everybody reads it; the others are drafts, under review or for departments only.
        agreements: how many agreements on its use are in force.
    """

    id: str
    name: str
    title: str
    owner: str
    title_key: str
    class_code: str
    share_type: str
    items: frozenset[str]
    public: bool
    agreements: int = 0


def item_names(stored: Any) -> frozenset[str]:
    """Return the names of data items as they are stored: a list, or the JSON of one."""
    if isinstance(stored, str):
        try:
            stored = json.loads(stored)
        except ValueError:
            return frozenset()
    rows = stored if isinstance(stored, list) else []
    names = (str(row.get("name") or "").strip() for row in rows if isinstance(row, dict))
    return frozenset(name for name in names if name)
