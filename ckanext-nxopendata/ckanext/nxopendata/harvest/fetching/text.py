"""Character encodings of what departments send, and safe looks at the head of a document."""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator
from typing import IO

from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import CHUNK, SPOOL_IN_MEMORY, Document

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
CANDIDATES = ("utf-8", "gb18030")
"""Tried in this order. gb18030, not gbk: only it holds the euro sign and the rarer characters of names."""

WESTERN = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii", "ascii"})

_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def bom_of(head: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((name for mark, name in BOMS.items() if head.startswith(mark)), None)


def encoding_of(body: IO[bytes], declared: str = "") -> str:
    """The encoding of a whole text: its byte order mark, else the first candidate that decodes all of it.

    What the sender declared is tried after UTF-8, because a wrong declaration is more frequent than a
    text that is valid UTF-8 by chance. A Western single-byte encoding decodes anything and is what servers
    declare that were never told better: it is tried last.

    :raises FormatError: nothing decodes it
    """
    body.seek(0)
    if mark := bom_of(body.read(4)):
        if not _decodes(body, mark):
            raise FormatError("encoding_undecided")
        return mark
    last = (declared,) if declared in WESTERN else ()
    for name in dict.fromkeys(("utf-8", *(() if last else (declared or "utf-8",)), *CANDIDATES, *last)):
        if _decodes(body, name):
            body.seek(0)
            return name
    raise FormatError("encoding_undecided")


def _decodes(body: IO[bytes], name: str) -> bool:
    try:
        decoder = codecs.getincrementaldecoder(name)()
    except LookupError:
        return False
    body.seek(0)
    try:
        while chunk := body.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def as_utf8(document: Document, *, xml: bool = False) -> IO[bytes]:
    """The body of ``document`` as UTF-8 without byte order mark.

    :param xml: also take the encoding out of the XML declaration, which would now be wrong
    """
    head = document.head()
    declared = document.charset
    found = _XML_ENCODING.search(head) if xml else None
    if found:
        declared = found.group(1).decode().lower()
    name = encoding_of(document.body, declared)
    document.body.seek(0)
    if name == "utf-8" and (not found or declared in ("utf-8", "utf8")):
        return document.body
    recoded = tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY)  # noqa: SIM115  freed with its reader
    for number, piece in enumerate(_decoded(document.body, name)):
        if number == 0 and xml:
            piece = re.sub(r"^(<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']", r"\1", piece, count=1)
        recoded.write(piece.encode())
    recoded.seek(0)
    return recoded


def _decoded(body: IO[bytes], name: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)()
    while chunk := body.read(CHUNK):
        if piece := decoder.decode(chunk):
            yield piece
    yield decoder.decode(b"", final=True)


def decode_head(head: bytes) -> str:
    """The first bytes as text, good enough to look at."""
    return head.decode(bom_of(head) or "utf-8", errors="replace")


def has_doctype(body: IO[bytes]) -> bool:
    """Whether an XML document in UTF-8 declares a document type, or hides it behind a huge prologue.

    The harvester takes no document type at all: no entities, no external subsets.
    """
    body.seek(0)
    prologue = body.read(LONGEST_PROLOGUE)
    body.seek(0)
    rest = _BEFORE_ROOT.sub(b"", prologue, count=1)
    return not re.match(rb"<[^!?]", rest) if rest else bool(prologue)


LONGEST_PROLOGUE = 64 * 1024
_BEFORE_ROOT = re.compile(rb"\A(?:\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
