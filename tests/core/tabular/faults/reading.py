"""A file read as the site reads it: header, rows, types of its columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ckanext.nxopendata.core.tabular import table
from ckanext.nxopendata.core.tabular.plan import Plan
from ckanext.nxopendata.core.tabular.values.types import TableCounts, decide_type, to_value

FILES = Path(__file__).parent / "files"


@dataclass(frozen=True)
class Reading:
    """What comes of a file."""

    headers: list[str]
    rows: list[list[str]]
    types: dict[str, str]
    values: list[list[str | None]]
    set_aside: list[tuple[int, str]]
    findings: dict[str, int]
    found: table.FoundTable
    units: dict[str, str]


def read(path: Path, kind: str = "", plan: Plan | None = None) -> Reading:
    found = table.find(path, kind or path.suffix.lstrip("."), most_bytes=10**9, plan=plan)
    rows = [[cell.strip() for cell in row] for row in found.rows()]
    counts = TableCounts(len(found.headers))
    counts.add(rows)
    headers = [*found.headers, *[""] * (len(counts.columns) - len(found.headers))]
    types = [decide_type(header, cells) for header, cells in zip(headers, counts.columns, strict=True)]
    return Reading(
        headers,
        rows,
        {header: type_.name for header, type_ in zip(headers, types, strict=True)},
        [[to_value(type_, cell) for type_, cell in zip(types, row, strict=False)] for row in rows],
        [(row.line, row.reason) for row in found.layout.set_aside],
        {code: number for code, number in found.findings()[0].items() if number},
        found,
        {header: type_.unit for header, type_ in zip(headers, types, strict=True)},
    )


def case(name: str) -> Reading:
    return read(FILES / name)


def text(folder: Path, content: str | bytes, kind: str = "csv", plan: Plan | None = None) -> Reading:
    path = folder / f"file.{kind}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path, kind, plan)
