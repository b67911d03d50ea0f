"""What comes back from a statement, as CSV and as a chart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.tables.answers import periods
from ckanext.nxopendata.tables.charts.canvas import Plot
from ckanext.nxopendata.tables.page.row_view import format_number

MOST_BARS, MOST_POINTS, MOST_SERIES = 40, 500, 6


class NoPlotError(Exception):
    """A result that is no chart; ``message`` says why, in the reader's language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def to_csv(found: dict[str, Any]) -> Iterator[str]:
    """Return a result as CSV; texts that a spreadsheet program would run are kept from it."""
    names = [field["id"] for field in found["fields"]]
    lines = ([_to_text(value) for value in row] for row in [names, *found["records"]])
    return csv_out.write(lines, bom=False, guard=csv_out.guard_data)


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def to_cell(value: Any) -> str:
    """Return a value as the page shows it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_number(value) if isinstance(value, float) else str(value)
    return _to_text(value)


def make_plot(found: dict[str, Any], notes: Sequence[str]) -> Plot:
    """Return the chart of a result: its first column are the groups, its columns of numbers the series.

    What is drawn are the numbers of the result as they stand; nothing is added.

    Raises:
        NoPlotError: a group stands twice, or there are no numbers, or there is too much to draw.
    """
    fields, rows = found["fields"], found["records"]
    if len(fields) < 2 or not rows:
        raise NoPlotError(tk._("A chart needs a column of groups and one of numbers."))
    numbers = [
        place
        for place in range(1, len(fields))
        if any(row[place] is not None for row in rows)
        and all(row[place] is None or _is_number(row[place]) for row in rows)
    ]
    if not numbers:
        raise NoPlotError(tk._("A chart needs a column of groups and one of numbers."))
    groups = [_to_text(row[0]) for row in rows]
    if len(set(groups)) < len(groups):
        raise NoPlotError(tk._("A group stands in several rows. Add them up in the statement, or take another column."))
    times = [periods.of_cell(group) for group in groups]
    is_time = len(rows) > 1 and all(times)
    if len(rows) > (MOST_POINTS if is_time else MOST_BARS) or len(numbers) > MOST_SERIES or found["cut"]:
        raise NoPlotError(tk._("There is too much to draw. Ask for fewer rows or columns."))
    order = sorted(range(len(rows)), key=lambda place: times[place]) if is_time else range(len(rows))
    series = tuple((fields[place]["id"], tuple(_to_float(rows[n][place]) for n in order)) for place in numbers)
    title = tk._("{numbers} by {groups}").format(
        numbers=", ".join(fields[place]["id"] for place in numbers), groups=fields[0]["id"]
    )
    return Plot(
        "line" if is_time else "bar",
        title,
        fields[0]["id"],
        fields[numbers[0]]["id"] if len(numbers) == 1 else "",
        tuple(groups[n] for n in order),
        series,
        times=tuple(times[n] for n in order) if is_time else (),
        notes=tuple(notes),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _to_float(value: Any) -> float | None:
    return None if value is None else float(value)
