"""XML and HTML of every kind: paragraphs, tables, records, attributes, comments.

One reader serves documents of offices (paragraphs and tables of WordprocessingML, DrawingML, OpenDocument), web pages
and data: which element is what is told by its local name.
"""

from __future__ import annotations

import base64
import codecs
import re
from html.parser import HTMLParser
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

from ckanext.nxopendata.safety.walkers.collector import Collector, Table
from ckanext.nxopendata.safety.walkers.records import Records

BLOCK = 512 * 1024
PARAGRAPHS = frozenset({"p", "h", "si", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "title", "text", "comment"})
TABLES, ROWS = frozenset({"tbl", "table"}), frozenset({"tr", "table-row"})
CELLS = frozenset({"tc", "td", "th", "table-cell", "covered-table-cell"})
SPACES = frozenset({"tab", "br", "cr", "s", "line-break"})
DELETED = frozenset({"delText", "instrText", "delInstrText"})
DEEPEST = 5_000
DECLARATION = re.compile(rb"""\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
UNDERSTOOD = (b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"iso-8859-1")
"""Encodings that the parser reads by itself."""


class MarkupError(Exception):
    """A text is no XML, or declares entities."""


class Handler:
    """Takes elements, attributes and text, and gives the collector paragraphs, rows and records."""

    def __init__(self, collector: Collector, place: str, *, is_data: bool) -> None:
        self._collector, self._place, self._is_data = collector, place, is_data
        self._texts: list[str] = []
        self._lines: list[str] = []
        self._size = 0
        self._tables: list[Table] = []
        self._rows: list[list[str]] = []
        self._cells: list[list[str]] = []
        self._numbers: list[int] = []
        self._stack: list[str] = []
        self._members: list[list[tuple[str, str]]] = []
        self._data: list[list[str]] = []
        self._records = Records(collector, place)
        self._last = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        local = name.rpartition(":")[2]
        if attributes:
            values = [value for value in attributes.values() if value and len(value) > 3]
            if values:
                self._lines.append("\t".join(values))
                self._size += sum(map(len, values))
                for value in values:
                    if value.startswith("data:") and not value.startswith("data:image/"):
                        self._read_address(value)
        if len(self._stack) >= DEEPEST:
            raise MarkupError("depth")
        self._stack.append(local)
        if local in TABLES:
            self._tables.append(Table(self._collector, self._place))
            self._numbers.append(0)
        elif local in ROWS and self._tables:
            self._rows.append([])
        elif local in CELLS and self._rows:
            self._cells.append([])
        elif local in SPACES:
            self._texts.append(" ")
        elif local in PARAGRAPHS:
            self._end_paragraph()
        if self._is_data:
            self._members.append([(key.rpartition(":")[2], value) for key, value in attributes.items()])
            self._data.append([])

    def _read_address(self, address: str) -> None:
        """Look at what a ``data:`` address holds; a person decides about it."""
        head, _, content = address.partition(",")
        try:
            data = base64.b64decode(content) if head.endswith(";base64") else unquote_to_bytes(content)
        except ValueError:
            data = b""
        self._collector.add_text(self._place, data.decode("utf-8", "replace"))
        self._collector.add_unread(self._place, "format")

    def end(self, name: str) -> None:
        """End an element."""
        local = name.rpartition(":")[2]
        if self._stack:
            self._stack.pop()
        if local in PARAGRAPHS:
            self._end_paragraph()
        elif local in CELLS and self._cells:
            self._end_paragraph()
            cell = " ".join(self._cells.pop())
            if self._rows:
                self._rows[-1].append(cell)
        elif local in ROWS and self._rows:
            self._end_paragraph()
            row = self._rows.pop()
            if self._tables:
                self._numbers[-1] += 1
                self._tables[-1].add(self._numbers[-1], row)
        elif local in TABLES and self._tables:
            self._tables.pop().finish()
            self._numbers.pop()
        if self._is_data and self._members:
            members, text = self._members.pop(), "".join(self._data.pop()).strip()
            if self._members and text:
                self._members[-1].append((local, text))
            if members:
                self._records.add(".".join([*self._stack[-2:], local]), members)
        if self._size > BLOCK:
            self._flush()

    def data(self, text: str) -> None:
        """Take character data."""
        local = self._stack[-1] if self._stack else ""
        if local != self._last and (local in DELETED or self._last in DELETED):
            self._texts.append(" ")  # what was taken out does not join what was put in
        self._last = local
        self._texts.append(text)
        if self._is_data and self._data:
            self._data[-1].append(text)

    def comment(self, text: str) -> None:
        """Take a comment."""
        self._lines.append(text)
        self._size += len(text)

    def _end_paragraph(self) -> None:
        text = "".join(self._texts)
        self._texts = []
        if not text.strip():
            return
        if self._cells:
            self._cells[-1].append(text.strip())
        if not self._cells or not self._tables:
            self._lines.append(text)
            self._size += len(text)

    def _flush(self) -> None:
        self._collector.budget.spend_bytes(0)
        if self._lines:
            self._collector.add_text(self._place, "\n".join(self._lines))
        self._lines, self._size = [], 0

    def finish(self) -> None:
        """Look at what is left."""
        self._end_paragraph()
        while self._rows:
            row = self._rows.pop()
            if self._tables:
                self._tables[-1].add(self._numbers[-1] + 1, row)
        while self._tables:
            self._tables.pop().finish()
        self._flush()
        self._records.finish()


def walk_xml(file: IO[bytes], place: str, collector: Collector, *, is_data: bool = False) -> None:
    """Look at an XML document.

    Args:
        is_data: whether its elements are records rather than paragraphs.

    Raises:
        MarkupError: it is none, or it declares entities.
    """
    handler = Handler(collector, place, is_data=is_data)
    parse_xml(file, handler, collector)
    handler.finish()


def parse_xml(file: IO[bytes], handler: Any, collector: Collector) -> None:
    """Give the elements of an XML document to a handler.

    Raises:
        MarkupError: it is none, or it declares entities.
    """
    head = file.read(200)
    file.seek(0)
    declared = DECLARATION.match(head)
    codec = declared[1].decode().lower() if declared and declared[1].lower() not in UNDERSTOOD else ""
    parser = make_parser(handler, "utf-8" if codec else None)
    try:
        decoder = (
            codecs.getincrementaldecoder("gb18030" if codec.startswith("gb") else codec)("replace") if codec else None
        )
        while block := file.read(BLOCK):
            collector.budget.spend_bytes(len(block))
            parser.Parse(decoder.decode(block).encode() if decoder else block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MarkupError(str(error)) from error


def make_parser(handler: Any, encoding: str | None = None) -> Any:
    """Return a parser that gives elements, text and comments, and refuses entities.

    Args:
        encoding: of what it will be given, where that is not what the document declares.
    """
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    parser.CharacterDataHandler = handler.data
    parser.CommentHandler = getattr(handler, "comment", None)
    parser.ProcessingInstructionHandler = lambda _, text: handler.data(text)

    def refuse(*_: Any) -> None:
        raise MarkupError("entity")

    parser.EntityDeclHandler = refuse
    return parser


class _Page(HTMLParser):
    """A web page for :class:`Handler`: what HTML leaves open is closed."""

    VOID = frozenset({"br", "img", "input", "meta", "link", "hr", "col", "area", "base", "embed", "source", "wbr"})

    def __init__(self, handler: Handler) -> None:
        super().__init__(convert_charrefs=True)
        self._handler = handler
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th"):
            self._close({"td", "th"}, until={"tr", "table"})
        elif tag == "tr":
            self._close({"tr"}, until={"table"})
        self._handler.start(tag, {name: value or "" for name, value in attrs})
        if tag in self.VOID:
            self._handler.end(tag)
        else:
            self._open.append(tag)

    def _close(self, tags: set[str], until: set[str]) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] in until:
                return
            if self._open[place] in tags:
                while len(self._open) > place:
                    self._handler.end(self._open.pop())
                return

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open:
                last = self._open.pop()
                self._handler.end(last)
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        self._handler.data(data)

    def handle_comment(self, data: str) -> None:
        self._handler.comment(data)


def walk_html(file: IO[bytes], place: str, codec: str, collector: Collector) -> None:
    """Look at a web page: its text, tables, attributes, scripts and comments."""
    handler = Handler(collector, place, is_data=False)
    page = _Page(handler)
    decoder = codecs.getincrementaldecoder(codec)("replace")
    while block := file.read(BLOCK):
        collector.budget.spend_bytes(len(block))
        page.feed(decoder.decode(block))
    page.close()
    handler.finish()
