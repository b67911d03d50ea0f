"""The table of a file: the sheet that holds it, its header, its rows of data, and the plan by which it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.layout import areas
from ckanext.nxopendata.core.tabular.layout import rows as layout_rows
from ckanext.nxopendata.core.tabular.layout.header import LOOKED_AT, Header, find_header
from ckanext.nxopendata.core.tabular.layout.rows import Layout
from ckanext.nxopendata.core.tabular.plan import Plan
from ckanext.nxopendata.core.tabular.sheets import Finding, Row, SheetStream

MOST_COLUMNS = 10_000
PAGE = ("说明", "目录", "封面", "填表", "口径", "readme", "notes", "index", "cover", "contents")
"""Names of worksheets that explain the data beside them."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table in a file.

    Attributes:
        sheet: that it stands on.
        header, layout: where on the sheet, and what is set aside.
        other_sheets: names of the worksheets that were not read.
        plan: by which the same file is read again to the same table.
        areas: of the tables that seem to stand on the sheet, where there are several.
    """

    sheet: SheetStream
    header: Header
    layout: Layout
    other_sheets: tuple[str, ...]
    plan: Plan
    areas: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """One name a column, "" where the file has none."""
        return self.header.names

    def rows(self) -> Iterator[Row]:
        """Yield the rows of data anew, cells as they stand in the file."""
        return (row for _, row in layout_rows.read_rows(self.sheet, self.header, self.layout))

    def findings(self) -> tuple[Mapping[str, int], Sequence[Finding]]:
        """Return what was wrong in the file when its rows were read last: how often each, and the first of them."""
        counts, first = self.sheet.findings()
        extra = dict(counts) | dict(self.sheet.left_out)
        told = list(first)
        noticed = {"total_differs": self.layout.totals_that_differ, "second_table": self.layout.second_tables}
        for code, lines in noticed.items():
            if lines:
                extra[code] = len(lines)
                told += [Finding(code, line) for line in lines[:20]]
        return extra, told


def find(
    path: Path, kind: str, *, most_bytes: int, most_columns: int = MOST_COLUMNS, plan: Plan | None = None
) -> FoundTable:
    """Find the table of the file at ``path``.

    Args:
        kind: its format in lower case.
        plan: how to read it; what it leaves open is found.

    Raises:
        UnreadableError: as of :func:`reader.open_sheets`; ``empty``: no sheet holds a row of data; ``plan``: the
            file is not as the plan says, ``reason`` names what differs.
    """
    plan = plan or Plan()
    for place in locate(path, kind, most_bytes=most_bytes, most_columns=most_columns, plan=plan):
        layout = layout_rows.survey(place.sheet, place.header, plan.take_in)
        if next(layout_rows.read_rows(place.sheet, place.header, layout), None) is not None:
            return complete(place, layout, plan)
    raise UnreadableError("empty")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table may stand: a sheet with a header, the names of the other sheets, the areas of several tables."""

    sheet: SheetStream
    header: Header
    other_sheets: tuple[str, ...]
    areas: tuple[str, ...]


def locate(path: Path, kind: str, *, most_bytes: int, most_columns: int, plan: Plan) -> Iterator[Place]:
    """Yield the places where the table of a file may stand, the likeliest first; only their beginnings are read.

    Raises:
        UnreadableError: as of :func:`find`, but not ``empty``.
    """
    sheets = reader.open_sheets(path, kind, most_bytes=most_bytes, codec=plan.codec, delimiter=plan.delimiter)
    chosen = [sheet for sheet in sheets if sheet.name == plan.sheet] if plan.sheet else _by_content(sheets)
    if not chosen:
        raise UnreadableError("plan", reason=plan.sheet)
    area = areas.parse(plan.area)
    for whole in chosen:
        sheet = areas.restrict(whole, area) if area else whole
        try:
            header = find_header(sheet, most_columns, plan.header_lines)
        except UnreadableError as error:
            if error.code != "empty":
                raise
            continue
        found = areas.suggest(whole, find_header(whole, most_columns) if area else header)
        yield Place(sheet, header, tuple(other.name for other in sheets if other is not whole and other.name), found)


def complete(place: Place, layout: Layout, plan: Plan) -> FoundTable:
    """Return the table at a place whose rows are known.

    Raises:
        UnreadableError: ``plan``.
    """
    _check_plan(plan, place.header)
    described = _describe(place.sheet, place.header, layout, plan)
    return FoundTable(place.sheet, place.header, layout, place.other_sheets, described, place.areas)


def _by_content(sheets: list[SheetStream]) -> list[SheetStream]:
    """Sheets in the order to look for the table: those first that hold much and are no explanation."""
    if len(sheets) < 2:
        return sheets

    def weight(sheet: SheetStream) -> tuple[bool, int]:
        explains = any(word in sheet.name.lower() for word in PAGE)
        rows = [row for row in islice(sheet.lines(), LOOKED_AT) if any(row)]
        cells = sum(len({cell for cell in row if cell}) for row in rows)
        wide = sum(sum(map(bool, row)) > 1 for row in rows)
        return explains or wide < 2, -cells if wide < 2 else 0

    return sorted(sheets, key=weight)


def _check_plan(plan: Plan, header: Header) -> None:
    named = [*plan.headers, *(column.header for column in plan.columns)]
    missing = [name for name in dict.fromkeys(named) if name and name not in header.names]
    if missing:
        raise UnreadableError("plan", reason="、".join(missing[:5]))


def _describe(sheet: SheetStream, header: Header, layout: Layout, plan: Plan) -> Plan:
    return Plan(
        sheet=sheet.name,
        area=plan.area,
        codec=str(sheet.dialect.get("codec") or ""),
        delimiter=str(sheet.dialect.get("delimiter") or ""),
        header_lines=header.lines,
        headers=header.names,
        take_in=plan.take_in,
        set_aside=tuple(layout.set_aside),
        columns=plan.columns,
        closed=plan.closed,
    )
