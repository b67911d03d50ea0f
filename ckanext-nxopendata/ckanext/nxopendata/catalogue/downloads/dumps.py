"""CKAN's dumps of a table as CSV and TSV, with no cell that a spreadsheet program would run."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator

from flask import Response, request

from ckanext.nxopendata.core.tabular.csv_out import BOM, guard_data

DIALECTS = {"csv": "excel", "tsv": "excel-tab"}
"""By the format that is asked for; CKAN 2.12.0 sends the media types in a form that programs cannot read."""
AT_ONCE = 65_536
"""Characters that are sent at once."""


def guard(response: Response) -> None:
    """Guard the cells of a dump while it is sent; other answers stay as they are."""
    dialect = DIALECTS.get(request.args.get("format", "csv"))
    if response.status_code == 200 and dialect:
        response.response = guarded(response.iter_encoded(), dialect)


def guarded(chunks: Iterable[bytes], dialect: str) -> Iterator[bytes]:
    """Yield the rows of a table, written in UTF-8, with guarded cells, some at a time."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, dialect)
    for number, row in enumerate(csv.reader(_lines(chunks), dialect)):
        if number == 0 and row and row[0].startswith(BOM):
            out.write(BOM)
            row[0] = row[0][1:]
        writer.writerow([guard_data(cell) for cell in row])
        if out.tell() > AT_ONCE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield lines with their ends, wherever the chunks were cut."""
    decode, rest = codecs.getincrementaldecoder("utf-8")().decode, ""
    for chunk in chunks:
        *lines, rest = (rest + decode(chunk)).split("\n")
        for line in lines:
            yield f"{line}\n"
    if rest:
        yield rest
