"""The measures of a file's tables, row by row; what runs in the limited process. Imports nothing of CKAN.

Rows are never kept by this process: DuckDB counts the combinations of values, on disk where they are many.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.layout import rows as layout_rows
from ckanext.nxopendata.core.tabular.layout.header import Header, find_header
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream
from ckanext.nxopendata.core.tabular.workbook.archive import decode_name
from ckanext.nxopendata.safety.privacy import quasi_identifiers
from ckanext.nxopendata.safety.privacy.aggregates import SmallCells
from ckanext.nxopendata.safety.privacy.estimate import estimate
from ckanext.nxopendata.safety.privacy.quasi_identifiers import Suggestion

MOST_BYTES = 2 * 1024**3
MOST_COLUMNS = 2_000
ARCHIVE = "zip"
DEEPEST = 2
"""Archives around an archive that is still opened."""

AT_A_TIME = 20_000
"""Rows that are handed over at once."""

SIZES = (1, 2, 4, 9)
"""Upper ends of the sizes of groups that are told."""

FEWEST_OF_A_GRID = 6
"""Combinations of values: of fewer, people may have all by chance."""

SAMPLE = 500
"""Rows by which it is seen how finely values are written, and which places they name."""

NO_TABLE = frozenset({"format", "broken", "empty", "encoding", "password", "web_page"})
"""Codes of files that are no tables; whether they can be read at all, the examination of what they hold says."""

DATABASE = {"memory_limit": "400MB", "threads": "1"}


def measure_to_json(path: str, kind: str, quasi: Sequence[str], sensitive: Sequence[str]) -> bytes:
    """Return the measures of the tables of a file as JSON: a list with an entry for each table about people.

    Each has ``sheet``, ``kind`` (``persons``: a row is one; ``counts``: cells count them; ``part``: too little is
    said of a person to be measured, but another table may say the rest) and ``headers``; see the functions below for
    the rest.

    Args:
        kind: format of the file in lower case.
        quasi, sensitive: headers that somebody chose, beside those that their words suggest.
    """
    try:
        found = list(_measure_tables(path, kind, quasi, sensitive))
    except UnreadableError as error:
        if error.code not in NO_TABLE:
            raise
        found = []
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _measure_tables(path: str, kind: str, quasi: Sequence[str], sensitive: Sequence[str]) -> Iterator[dict[str, Any]]:
    for sheet, header in open_tables(Path(path), kind):
        suggestion = quasi_identifiers.suggest(header.names)
        chosen = [name for name in header.names if name in quasi and name not in suggestion.quasi]
        if suggestion.is_about_persons or chosen:
            columns = [*suggestion.quasi, *chosen]
            hidden = list(dict.fromkeys([*suggestion.sensitive, *(n for n in header.names if n in sensitive)]))
            found = _measure_persons(sheet, header, suggestion, columns, hidden)
            if chosen or not found.pop("is_grid"):
                yield {"sheet": sheet.name, **found}
        elif suggestion.describes_persons:
            columns = {"headers": list(header.names), "quasi": list(suggestion.quasi)}
            yield {"sheet": sheet.name, "kind": "part", **columns}
        elif suggestion.counts_persons and not _counts_in_thousands(header):
            yield {"sheet": sheet.name, **_measure_counts(sheet, header, suggestion)}


def _counts_in_thousands(header: Header) -> bool:
    """Whether a line above a table says so, as 单位：万人."""
    known = quasi_identifiers.words()
    return any("单位" in cell and known.not_people.search(cell) for _, row in header.above for cell in row)


def read_headers(path: str, kind: str) -> bytes:
    """Return the headers of all tables of a file as JSON."""
    return json.dumps([header.names for _, header in open_tables(Path(path), kind)]).encode("utf-8", "surrogatepass")


def open_tables(path: Path, kind: str, depth: int = 0) -> Iterator[tuple[SheetStream, Header]]:
    """Yield each sheet of a file that holds a table, with its header; of an archive, those of its members.

    Args:
        kind: format of the file, or ``ARCHIVE``.
        depth: archives around it.
    """
    if kind == ARCHIVE:
        yield from _open_members(path, depth)
        return
    for sheet in reader.open_sheets(path, kind, most_bytes=MOST_BYTES):
        try:
            yield sheet, find_header(sheet, MOST_COLUMNS)
        except UnreadableError as error:
            if error.code != "empty":
                raise


def _open_members(path: Path, depth: int) -> Iterator[tuple[SheetStream, Header]]:
    """Yield the tables of an archive; each member is unpacked for as long as it is read."""
    left = MOST_BYTES
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        for number, info in enumerate(archive.infolist()):
            kind = info.filename.rpartition(".")[2].lower()
            if info.flag_bits & 1 or not (kind in reader.FORMATS or (kind == ARCHIVE and depth < DEEPEST)):
                continue  # what cannot be read, the examination of what the file holds says
            left -= info.file_size
            if left < 0:
                raise UnreadableError("too_large")
            member = Path(folder) / f"{number}.{kind}"
            with archive.open(info) as packed, member.open("wb") as file:
                shutil.copyfileobj(packed, file)
            try:
                for sheet, header in open_tables(member, kind, depth + 1):
                    yield replace(sheet, name=" › ".join(filter(None, (decode_name(info), sheet.name)))), header
            except UnreadableError as error:
                if error.code not in NO_TABLE:
                    raise
            member.unlink()


def read_data(sheet: SheetStream, header: Header) -> Iterator[Row]:
    """Yield the rows of data: no titles, totals and notes."""
    layout = layout_rows.survey(sheet, header)
    return (row for _, row in layout_rows.read_rows(sheet, header, layout))


def normalise(value: str) -> str:
    """Return a value as two that say the same are written alike."""
    return unicodedata.normalize("NFKC", value).strip()


def count_groups(
    rows: Iterable[Row], headers: Sequence[str], quasi: Sequence[str], sensitive: Sequence[str]
) -> dict[str, Any]:
    """Return what tells how well people are hidden among others.

    Returns:
        ``rows``; ``k``, the least number of rows that share their values (0 of no rows); ``alone``, rows that share
        them with none; ``groups``, pairs of a size and of how many groups have at most that size and more than the one
        before; ``l``: sensitive header -> least number of different values in a group; ``is_grid``: whether each
        value of a column stands with each of the others equally often, as groups do in statistics and people never.
    """
    with Groups() as groups:
        groups.load("people", rows, [headers.index(name) for name in (*quasi, *sensitive)])
        return groups.measure(len(quasi), sensitive)


class Groups:
    """Counts rows by their values, in a database of its own that goes when it is left."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        config: dict[str, Any] = {**DATABASE, "temp_directory": self._folder.name}
        self.database = duckdb.connect(f"{self._folder.name}/rows.db", config=config)
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()
        self._folder.cleanup()

    def load(self, table: str, rows: Iterable[Row], places: Sequence[int]) -> None:
        """Write the cells at some places of each row to a table with the columns ``c0``, ``c1``, ..."""
        names = _name_columns(len(places))
        schema = pa.schema([(name, pa.string()) for name in names])
        self.database.register("batches", pa.RecordBatchReader.from_batches(schema, _cut(rows, places, names)))
        self.database.execute(f"CREATE TABLE {table} AS SELECT * FROM batches")  # noqa: S608  names of our own

    def measure(self, quasi: int, sensitive: Sequence[str]) -> dict[str, Any]:
        """Return the measures of the table ``people``, whose first columns are the quasi-identifiers."""
        names = _name_columns(quasi + len(sensitive))
        by, hidden = ", ".join(names[:quasi]), names[quasi:]
        different = "".join(f", count(DISTINCT {name}) AS {name}" for name in hidden)
        self.database.execute(f"CREATE TABLE sizes AS SELECT count(*) AS n{different} FROM people GROUP BY {by}")  # noqa: S608  names of our own
        least = "".join(f", min({name})" for name in hidden)
        total, k, *lowest = self.read(f"SELECT sum(n), min(n){least} FROM sizes")  # noqa: S608  names of our own
        groups = [
            (end, self.read("SELECT count(*) FROM sizes WHERE n > ? AND n <= ?", start, end)[0])
            for start, end in zip((0, *SIZES), SIZES, strict=False)
        ]
        each = " * ".join(f"count(DISTINCT {name})" for name in names[:quasi])
        combinations = self.read(f"SELECT {each} FROM people")[0]  # noqa: S608  names of our own
        number, largest = self.read("SELECT count(*), max(n) FROM sizes")
        return {
            "is_grid": quasi > 1 and number >= FEWEST_OF_A_GRID and (number, largest) == (combinations, k),
            "rows": int(total or 0),
            "k": int(k or 0),
            "alone": groups[0][1],
            "groups": groups,
            "l": {name: int(value or 0) for name, value in zip(sensitive, lowest, strict=True)},
        }

    def list_large(self, quasi: int, least: int) -> Iterator[tuple[str, ...]]:
        """Yield the values of the table ``people`` that at least so many rows share."""
        by = ", ".join(_name_columns(quasi))
        found = self.database.execute(f"SELECT {by} FROM people GROUP BY {by} HAVING count(*) >= ?", [least])  # noqa: S608  names of our own
        while rows := found.fetchmany(AT_A_TIME):
            yield from rows

    def read(self, query: str, *values: int) -> tuple[Any, ...]:
        """Return the one row of a query."""
        return self.database.execute(query, values).fetchone() or ()


