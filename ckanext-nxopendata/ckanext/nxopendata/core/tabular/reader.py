"""What people upload, as sheets of rows: a form to take in, the beginning of a file to look at, a table to load.

What a file is, its first bytes say; its name only tells which texts are JSON and which are delimited.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import IO

from ckanext.nxopendata.core.tabular import delimited, encoding, json_objects, sandbox, spreadsheet, word
from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet, SheetStream
from ckanext.nxopendata.core.tabular.text.parser import Findings
from ckanext.nxopendata.core.tabular.workbook import archive, markup

TEXTS = frozenset({"csv", "tsv", "txt"})
SPREADSHEETS = frozenset({"xlsx", "xls", "et", "ods", "xlsm", "xlsb"})
OBJECTS = frozenset({"json", "geojson", "jsonl", "ndjson", "topojson"})
FORMATS = TEXTS | SPREADSHEETS | OBJECTS
"""Formats that become tables, in lower case."""

READ_IN_SANDBOX = frozenset({"xlsx", "geojson"})
"""Formats whose beginning is read in a process of its own: costly enough to be kept."""

Numbered = Callable[[], Iterator[tuple[int, Row]]]

OTHER_KINDS = {
    b"%PDF-": "PDF",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x89PNG\r\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"PAR1": "Parquet",
    b"SQLite format 3\0": "SQLite",
    b"{\\rtf": "RTF",
}
"""First bytes of files that are no table -> what people call them."""

HEAD = 4096
"""Bytes by which a file is known."""

MOST_CELLS = spreadsheet.MOST_CELLS


def read(
    content: bytes,
    most_cells: int = MOST_CELLS,
    *,
    limits: sandbox.Limits = sandbox.WHOLE_FILE,
    most_bytes: int | None = None,
) -> list[Sheet]:
    """Read a form that people filled in: all sheets of a spreadsheet, all tables of a Word file, or a delimited text.

    Args:
        limits: of the process that reads it; ``sandbox.REQUEST`` where somebody waits for it.
        most_bytes: of cells; the sheet in which there are more is cut there, the sheets after it are left out.

    Raises:
        UnreadableError: it is neither, is damaged, has more than ``most_cells``, or reading it went over the limits
            (``too_large`` of a whole file, ``costly`` of others).
    """
    try:
        answer = sandbox.run_limited(_read_form, content, most_cells, most_bytes, limits=limits)
    except sandbox.SandboxError as error:
        if limits is sandbox.WHOLE_FILE:
            raise UnreadableError("too_large", reason=megabytes(limits.memory)) from error
        raise UnreadableError("costly", reason=str(error)) from error
    return spreadsheet.unpack(answer)


def _read_form(content: bytes, most_cells: int, most_bytes: int | None) -> bytes:
    def read_sheets() -> Iterable[Sheet]:
        sheets = _form(content, most_cells)
        return sheets if most_bytes is None else _cut(sheets, most_bytes)

    return spreadsheet.pack(read_sheets)


def _form(content: bytes, most_cells: int) -> list[Sheet]:
    if word.is_word(content):
        return word.read(content, most_cells)
    if spreadsheet.is_spreadsheet(content):
        return spreadsheet.read(content, most_cells, as_form=True)
    return [delimited.read_form(content, most_cells)]


def _cut(sheets: list[Sheet], left: int) -> Iterator[Sheet]:
    for sheet in sheets:
        for number, row in enumerate(sheet.rows):
            left -= 4 + sum(len(cell.encode("utf-8", "surrogatepass")) + 4 for cell in row)
            if left < 0:
                yield replace(sheet, rows=sheet.rows[:number], lines=sheet.lines[:number], complete=False)
                return
        yield sheet


def read_beginning(
    path: Path, kind: str, *, limit: int, columns: int, sheets: int = 1, most_bytes: int | None = None
) -> list[Sheet]:
    """Read the first rows of the file at ``path``, for people to look at or for the names of its columns.

    Args:
        kind: its format in lower case: a delimited text, ``xlsx`` or ``geojson``.
        limit: rows of a sheet at most, the header among them.
        columns: cells of a row at most.
        sheets: sheets of a workbook at most.
        most_bytes: the largest file of a format that is not read as a stream.

    Raises:
        UnreadableError: ``format``, ``too_large``, ``costly``, ``password``, ``broken`` or ``encoding``.
    """
    try:
        if kind in TEXTS:
            return [delimited.read_beginning(path, kind, rows=limit, columns=columns)]
        if kind not in READ_IN_SANDBOX:
            raise UnreadableError("format")
        if most_bytes is not None and path.stat().st_size > most_bytes:
            raise UnreadableError("too_large", reason=megabytes(most_bytes))
        if kind == "geojson":
            return [json_objects.read_beginning(path, rows=limit, columns=columns)]
        return spreadsheet.read_beginning(path, sheets=sheets, rows=limit, columns=columns)
    except OSError as error:
        raise UnreadableError("broken", reason=str(error)) from error


def open_sheets(path: Path, kind: str, *, most_bytes: int, codec: str = "", delimiter: str = "") -> list[SheetStream]:
    """Open the sheets of the file at ``path`` to read them row by row, again and again.

    A delimited text is streamed, because it may be a hundred times larger than a workbook.

    Args:
        kind: its format in lower case, one of ``FORMATS``; a workbook named CSV is read as a workbook.
        most_bytes: the largest file that is read.
        codec, delimiter: of a text, where they are known; "" to find them.

    Raises:
        UnreadableError: it is too large, damaged, in no known encoding, or no table (``web_page``).
    """
    if kind not in FORMATS:
        raise UnreadableError("format")
    size = path.stat().st_size
    if size > most_bytes:
        raise UnreadableError("too_large", reason=megabytes(most_bytes), megabytes=most_bytes // 1_000_000)
    if not size:
        raise UnreadableError("empty")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if packed := archive.unpack(path, head, most_bytes):
        return _open_packed(packed, kind, most_bytes, codec, delimiter)
    _refuse_other_kinds(head)
    if spreadsheet.is_spreadsheet(head):
        return [_stream_of(sheet) for sheet in spreadsheet.read(path.read_bytes())]
    if markup.is_markup(head):
        return [_stream_of(sheet) for sheet in markup.read(path.read_bytes())]
    if kind in SPREADSHEETS and b"\t" not in head and b"," not in head:
        raise UnreadableError("broken")
    if kind in OBJECTS or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2] in (b'{"', b"[{", b"[["):
        try:
            found = json_objects.read(path)
        except UnreadableError as error:
            if kind in OBJECTS or error.code == "empty":
                raise
        else:
            return [
                SheetStream(
                    _again(sheet),
                    name=sheet.name,
                    encoding=sheet.encoding,
                    header_first=True,
                    left_out=sheet.left_out,
                )
                for sheet in found
            ]
    return [_open_text(path, kind, codec, delimiter)]


def _open_packed(
    packed: list[archive.Packed], kind: str, most_bytes: int, codec: str, delimiter: str
) -> list[SheetStream]:
    """The sheets of all files of an archive, named after their files; of one alone, as if it were not packed.

    A file that cannot be read is counted at the others; where none can, the first says why.
    """
    sheets: list[SheetStream] = []
    refused: list[UnreadableError] = []
    for one in packed:
        try:
            opened = open_sheets(
                Path(one.file.name), one.kind or kind, most_bytes=most_bytes, codec=codec, delimiter=delimiter
            )
        except UnreadableError as error:
            refused.append(error)
            continue
        for sheet in opened:
            name = "/".join(filter(None, (one.name, sheet.name)))
            sheets.append(replace(sheet, name=name, numbered=_keep(one.file, sheet.numbered)))
    if not sheets:
        raise refused[0]
    if refused:
        sheets = [replace(sheet, left_out={**sheet.left_out, "unread_files": len(refused)}) for sheet in sheets]
    return sheets


def _refuse_other_kinds(head: bytes) -> None:
    """Name a file that is of a kind in which no table is looked for.

    Raises:
        UnreadableError: ``other_kind``.
    """
    for mark, name in OTHER_KINDS.items():
        if head.startswith(mark):
            raise UnreadableError("other_kind", reason=name)


FIRST_LINES = sandbox.Limits(memory=1024**3, cpu_seconds=20, wall_seconds=30, output=32 * 1024**2)
"""For the first lines of a whole file, for whom it belongs to."""


def read_first_lines(
    path: Path, kind: str, sheet: str, *, rows: int, columns: int, most_bytes: int
) -> list[tuple[int, Row]]:
    """Read the first lines of a sheet as they stand in the file at ``path``, with their numbers.

    Args:
        sheet: its name; the first sheet where there is none of that name.

    Raises:
        UnreadableError: it is none that :func:`open_sheets` opens, or ``costly``.
    """
    try:
        answer = sandbox.run_limited(
            _first_lines, str(path), kind, sheet, rows, columns, most_bytes, limits=FIRST_LINES
        )
    except sandbox.SandboxError as error:
        raise UnreadableError("costly", reason=str(error)) from error
    found = json.loads(answer)
    if isinstance(found, str):
        raise UnreadableError(found)
    return [(line, row) for line, row in found]


def _first_lines(path: str, kind: str, sheet: str, rows: int, columns: int, most_bytes: int) -> bytes:
    try:
        sheets = open_sheets(Path(path), kind, most_bytes=most_bytes)
        chosen = next((one for one in sheets if one.name == sheet), sheets[0])
        found = [(line, row[:columns]) for line, row in islice(chosen.numbered(), rows)]
    except UnreadableError as error:
        return json.dumps(error.code).encode()
    return json.dumps(found).encode("utf-8", "surrogatepass")


def _keep(file: IO[bytes], numbered: Numbered) -> Numbered:
    """The same rows; the temporary file that they are read from lives as long."""

    def read() -> Iterator[tuple[int, Row]]:
        file.flush()
        return numbered()

    return read


def _open_text(path: Path, kind: str, codec: str, delimiter: str) -> SheetStream:
    dialect, bad = delimited.detect_dialect(path, kind)
    if codec or delimiter:
        dialect = delimited.follow(path, dialect, codec, delimiter)
    findings = Findings()
    return SheetStream(
        lambda: delimited.stream(path, dialect, findings),
        encoding=encoding.name_of(dialect.codec),
        findings=lambda: (dict(findings.counts), tuple(findings.first)),
        left_out={"near_tie": 1} if dialect.rival and not delimiter else {},
        dialect=asdict(dialect) | {"bad_bytes": bad},
    )


def _stream_of(sheet: Sheet) -> SheetStream:
    return SheetStream(_again(sheet), name=sheet.name, merged_headers=True, left_out=sheet.left_out)


def _again(sheet: Sheet) -> Callable[[], Iterator[tuple[int, Row]]]:
    lines = sheet.lines or range(1, len(sheet.rows) + 1)
    return lambda: ((line, list(row)) for line, row in zip(lines, sheet.rows, strict=True))
