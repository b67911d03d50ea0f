"""The formats that a table may be downloaded in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ckanext.nxopendata.tables.exports import formats
from ckanext.nxopendata.tables.exports.formats import Field, Rows
from ckanext.nxopendata.tables.exports.workbook import xlsx

VERSION = "2"
"""Changes when a table would be written in another way: earlier copies are then stale."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format one may choose: the ending of the file, the media type, and what writes it."""

    ending: str
    media_type: str
    write: Callable[[Sequence[Field], Rows], Iterator[bytes]]


FORMATS = {
    "csv": Format("csv", "text/csv; charset=utf-8", formats.csv_text),
    "csv-bom": Format("csv", "text/csv; charset=utf-8", formats.csv_with_mark),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
    "json": Format("json", "application/json; charset=utf-8", formats.json_array),
    "jsonl": Format("jsonl", "application/x-ndjson; charset=utf-8", formats.json_lines),
    "xml": Format("xml", "application/xml; charset=utf-8", formats.xml),
    "parquet": Format("parquet", "application/vnd.apache.parquet", formats.parquet),
}
"""Name in the address -> format."""
