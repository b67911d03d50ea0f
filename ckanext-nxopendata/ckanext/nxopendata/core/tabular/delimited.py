"""Delimited texts: their delimiter and their rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ckanext.nxopendata.core.tabular import cells, csv_out, encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet

DELIMITERS = ",\t;|"
"""Of data; of equals the first is taken."""

FORM_DELIMITERS = "\t,;"
"""Of forms that people fill in: a bar may stand in a cell."""

SAMPLE = 16 * 1024
"""Characters among which delimiters are counted."""

BEGINNING_BYTES = 256 * 1024
LONGEST_CELL = 8 * 1024 * 1024

csv.field_size_limit(LONGEST_CELL)  # of the whole process; nobody else sets it


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is written: its codec and its delimiter."""

    codec: str
    delimiter: str


def detect_dialect(path: Path, kind: str) -> Dialect:
    """Return how the text at ``path`` is written.

    Args:
        kind: its format in lower case; ``tsv`` has tabs wherever it has any.

    Raises:
        UnreadableError: ``encoding``.
    """
    with path.open("rb") as file:
        codec = encoding.detect(file)
    with path.open(encoding=codec, errors="replace", newline="") as text:
        return Dialect(codec, delimiter_of_kind(kind, text.read(SAMPLE)))


def delimiter_of_kind(kind: str, sample: str) -> str:
    """Return the delimiter of a text of a format: a tab in ``tsv`` where it has any, else the most frequent."""
    return "\t" if kind == "tsv" and "\t" in sample else guess_delimiter(sample)


def guess_delimiter(sample: str, candidates: str = DELIMITERS) -> str:
    """Return the most frequent of some delimiters in a text."""
    return max(candidates, key=sample[:SAMPLE].count)


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


def stream(path: Path, dialect: Dialect) -> Iterator[Row]:
    """Yield the rows of the text at ``path`` without holding it in memory; cells have no space around them.

    Raises:
        UnreadableError: ``broken`` or ``encoding``, when that line is reached.
    """
    with path.open(encoding=dialect.codec, errors="strict", newline="") as file:
        for row in parse(file, dialect.delimiter):
            yield [cell.strip(" \t\r\n\u3000\u00a0\u200b\ufeff") for cell in row]


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
        number += len(row)
        if number > most_cells:
            raise UnreadableError("too_many_cells", reason=f"{most_cells:,}")
        rows.append(row)
    return Sheet("", rows)


def read_beginning(path: Path, kind: str, *, rows: int, columns: int) -> Sheet:
    """Read the first rows of the text at ``path``, from its first 256 KB. The first line tells the delimiter.

    Raises:
        UnreadableError: ``encoding`` or ``broken``.
    """
    with path.open("rb") as file:
        head = file.read(BEGINNING_BYTES + 1)
    whole = len(head) <= BEGINNING_BYTES
    text, codec = encoding.decode_beginning(head[:BEGINNING_BYTES], complete=whole)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    parsed = parse(io.StringIO(text, newline=""), delimiter_of_kind(kind, text.partition("\n")[0]))
    read = [row[:columns] for row in islice(parsed, rows + 1)]
    return Sheet("", read[:rows], whole and len(read) <= rows, encoding.name_of(codec))