def _name_columns(number: int) -> list[str]:
    return [f"c{place}" for place in range(number)]


def _cut(rows: Iterable[Row], places: Sequence[int], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, AT_A_TIME)):
        columns = [
            pa.array([normalise(row[place]) if place < len(row) else "" for row in chunk], pa.string())
            for place in places
        ]
        yield pa.record_batch(columns, names=list(names))


def _measure_persons(
    sheet: SheetStream, header: Header, suggestion: Suggestion, quasi: Sequence[str], sensitive: Sequence[str]
) -> dict[str, Any]:
    headers = list(header.names)
    found = count_groups(read_data(sheet, header), headers, quasi, sensitive)
    return {
        "kind": "persons",
        "headers": headers,
        "quasi": list(quasi),
        "sensitive": list(sensitive),
        **found,
        "estimate": asdict(estimate_table(read_data(sheet, header), headers, suggestion)),
    }


def estimate_table(rows: Iterable[Row], headers: Sequence[str], suggestion: Suggestion) -> Any:
    """Return the estimate by the census for a table."""
    sample = list(islice(rows, SAMPLE))
    kinds, places = [], []
    for name, kind in suggestion.quasi.items():
        values = [row[headers.index(name)] for row in sample if headers.index(name) < len(row)]
        if kind == "place":
            places += values
        else:
            kinds.append((kind, next(filter(None, values), "")))
    return estimate(kinds, places)


def _measure_counts(sheet: SheetStream, header: Header, suggestion: Suggestion) -> dict[str, Any]:
    headers = list(header.names)
    cells = SmallCells(headers, suggestion)
    rows = 0
    for _, row in layout_rows.read_rows(sheet, header, layout_rows.Layout()):
        cells.add(row)
        rows += 1
    cells.finish()
    return {
        "kind": "counts",
        "headers": headers,
        "rows": rows,
        "k": 1 if cells.given_back else cells.least,
        "small": cells.small,
        "given_back": cells.given_back,
    }
