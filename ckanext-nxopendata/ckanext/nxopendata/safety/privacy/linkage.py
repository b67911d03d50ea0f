"""Two tables about people laid side by side: what they give away together.

Where both have a column that numbers the same people (a case number, a pseudonym), the rows are joined by it, and k is
that of all characteristics together. Where they have none, who is alone in both by what both tell is found in the
one by the other. Runs in the limited process; imports nothing of CKAN. Data that give more away together are judged
together: 保守国家秘密法 第三十六条, 个人信息保护法.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular.layout.header import Header
from ckanext.nxopendata.core.tabular.sheets import SheetStream
from ckanext.nxopendata.safety.privacy import quasi_identifiers
from ckanext.nxopendata.safety.privacy.measure import Groups, open_tables, read_data

LEAST = 2
"""Kinds of quasi-identifiers that two tables share, or have together, before they are laid side by side."""

MOST_KEYS = 5
"""Columns of one name that are tried as keys."""

UNIQUE = 0.9
"""Share of different values from which a column numbers its rows."""


@dataclass(frozen=True, slots=True)
class _Table:
    sheet: SheetStream
    header: Header
    columns: Mapping[str, int]
    """Kind of quasi-identifier -> place of its column."""
    others: Mapping[str, int]
    """Headers of other columns, that might number people."""
    is_about_persons: bool

    def load(self, groups: Groups, name: str, places: list[int]) -> None:
        groups.load(name, read_data(self.sheet, self.header), places)


def link_to_json(path: str, kind: str, other: str, other_kind: str) -> bytes:
    """Return as JSON how the tables of two files give people away together: an entry for each pair that does.

    Returns:
        Each with ``key``, the column that both have ("" for none); ``kinds`` that were laid together; ``common``:
        people, or without a key combinations of values, that stand in both; ``k``: the least number of people who
        are alike in them; ``alone``: how many are like nobody else.
    """
    found = [
        _join(one, two) or _compare(one, two)
        for one in _find_tables(path, kind)
        for two in _find_tables(other, other_kind)  # not kept: the members of an archive are there while they are read
    ]
    return json.dumps([pair for pair in found if pair], ensure_ascii=False).encode("utf-8", "surrogatepass")


def _find_tables(path: str, kind: str) -> Iterator[_Table]:
    for sheet, header in open_tables(Path(path), kind):
        suggestion = quasi_identifiers.suggest(header.names)
        if not suggestion.describes_persons:
            continue
        headers = list(header.names)
        columns = {kind: headers.index(name) for name, kind in reversed(list(suggestion.quasi.items()))}
        others = {name: headers.index(name) for name in headers if name and name not in suggestion.quasi}
        yield _Table(sheet, header, columns, others, suggestion.is_about_persons)


def _join(one: _Table, two: _Table) -> dict[str, Any] | None:
    """What the rows of both tell together, joined by a column that numbers people in both."""
    more = [kind for kind in two.columns if kind not in one.columns]
    kinds = [*one.columns, *more]
    persons = sum(quasi_identifiers.words().kinds[kind].is_person for kind in kinds)
    if persons < LEAST or not more:
        return None
    for key in [name for name in one.others if name in two.others][:MOST_KEYS]:
        with Groups() as groups:
            one.load(groups, "one", [one.others[key], *one.columns.values()])
            two.load(groups, "two", [two.others[key], *(two.columns[kind] for kind in more)])
            if min(_share_unique(groups, name) for name in ("one", "two")) < UNIQUE:
                continue
            columns = [f"a.c{place}" for place in range(1, len(one.columns) + 1)]
            columns += [f"b.c{place}" for place in range(1, len(more) + 1)]
            named = ", ".join(f"{column} AS c{place}" for place, column in enumerate(columns))
            joined = f"SELECT {named} FROM one a JOIN two b ON a.c0 = b.c0"  # noqa: S608  names of our own
            groups.database.execute(f"CREATE TABLE people AS {joined}")
            measured = groups.measure(len(kinds), ())
            if measured["rows"]:
                return {
                    "key": key,
                    "kinds": kinds,
                    "common": measured["rows"],
                    "k": measured["k"],
                    "alone": measured["alone"],
                }
    return None


def _share_unique(groups: Groups, table: str) -> float:
    different, rows = groups.read(f"SELECT count(DISTINCT c0), count(*) FROM {table} WHERE c0 <> ''")  # noqa: S608
    return different / rows if rows else 0.0


def _compare(one: _Table, two: _Table) -> dict[str, Any] | None:
    """Who is alone in both by what both tell."""
    shared = [kind for kind in one.columns if kind in two.columns]
    if len(shared) < LEAST or not (one.is_about_persons and two.is_about_persons):
        return None
    with Groups() as groups:
        one.load(groups, "one", [one.columns[kind] for kind in shared])
        two.load(groups, "two", [two.columns[kind] for kind in shared])
        names = ", ".join(f"c{place}" for place, _ in enumerate(shared))
        common, k, alone = groups.read(
            f"WITH a AS (SELECT {names}, count(*) AS n FROM one GROUP BY ALL), "  # noqa: S608  names of our own
            f"b AS (SELECT {names}, count(*) AS m FROM two GROUP BY ALL) "
            f"SELECT count(*), min(least(n, m)), count(*) FILTER (n = 1 AND m = 1) FROM a JOIN b USING ({names})"
        )
    return {"key": "", "kinds": shared, "common": common, "k": k, "alone": alone} if common else None
