"""A table in other formats, as it is read: CSV, XLSX, JSON, JSON Lines, XML, Parquet. Plain module.

Values are what psycopg2 gives: text, int, Decimal, date, datetime, float, bool, None.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from ckanext.nxopendata.core.tabular import csv_out

BLOCK = 256 * 1024
ROWS_AT_ONCE = 5000
MOST_SHEET_ROWS = 1_048_575
"""Rows below the header of an Excel worksheet."""

CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""Characters that neither XML 1.0 nor a worksheet may hold."""

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the file: its id, its header in full, its type in the database."""

    id: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Format:
    """A format one may choose: the ending of the file, the media type, and what writes it."""

    ending: str
    media_type: str
    write: Callable[[Sequence[Field], Rows], Iterator[bytes]]


class TooManyRowsError(Exception):
    """A worksheet holds no more than ``MOST_SHEET_ROWS`` rows."""


def to_json(value: Any) -> Any:
    """Return a value as JSON has it: dates as ISO 8601, decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def to_text(value: Any) -> str:
    """Return a value as CSV and XML have it: dates as ISO 8601, numbers as they are stored."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def to_guarded_text(value: Any) -> str:
    """As :func:`to_text`, but a text that a spreadsheet program would run is kept from it by an apostrophe."""
    return csv_out.guard_data(value) if isinstance(value, str) else to_text(value)


def csv_text(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """RFC 4180 in UTF-8."""
    return _csv(fields, rows, bom=False)


def csv_with_mark(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """The same, after a byte order mark: Excel then reads Chinese by itself."""
    return _csv(fields, rows, bom=True)


def _csv(fields: Sequence[Field], rows: Rows, *, bom: bool) -> Iterator[bytes]:
    lines = chain([[field.label for field in fields]], rows)
    guarded = ([to_guarded_text(value) for value in line] for line in lines)
    for piece in csv_out.write(guarded, bom=bom, guard=str):
        yield piece.encode()


def json_array(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """One array of objects, a row a line."""
    separator = "[\n"
    for chunk in _json_chunks(fields, rows):
        yield (separator + ",\n".join(chunk)).encode()
        separator = ",\n"
    yield b"[]\n" if separator == "[\n" else b"\n]\n"


def json_lines(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """One object a line."""
    for chunk in _json_chunks(fields, rows):
        yield ("\n".join(chunk) + "\n").encode()


def _json_chunks(fields: Sequence[Field], rows: Rows) -> Iterator[list[str]]:
    keys = _keys(fields)
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield [
            json.dumps(dict(zip(keys, map(to_json, row), strict=True)), ensure_ascii=False, separators=(",", ":"))
            for row in chunk
        ]


def _keys(fields: Sequence[Field]) -> list[str]:
    """The headers in full, unless two are the same: then the ids, which never are."""
    labels = [field.label for field in fields]
    return labels if len(set(labels)) == len(labels) else [field.id for field in fields]


def xml(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """``<data><row><value name="…">…</value></row></data>``: names are attributes, for headers are not XML names."""
    opening = [f"<value name={quoteattr(field.label.translate(CONTROL))}>" for field in fields]
    rows = iter(rows)
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<data>\n'
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield "".join(
            "<row>"
            + "".join(
                f"{opened}{escape(to_text(value).translate(CONTROL))}</value>"
                for opened, value in zip(opening, row, strict=True)
                if value is not None
            )
            + "</row>\n"
            for row in chunk
        ).encode()
    yield b"</data>\n"


def xlsx(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """A workbook: codes and other texts as text, numbers and dates as such, the header frozen.

    A text that begins with ``=`` is written as text, never as a formula.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.freeze_panes = "A2"
    for number, field in enumerate(fields, 1):
        wide = sum(2 if ord(sign) > 0x2E7F else 1 for sign in field.label)
        sheet.column_dimensions[get_column_letter(number)].width = min(48, max(12, wide + 3))

    def string(value: str, *, bold: bool = False) -> Any:
        cell = WriteOnlyCell(sheet, None)
        cell.value = value.translate(CONTROL)[:32767]
        cell.data_type = "s"
        cell.number_format = "@"
        if bold:
            cell.font = Font(bold=True)
        return cell

    def cell(value: Any) -> Any:
        if value is None or (isinstance(value, bool | int | float) and not _long(value)):
            return value
        if isinstance(value, dt.datetime):
            return value.replace(tzinfo=None)
        if isinstance(value, Decimal) and len(value.as_tuple().digits) <= 15:
            return value
        return value if isinstance(value, dt.date) else string(to_text(value))

    sheet.append([string(field.label, bold=True) for field in fields])
    for number, row in enumerate(rows):
        if number >= MOST_SHEET_ROWS:
            raise TooManyRowsError
        sheet.append([cell(value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        yield from _blocks(file)


def _long(value: Any) -> bool:
    return isinstance(value, int) and abs(value) >= 10**15


def parquet(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """Apache Parquet, compressed by zstd; decimals are doubles."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"int8": pa.int64(), "int4": pa.int64(), "numeric": pa.float64(), "float8": pa.float64()}
    types |= {"date": pa.date32(), "timestamp": pa.timestamp("us")}
    schema = pa.schema(
        [pa.field(key, types.get(field.type, pa.string())) for key, field in zip(_keys(fields), fields, strict=True)]
    )

    def value(cell: Any, type_: str) -> Any:
        if type_ in types:
            return float(cell) if isinstance(cell, Decimal) else cell
        return to_text(cell) if cell is not None else None

    rows = iter(rows)
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            while chunk := list(islice(rows, ROWS_AT_ONCE * 4)):
                arrays = [
                    pa.array([value(row[number], field.type) for row in chunk], schema.field(number).type)
                    for number, field in enumerate(fields)
                ]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
        yield from _blocks(file)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BLOCK):
        yield block


FORMATS = {
    "csv": Format("csv", "text/csv; charset=utf-8", csv_text),
    "csv-bom": Format("csv", "text/csv; charset=utf-8", csv_with_mark),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
    "json": Format("json", "application/json; charset=utf-8", json_array),
    "jsonl": Format("jsonl", "application/x-ndjson; charset=utf-8", json_lines),
    "xml": Format("xml", "application/xml; charset=utf-8", xml),
    "parquet": Format("parquet", "application/vnd.apache.parquet", parquet),
}
"""Name in the address -> format."""
