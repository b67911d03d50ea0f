"""What tables say of a place in numbers: over time, and among the places of its level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.answers import figures, finder, terms
from ckanext.nxopendata.tables.answers.figures import Figure
from ckanext.nxopendata.tables.query import Condition

MOST_CANDIDATES = 300
MOST_ROWS = 5000
"""Rows of a table from which ranks are made; a longer one is no list of places."""


@dataclass(frozen=True, slots=True)
class Series:
    """Certain numbers of one indicator in one table.

    Attributes:
        figures: of the place, by period.
        others: code of another place of its level -> its number at the last period.
        copies: how many other tables have the same last number.
    """

    key: str
    indicator: str
    unit: str
    resource_id: str
    dataset_id: str
    figures: tuple[Figure, ...]
    others: Mapping[str, Any]
    copies: int = 0

    @property
    def last(self) -> Figure:
        """The newest number."""
        return self.figures[-1]

    @property
    def rank(self) -> tuple[int, int]:
        """Which of how many places of its level in this table, the largest first."""
        greater = sum(value > self.last.value for value in self.others.values())
        return greater + 1, len(self.others) + 1


def list_series(place: str, reader: finder.TableReader) -> list[Series]:
    """Return what public tables say of a place in numbers, the most asked for first, each once."""
    found: dict[tuple[str, ...], Series] = {}
    candidates = finder.list_candidates(place, None, MOST_CANDIDATES)
    reader.read_ahead(candidate.resource_id for candidate in candidates)
    for candidate in candidates:
        series = _read_series(candidate, place, reader)
        if series is None:
            continue
        identity = (series.key, series.unit, str(series.last.value))
        known = found.get(identity)
        if known is None:
            found[identity] = series
            continue
        better = max(known, series, key=_judge)
        found[identity] = replace(better, copies=known.copies + series.copies + 1)
    order = {f"{{{name}}}": number for number, name in enumerate(terms.load_terms())}
    kept = [one for one in found.values() if not any(_is_part_of(one, other) for other in found.values())]
    return sorted(kept, key=lambda series: (order.get(series.key, 999), series.indicator, series.last.period))


def _is_part_of(one: Series, other: Series) -> bool:
    """Whether all numbers of a series stand in a longer one."""
    if (one.key, one.unit) != (other.key, other.unit) or len(one.figures) >= len(other.figures):
        return False
    known = {(figure.period, str(figure.value)) for figure in other.figures}
    return all((figure.period, str(figure.value)) in known for figure in one.figures)


def _judge(series: Series) -> tuple[int, int, int]:
    """Of two tables with the same number that with more times, a more exact time, more places."""
    return len(series.figures), len(series.last.period), len(series.others)


def _read_series(candidate: Any, place: str, reader: finder.TableReader) -> Series | None:
    facts, state = reader.get_facts(candidate.resource_id), states.get_state(candidate.resource_id)
    found = finder.find_amount(candidate, facts) if facts else None
    if facts is None or state is None or found is None:
        return None
    indicator, amount = found
    conditions = [Condition(indicator[0], "is", indicator[1])] if indicator[0] else []
    rows: dict[str, list[figures.Row]] = {}
    for row in reader.read_rows(candidate.resource_id, conditions, MOST_ROWS):
        rows.setdefault(figures.find_own_place(facts, row) or candidate.place, []).append(row)

    def read(code: str) -> list[Figure]:
        listed = figures.list_figures(facts, rows.get(code, ()), code, candidate.key, indicator, amount)
        return [figure for figure in listed if figure.certain]

    own = sorted(read(place), key=lambda figure: figure.period)
    own = [figure for figure in own if figure.unit == own[-1].unit]
    if not own:
        return None
    level, others = gazetteer.level_of(place), {}
    for code in rows:
        if code and code != place and gazetteer.level_of(code) == level:
            values = [one.value for one in read(code) if (one.period, one.unit) == (own[-1].period, own[-1].unit)]
            if values:
                others[code] = values[0]
    return Series(
        candidate.key, own[-1].indicator, own[-1].unit, candidate.resource_id, state.dataset_id, tuple(own), others
    )


def list_lacking(place: str, present: Sequence[Series], reader: finder.TableReader) -> list[str]:
    """Return the ids of the terms that public tables have of other places of its level, and of this one not."""
    level = gazetteer.level_of(place)
    peers = [code for code in gazetteer.list_codes() if code != place and gazetteer.level_of(code) == level]
    own = {series.key for series in present}
    pairs = finder.list_keys(peers)
    reader.read_ahead(resource_id for _, resource_id in pairs)
    found = {key for key, resource_id in pairs if key not in own and reader.get_facts(resource_id)}
    return [name for name in terms.load_terms() if f"{{{name}}}" in found]
