"""Character encodings of what departments send, and safe looks at the head of a document."""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator
from typing import IO

from ckanext.nxopendata.core.tabular import encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import CHUNK, SPOOL_IN_MEMORY, Document

_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def detect_encoding(body: IO[bytes], declared: str = "") -> str:
    """Return the codec of a whole text, see :func:`ckanext.nxopendata.core.tabular.encoding.detect`.

    Raises:
        FormatError: Nothing decodes it.
    """
    try:
        return encoding.detect(body, declared, zeros_allowed=True)
    except UnreadableError as error:
        raise FormatError("encoding_undecided") from error


def to_utf8(document: Document, *, xml: bool = False) -> IO[bytes]:
    """Return the body of ``document`` as UTF-8 without byte order mark.

    Args:
        xml: Also take the encoding out of the XML declaration, which would now be wrong.
    """
    head = document.head()
    declared = document.charset
    found = _XML_ENCODING.search(head) if xml else None
    if found:
        declared = found.group(1).decode().lower()
    name = detect_encoding(document.body, declared)
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
    """Return the first bytes as text, good enough to look at."""
    return head.decode(encoding.codec_of_mark(head) or "utf-8", errors="replace")


def has_doctype(body: IO[bytes]) -> bool:
    """Tell whether an XML document in UTF-8 declares a document type, or hides it behind a huge prologue.

    The harvester takes no document type at all: no entities, no external subsets.
    """
    body.seek(0)
    prologue = body.read(LONGEST_PROLOGUE)
    body.seek(0)
    rest = _BEFORE_ROOT.sub(b"", prologue, count=1)
    return not re.match(rb"<[^!?]", rest) if rest else bool(prologue)


LONGEST_PROLOGUE = 64 * 1024
_BEFORE_ROOT = re.compile(rb"\A(?:\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
