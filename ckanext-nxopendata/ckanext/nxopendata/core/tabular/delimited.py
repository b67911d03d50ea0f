"""Delimited texts: whole forms, the beginning of a file, a file row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ckanext.nxopendata.core.tabular import cells, csv_out, encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet
from ckanext.nxopendata.core.tabular.text import charsets, parser, sniffer
from ckanext.nxopendata.core.tabular.text.dialect import Dialect

FORM_DELIMITERS = "\t,;"
"""Of forms that people fill in: a bar may stand in a cell."""

SAMPLE = 128 * 1024
"""Characters by which the dialect is found."""

BEGINNING_BYTES = 256 * 1024
LONGEST_CELL = parser.LONGEST_CELL

csv.field_size_limit(LONGEST_CELL)  # of the whole process; nobody else sets it


def detect_dialect(path: Path, kind: str) -> tuple[Dialect, int]:
    """Return how the text at ``path`` is written, and how many of its bytes are no character.

    Args:
        kind: its format in lower case; ``tsv`` has tabs wherever it has any.

    Raises:
        UnreadableError: ``encoding``.
    """
    with path.open("rb") as file:
        choice = encoding.choose(file)
    with path.open(encoding=choice.codec, errors=charsets.REPLACE, newline="") as text:
        sample = text.read(SAMPLE)
        return sniffer.sniff(sample, choice.codec, kind=kind, complete=not text.read(1)), choice.bad


def follow(path: Path, dialect: Dialect, codec: str, delimiter: str) -> Dialect:
    """Return the dialect of the text at ``path`` where its codec or delimiter are given; "" leaves what was found."""
    codec, delimiter = codec or dialect.codec, delimiter or dialect.delimiter
    with path.open(encoding=codec, errors=charsets.REPLACE, newline="") as text:
        return sniffer.sniff(text.read(SAMPLE), codec, delimiter=delimiter)


def guess_delimiter(sample: str, candidates: str = FORM_DELIMITERS) -> str:
    """Return the most frequent of some delimiters in the first rows of a form."""
    return max(candidates, key=sample[: 16 * 1024].count)


def parse(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows of a text given in lines, with their ends.

    Raises:
        UnreadableError: ``broken`` or ``encoding``, when that line is reached.
    """
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error as error:
        raise UnreadableError("broken", reason=str(error)) from error
    except UnicodeError as error:
        raise UnreadableError("encoding") from error


def stream(path: Path, dialect: Dialect, findings: parser.Findings) -> Iterator[tuple[int, Row]]:
    """Yield the line and the cells of each record of the text at ``path`` without holding it in memory.

    Args:
        findings: takes what is wrong in the lines, once they are read.

    Raises:
        UnreadableError: ``broken``, when that line is reached.
    """
    findings.clear()
    with path.open(encoding=dialect.codec, errors=charsets.REPLACE, newline="") as file:
        for _ in range(dialect.skip):
            file.readline()
        for number, row in parser.parse(file, dialect, findings, unmask=unmask):
            yield number + dialect.skip, row


def unmask(cell: str) -> str:
    """Return a cell without what kept a spreadsheet program from reading it as a number or a formula."""
    cell = cells.clean(cell)
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].replace('""', '"')
    if cell.startswith("'") and cell[1:].isdecimal():
        return cell[1:]
    return csv_out.unguard_formula(cell)


def parse_form(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows of a form, cells cleaned and without the apostrophe that keeps a formula from being run."""
    for row in parse(lines, delimiter):
        yield [csv_out.unguard_formula(cells.clean(cell)) for cell in row]


def read_form(content: bytes, most_cells: int) -> Sheet:
    """Read a form that people filled in, whole.

    Raises:
        UnreadableError: ``encoding``, ``broken`` or ``too_many_cells``.
    """
    text = encoding.decode(content)
    number, rows = 0, []
    for row in parse_form(io.StringIO(text, newline=""), guess_delimiter(text, FORM_DELIMITERS)):
        number += max(len(row), 1)
        if number > most_cells:
            raise UnreadableError("too_many_cells", reason=f"{most_cells:,}")
        rows.append(row)
    return Sheet("", rows)


def read_beginning(path: Path, kind: str, *, rows: int, columns: int) -> Sheet:
    """Read the first rows of the text at ``path``, from its first 256 KB.

    Raises:
        UnreadableError: ``encoding`` or ``broken``.
    """
    with path.open("rb") as file:
        head = file.read(BEGINNING_BYTES + 1)
    whole = len(head) <= BEGINNING_BYTES
    text, codec = encoding.decode_beginning(head[:BEGINNING_BYTES], complete=whole)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    dialect = sniffer.sniff(text[:SAMPLE], codec, kind=kind, complete=whole and len(text) <= SAMPLE)
    lines = islice(io.StringIO(text, newline=""), dialect.skip, None)
    parsed = parser.parse(lines, replace(dialect, codec="utf-8"), parser.Findings())
    read = [[unmask(cell) for cell in row[:columns]] for _, row in islice(parsed, rows + 1)]
    return Sheet("", read[:rows], whole and len(read) <= rows, encoding.name_of(codec))
