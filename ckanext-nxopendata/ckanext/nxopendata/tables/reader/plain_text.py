"""Delimited texts without a slip, read by Arrow: many times faster than row by row.

Arrow's reader and ours agree on a text whose quotation marks stand around whole cells of one line, whose rows have one
width, and in which no sign is hidden. Each block is looked at first; :class:`IrregularTextError` says that ours must
read the text.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as arrow_csv

from ckanext.nxopendata.core.tabular.layout.header import Header
from ckanext.nxopendata.core.tabular.sheets import SheetStream
from ckanext.nxopendata.tables.reader.spool import make_schema

pc: Any = pyarrow.compute  # its functions are made at run time, where no type checker sees them

BLOCK = 4 * 1024 * 1024
WORTH = 256 * 1024
"""Bytes of a text from which it is worth while."""

CONTROL = bytes([*range(9), 11, 12, *range(14, 32), 127])
STRAY_QUOTE = re.compile(rb'"(?<=[^DELIM"\r\n]")(?=[^DELIM"\r\n])|""(?<=[DELIM\n]"")(?=[^DELIM"\r\n])')
LONE_RETURN = re.compile(rb"\r(?!\n)")
EMPTY_LINE = re.compile(rb"\n\r?\n")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]")
INVISIBLE_HEADS = (b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf", b"\xef\xbf\xbd")
"""First bytes, in UTF-8, of signs that nobody sees."""


class IrregularTextError(Exception):
    """The text has something that the two readers read differently; the message says what."""


def can_read(sheet: SheetStream, size: int, most_columns: int) -> bool:
    """Whether the dialect of a text is one that Arrow knows, and the text is worth it."""
    known = sheet.dialect
    return (
        size >= WORTH
        and "quote" in known
        and len(str(known["delimiter"])) == 1
        and known["delimiter"] not in (" ", "\x01", "\x1f")  # the last two stand for a text of one column, too
        and known["quote"] in ('"', "")
        and not known.get("escape")
        and not known.get("space_after")
        and not known["bad_bytes"]
        and int(str(known["width"])) <= most_columns
    )


def read(path: Path, sheet: SheetStream, header: Header) -> Iterator[pa.RecordBatch]:
    """Yield the rows below the header of the text at ``path`` as batches, see :mod:`.spool`.

    Raises:
        IrregularTextError: while it is read; what was yielded is then of no use.
    """
    first_line = next((line for line, _ in islice(sheet.numbered(), header.skipped, None)), 0)
    if not first_line:
        return
    delimiter, quote = str(sheet.dialect["delimiter"]), str(sheet.dialect["quote"])
    width = max(len(header.parts), int(str(sheet.dialect["width"])))
    names = [str(number) for number in range(width)]
    with path.open("rb") as file:
        watched = _WatchedText(file, str(sheet.dialect["codec"]), delimiter, quote)
        try:
            with arrow_csv.open_csv(
                watched,
                arrow_csv.ReadOptions(column_names=names, skip_rows=first_line - 1, block_size=BLOCK),
                arrow_csv.ParseOptions(delimiter=delimiter, quote_char=quote or False),
                arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
            ) as batches:
                line = first_line
                for batch in batches:
                    numbers = pa.array(range(line, line + batch.num_rows), pa.int64())
                    line += batch.num_rows
                    whole = pa.record_batch([numbers, *batch.columns], schema=make_schema(width))
                    yield _drop_empty(whole)
        except pa.ArrowInvalid as error:
            raise IrregularTextError(str(error)[:200]) from error


def _drop_empty(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Without the rows that have no cell."""
    empty = pc.equal(batch.column(1), "")
    if not pc.any(empty).as_py():
        return batch
    for column in batch.columns[2:]:
        empty = pc.and_(empty, pc.equal(column, ""))
    return batch.filter(pc.invert(empty)) if pc.any(empty).as_py() else batch


class _WatchedText(io.RawIOBase):
    """The bytes of a text in UTF-8, each block looked at before it is given away."""

    def __init__(self, file: IO[bytes], codec: str, delimiter: str, quote: str) -> None:
        super().__init__()
        self._file = file
        if codec == "utf-8-sig":
            file.seek(3)
        self._decoder = None if codec.startswith("utf-8") else codecs.getincrementaldecoder(codec)("strict")
        self._delimiter, self._quote = delimiter.encode(), quote.encode()
        place = re.escape(self._delimiter)
        self._stray = re.compile(STRAY_QUOTE.pattern.replace(b"DELIM", place))
        self._rest, self._gap = b"", False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:  # pyright: ignore[reportIncompatibleMethodOverride]
        data = self._file.read(size)
        if self._decoder is not None:
            final = not data
            data = self._decoder.decode(data, final).encode()
            while not data and not final:
                data = self._file.read(size)
                final = not data
                data = self._decoder.decode(data, final).encode()
        self._check(data)
        return data

    def _check(self, data: bytes) -> None:
        # Single bytes are found many times faster than runs of them, so they are looked for first.
        if len(data.translate(None, CONTROL)) != len(data):
            raise IrregularTextError("control characters")
        text = self._rest + data
        end = text.rfind(b"\n") + 1 if data else len(text)
        lines, self._rest = text[:end], text[end:]
        if len(self._rest) > BLOCK // 2:
            raise IrregularTextError("a very long line")
        if any(head[:1] in lines and head in lines for head in INVISIBLE_HEADS) and INVISIBLE.search(lines.decode()):
            raise IrregularTextError("invisible characters")
        if b"\r" in lines and LONE_RETURN.search(lines):
            raise IrregularTextError("line ends of two kinds")
        self._check_gaps(lines)
        if b"'" in lines or (b'"' in lines and b'="' in lines):
            self._check_tricks(lines)
        if self._quote and b'"' in lines:
            if self._stray.search(lines):
                raise IrregularTextError("a stray quotation mark")
            if any(line.count(b'"') & 1 for line in lines.split(b"\n")):
                raise IrregularTextError("a cell of several lines, or an open quotation mark")

    def _check_gaps(self, lines: bytes) -> None:
        """Empty lines: at the end they are nothing, elsewhere they part notes from data."""
        if not lines:
            return
        content = lines.rstrip(b"\r\n")
        gap = content.startswith((b"\n", b"\r")) or EMPTY_LINE.search(content)
        if content and (self._gap or gap):
            raise IrregularTextError("empty lines")
        self._gap = self._gap or not content or lines.endswith((b"\n\n", b"\n\r\n"))

    def _check_tricks(self, lines: bytes) -> None:
        """What keeps spreadsheet programs from reading a cell as a number or formula."""
        opened = [place + quote + b"'" for place in (self._delimiter, b"\n") for quote in (b"", b'"')]
        if b'="' in lines or b"\xc2\xa0" in lines or lines.startswith((b"'", b"\"'")):
            raise IrregularTextError("cells with a trick")
        if any(mark in lines for mark in opened):
            raise IrregularTextError("cells with a trick")
