"""A table in other formats, as it is read: CSV, JSON, JSON Lines, XML, Parquet. Plain module.

Values are what psycopg2 gives: text, int, Decimal, date, datetime, float, bool, None.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from ckanext.nxopendata.core.tabular import csv_out

BLOCK = 256 * 1024
ROWS_AT_ONCE = 5000
CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""Characters that neither XML 1.0 nor a worksheet may hold."""

LINE_ENDS = {"\r": "&#13;"}
"""What a reader of XML would make a line feed."""

DOUBLE_DIGITS = 15
"""Digits that a double keeps for certain."""

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the file.

    Attributes:
        id: its name in the database.
        label: its header in full.
        type: of the database.
        unit, notes: as its dictionary has them.
        digits, scale: of a ``numeric`` column: the most digits of a value, and of these behind the point; 0 if unknown.
    """

    id: str
    label: str
    type: str
    unit: str = ""
    notes: str = ""
    digits: int = 0
    scale: int = 0


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
    opening = [json.dumps(key, ensure_ascii=False) + ":" for key in _keys(fields)]
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield [
            "{" + ",".join([key + _json_value(value) for key, value in zip(opening, row, strict=True)]) + "}"
            for row in chunk
        ]


def _json_value(value: Any) -> str:
    """A value in JSON; numbers with all their digits, which a float may not keep."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    return json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"), default=str)


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
                f"{opened}{escape(to_text(value).translate(CONTROL), LINE_ENDS)}</value>"
                for opened, value in zip(opening, row, strict=True)
                if value is not None
            )
            + "</row>\n"
            for row in chunk
        ).encode()
    yield b"</data>\n"


def parquet(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """Apache Parquet, compressed by zstd; numbers of more digits than a double keeps are decimals."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            pa.field(key, parquet_type(field), metadata={"unit": field.unit, "description": field.notes})
            for key, field in zip(_keys(fields), fields, strict=True)
        ]
    )

    def value(cell: Any, type_: pa.DataType) -> Any:
        if cell is None or not pa.types.is_string(type_):
            return float(cell) if pa.types.is_floating(type_) and cell is not None else cell
        return to_text(cell)

    rows = iter(rows)
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            while chunk := list(islice(rows, ROWS_AT_ONCE * 4)):
                arrays = [
                    pa.array([value(row[number], entry.type) for row in chunk], entry.type)
                    for number, entry in enumerate(schema)
                ]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
        yield from read_blocks(file)


def parquet_type(field: Field) -> Any:
    """Return the type of a column in Arrow and Parquet."""
    import pyarrow as pa

    types = {"int8": pa.int64(), "int4": pa.int64(), "float8": pa.float64(), "date": pa.date32()}
    types |= {"timestamp": pa.timestamp("us"), "numeric": pa.float64()}
    if field.type == "numeric" and field.digits > DOUBLE_DIGITS:
        return pa.decimal128(field.digits, field.scale) if field.digits <= 38 else pa.string()
    return types.get(field.type, pa.string())


def read_blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its beginning."""
    file.seek(0)
    while block := file.read(BLOCK):
        yield block
