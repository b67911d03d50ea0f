"""What is new by meaning: what one department changed on one theme is one piece of news. Plain module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.core.timezone import to_china

MOST_EACH = 2
"""Pieces of news of one department, before those of all others."""

NAMED = 2
"""Datasets that a piece of news names."""


@dataclass(frozen=True, slots=True)
class News:
    """Datasets of one department and theme.

    Attributes:
        day: of the newest, YYYY-MM-DD.
        datasets: the newest of them.
        number: how many there are among those that were looked at.
        created: whether all of them are new, and none changed only.
    """

    department: str
    theme: str
    day: str
    datasets: tuple[Mapping[str, Any], ...]
    number: int
    created: bool


def group_news(datasets: Sequence[Mapping[str, Any]], most: int) -> list[News]:
    """Return the news of datasets, the newest first; a department with much news does not hide the others.

    Args:
        datasets: in the order of change, newest first, as ``package_search`` gives them.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for dataset in datasets:
        department = (dataset.get("organization") or {}).get("name") or ""
        theme = next(iter(_themes(dataset)), "")
        groups.setdefault((department, theme), []).append(dataset)
    news = [_describe(department, theme, members) for (department, theme), members in groups.items()]
    taken: dict[str, int] = {}
    ranked = []
    for place, one in enumerate(news):
        taken[one.department] = taken.get(one.department, 0) + 1
        ranked.append((taken[one.department] > MOST_EACH, place, one))
    return [one for _, _, one in sorted(ranked, key=lambda rank: rank[:2])[:most]]


def _describe(department: str, theme: str, members: Sequence[Mapping[str, Any]]) -> News:
    created = all(_day(one["metadata_created"]) == _day(one["metadata_modified"]) for one in members)
    return News(department, theme, _day(members[0]["metadata_modified"]), tuple(members[:NAMED]), len(members), created)


def _day(moment: str) -> str:
    """The day of China's calendar of a moment as CKAN writes it, in UTC without a zone."""
    return to_china(dt.datetime.fromisoformat(moment)).date().isoformat()


def _themes(dataset: Mapping[str, Any]) -> Sequence[str]:
    """The themes of a dataset, those that say something first: 99 is everything else."""
    themes = dataset.get("nx_theme") or []
    return sorted(themes, key=lambda code: (code == "99", not str(code).startswith("nx-")))
