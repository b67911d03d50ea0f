"""Character encodings of what departments send, and safe looks at the head of a document."""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from ckanext.nxopendata.core.tabular import encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import CHUNK, SPOOL_IN_MEMORY, Document

_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


MOST_DAMAGED = 0.02
"""Share of the bytes beyond ASCII that may be damaged in a text whose encoding is beyond doubt otherwise."""


@dataclass(slots=True)
class _Profile:
    """The bytes of a text: how many stand beyond ASCII, how many of those beside another, how many are no UTF-8."""

    high: int = 0
    paired: int = 0
    damaged: int = 0


def detect_encoding(body: IO[bytes], declared: str = "") -> str:
    """Return the codec of a whole text, see :func:`ckanext.nxopendata.core.tabular.encoding.detect`.

    A text with a few damaged bytes is in the encoding of the others. GB 18030 accepts most Western texts as well:
    where bytes beyond ASCII stand alone, as the accented letters of Western languages do, the text is Western.

    Raises:
        FormatError: Nothing decodes it.
    """
    try:
        found = encoding.detect(body, declared, zeros_allowed=True)
    except UnreadableError:
        found = ""
    if found in ("utf-16-le", "utf-16-be") and _zeros(body) < 0.2:
        found = ""  # a zero byte or two do not make it UTF-16
    if found and found not in (*encoding.WESTERN, "gb18030", "gbk", "gb2312"):
        return found
    profile = _profile(body)
    if profile.damaged <= profile.high * MOST_DAMAGED:
        return "utf-8"
    is_western = profile.paired < profile.high / 2
    if found == "gb18030" and not is_western:
        return found
    if is_western and (declared in encoding.WESTERN or (profile.high and not declared)):
        return "windows-1252"
    if found and not (found in encoding.WESTERN and not is_western):
        return found
    if profile.high and not is_western:
        return "gb18030"  # with a damaged byte or two
    raise FormatError("encoding_undecided")


def _zeros(body: IO[bytes]) -> float:
    """Return the share of zero bytes at the beginning of a text."""
    body.seek(0)
    head = body.read(CHUNK)
    return head.count(0) / max(len(head), 1)


def _profile(body: IO[bytes]) -> _Profile:
    body.seek(0)
    profile, decoder = _Profile(), codecs.getincrementaldecoder("utf-8")("replace")
    while chunk := body.read(CHUNK):
        profile.high += len(_HIGH.findall(chunk))
        profile.paired += sum(len(run) for run in _RUN.findall(chunk))
        profile.damaged += decoder.decode(chunk).count("\ufffd")
    return profile


_HIGH = re.compile(rb"[\x80-\xff]")
_RUN = re.compile(rb"[\x80-\xff]{2,}")


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
    if name == "utf-8" and (not found or declared in ("utf-8", "utf8")) and _is_sound(document.body):
        return document.body
    recoded = tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY)  # noqa: SIM115  freed with its reader
    for number, piece in enumerate(_decoded(document.body, name)):
        if number == 0 and xml:
            piece = re.sub(r"^(<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']", r"\1", piece, count=1)
        recoded.write(piece.encode())
    recoded.seek(0)
    return recoded


def _is_sound(body: IO[bytes]) -> bool:
    """Tell whether a text is UTF-8 without a damaged byte; it is at its beginning afterwards."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := body.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        body.seek(0)
    return True


def _decoded(body: IO[bytes], name: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)("replace")
    while chunk := body.read(CHUNK):
        if piece := decoder.decode(chunk):
            yield piece
    yield decoder.decode(b"", final=True)


def decode_head(head: bytes) -> str:
    """Return the first bytes as text, good enough to look at."""
    codec = encoding.codec_of_mark(head)
    if codec is None and len(head) > 1 and not (head[0] and head[1]):
        codec = "utf-16-le" if head[0] else "utf-16-be"
    return head.decode(codec or "utf-8", errors="replace")


def has_doctype(body: IO[bytes]) -> bool:
    """Tell whether an XML document in UTF-8 declares a document type, or hides it behind a huge prologue.

    The harvester takes no document type at all: no entities, no external subsets.
    """
    body.seek(0)
    prologue = body.read(LONGEST_PROLOGUE)
    body.seek(0)
    rest = _BEFORE_ROOT.sub(b"", prologue, count=1)
    if re.match(rb"<[^!?]", rest):
        return False
    return len(prologue) == LONGEST_PROLOGUE or b"<!doctype" in prologue.lower()


LONGEST_PROLOGUE = 64 * 1024
_BEFORE_ROOT = re.compile(rb"\A(?:\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
