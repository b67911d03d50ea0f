"""Datasets of several departments that seem to hold the same: equal titles, equal data items. Plain module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from ckanext.nxopendata.catalogue.data_sources.entries import Entry

FEWEST_ITEMS = 3
"""Data items that two datasets must share before equal items say something; 名称 and 地址 alone do not."""

TITLE, ITEMS = "title", "items"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Datasets of at least two departments.

    Attributes:
        kind: ``title`` (equal but for spaces, punctuation and width) or ``items`` (the same data items).
        items: the data items that they share, for ``items``.
    """

    kind: str
    entries: tuple[Entry, ...]
    items: tuple[str, ...] = ()


def find(entries: Iterable[Entry]) -> list[Overlap]:
    """Return the overlaps, those of most departments first; datasets with equal titles and items are told once."""
    by_title: dict[Hashable, list[Entry]] = defaultdict(list)
    by_items: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.title_key:
            by_title[entry.title_key].append(entry)
        if len(entry.items) >= FEWEST_ITEMS:
            by_items[entry.items].append(entry)
    overlaps = [Overlap(TITLE, group) for group in _of_several_departments(by_title)]
    told = {frozenset(entry.id for entry in overlap.entries) for overlap in overlaps}
    overlaps += [
        Overlap(ITEMS, group, tuple(sorted(group[0].items)))
        for group in _of_several_departments(by_items)
        if frozenset(entry.id for entry in group) not in told
    ]
    return sorted(overlaps, key=lambda overlap: (-_count_departments(overlap.entries), overlap.entries[0].title))


def _of_several_departments(groups: dict[Hashable, list[Entry]]) -> Iterable[tuple[Entry, ...]]:
    return (tuple(group) for group in groups.values() if _count_departments(group) > 1)


def _count_departments(entries: Iterable[Entry]) -> int:
    return len({entry.owner for entry in entries})
