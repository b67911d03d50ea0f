"""CKAN's dumps of a table as CSV and TSV, with no cell that a spreadsheet program would run."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response, request

from ckanext.nxopendata.core.tabular import csv_out

DIALECTS = {"csv": "excel", "tsv": "excel-tab"}
"""By the format that is asked for; CKAN 2.12.0 sends the media types in a form that programs cannot read."""


def guard(response: Response) -> None:
    """Guard the cells of a dump while it is sent; other answers stay as they are."""
    dialect = DIALECTS.get(request.args.get("format", "csv"))
    if response.status_code == 200 and dialect:
        response.response = guarded(response.iter_encoded(), dialect)


def guarded(chunks: Iterable[bytes], dialect: str) -> Iterator[bytes]:
    """Yield the rows of a table, written in UTF-8, with guarded cells, some at a time."""
    rows = csv.reader(_lines(chunks), dialect)
    head = next(rows, [])
    bom = bool(head) and head[0].startswith(csv_out.BOM)
    if bom:
        head[0] = head[0].removeprefix(csv_out.BOM)
    delimiter = csv.get_dialect(dialect).delimiter
    for text in csv_out.write(chain([head], rows), bom=bom, guard=csv_out.guard_data, delimiter=delimiter):
        yield text.encode()


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield lines with their ends, wherever the chunks were cut."""
    decode, rest = codecs.getincrementaldecoder("utf-8")().decode, ""
    for chunk in chunks:
        *lines, rest = (rest + decode(chunk)).split("\n")
        for line in lines:
            yield f"{line}\n"
    if rest:
        yield rest
