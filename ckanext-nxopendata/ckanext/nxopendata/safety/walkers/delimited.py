"""Delimited and other plain texts, by blocks of raw lines; only lines in which something stands are cut into cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import IO

from ckanext.nxopendata.core.tabular import encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.text import charsets, sniffer
from ckanext.nxopendata.safety.recognition.normalise import normalise
from ckanext.nxopendata.safety.walkers.collector import Collector, Table

BLOCK = 1024 * 1024
SNIFFED = 64 * 1024
LINES_OF_BLOCK = 150
"""Lines at the beginning of each later block that are taken into the sample of the columns."""

LONGEST_LINE = 8 * 1024 * 1024


def walk(file: IO[bytes], place: str, kind: str, collector: Collector) -> None:
    """Look at a text.

    Args:
        kind: its format, lower case, by its name; "" where unknown.
    """
    try:
        codec = encoding.choose(file).codec
    except UnreadableError:
        collector.add_unread(place, "encoding")
        file.seek(0)
        codec = "gb18030"
    file.seek(0)
    sample = codecs.getincrementaldecoder(codec)("replace").decode(file.read(SNIFFED))
    dialect = sniffer.sniff(sample.lstrip("\ufeff"), codec, kind=kind, complete=len(sample) < SNIFFED // 4)
    delimiter = dialect.delimiter if dialect.width > 1 and len(dialect.delimiter) == 1 else ""
    table = Table(collector, place)
    line = 1
    for number, block in enumerate(_read_blocks(file, codec)):
        collector.budget.spend_bytes(len(block))
        text = normalise(block)
        _scan(text, delimiter, line, table, collector)
        if delimiter:
            rows = _cut(block, delimiter, None if number == 0 else LINES_OF_BLOCK)
            for row in islice(rows, 20_000 if number == 0 else LINES_OF_BLOCK):
                table.keep(row)
        line += text.count("\n")
    if delimiter:
        table.rows = max(table.rows, line - 1)
        table.finish()


def _cut(block: str, delimiter: str, lines: int | None) -> Iterator[list[str]]:
    part = block if lines is None else "\n".join(block.split("\n", lines)[:lines])
    try:
        yield from csv.reader(io.StringIO(part.replace("\0", ""), newline=""), delimiter=delimiter)
    except csv.Error:
        yield from (line.split(delimiter) for line in part.split("\n"))


def _read_blocks(file: IO[bytes], codec: str) -> Iterator[str]:
    """Yield the text in parts that end with a line, as long as lines are not longer than anybody writes."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)(charsets.REPLACE)
    rest = ""
    while data := file.read(BLOCK):
        rest = (rest + decoder.decode(data)).replace("\r\n", "\n").replace("\r", "\n")
        end = rest.rfind("\n") + 1 if len(rest) > BLOCK // 4 else 0
        if end or len(rest) > LONGEST_LINE:
            end = end or len(rest) - 64
            yield rest[:end]
            rest = rest[end:]
    if rest := rest + decoder.decode(b"", final=True):
        yield rest


def _scan(text: str, delimiter: str, line: int, table: Table, collector: Collector) -> None:
    """Look at a block; where something stands, its line is cut into cells."""
    known: dict[str, int] = {"position": 0, "lines": 0}
    width = 0

    def locate(position: int) -> tuple[str, str, str]:
        nonlocal width
        if position < known["position"]:
            known.update(position=0, lines=0)
        known["lines"] += text.count("\n", known["position"], position)
        known["position"] = position
        start = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        raw = text[start : end if end >= 0 else len(text)]
        number = str(line + known["lines"])
        if not delimiter or len(raw) > BLOCK:
            return "", number, ""
        width = width or max(2, len(table.head_row()))
        try:
            row = next(csv.reader([raw], delimiter=delimiter), [])
        except csv.Error:
            row = raw.split(delimiter)
        if len(row) < width - 1 or raw.count('"') % 2:  # a part of a cell of several lines
            return "", number, ""
        passed = 0
        for column, cell in enumerate(row):
            passed = raw.find(cell, passed) + len(cell) if cell else passed
            if start + passed > position:
                return table.label(column), number, cell
        return "", number, ""

    if not table.rows and delimiter:  # the header, before the first place is told
        for row in islice(_cut(text, delimiter, 12), 10):
            table.show_head(row)
    collector.scan_cells(table.place, text, locate, table.skips)
