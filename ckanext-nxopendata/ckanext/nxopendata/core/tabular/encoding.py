"""In which encoding a text is.

Departments write UTF-8 with and without byte order mark, UTF-16 and GB 18030; a few programs write UTF-16 without a
mark. Strict UTF-8 is tried before GB 18030, which accepts nearly anything.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.text import charsets

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark -> codec, in the order to look for them."""

CANDIDATES = ("utf-8", "gb18030")
"""Tried in this order. gb18030, not gbk: only it holds the euro sign and the rarer characters of names."""

WESTERN = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii", "ascii"})
"""Decode anything, and are what servers declare that were never told better."""

HEAD_BYTES = 16 * 1024
FEW_BYTES = 4
"""That may make no sense in a short text."""

BLOCK = 1024 * 1024


def codec_of_mark(head: bytes) -> str | None:
    """Return the codec that a byte order mark names; None without mark."""
    return next((codec for mark, codec in MARKS if head.startswith(mark)), None)


def name_of(codec: str) -> str:
    """Return what people call a codec: UTF-8, UTF-16, GB18030."""
    names = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}
    names |= {"cp1251": "Windows-1251", "cp949": "EUC-KR", "cp932": "Shift_JIS", "euc_jp": "EUC-JP"}
    return names.get(codec, codec.upper())


def detect(file: IO[bytes], declared: str = "", *, zeros_allowed: bool = False) -> str:
    """Return the codec of a text: its byte order mark's, else the first candidate's that decodes all of it.

    All of the file is read, for GB 18030 accepts most of what a cut or mixed UTF-8 file holds.

    Args:
        file: at any position; where it is left is undefined.
        declared: what its sender says. It is tried after UTF-8, because a wrong declaration is more frequent than a
            text that is valid UTF-8 by chance; a Western encoding is tried last.
        zeros_allowed: whether a text may hold zero bytes; else these are taken for a sign that it is none.

    Raises:
        UnreadableError: ``encoding``, nothing decodes it.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    mark = codec_of_mark(head)
    for codec in (mark,) if mark else _candidates(head, declared):
        if _decodes(file, codec, zeros_allowed=zeros_allowed):
            return codec
    raise UnreadableError("encoding")


@dataclass(frozen=True, slots=True)
class Choice:
    """The codec of a text, and how many places in it are none of its characters (U+FFFD stands there)."""

    codec: str
    bad: int = 0


def choose(file: IO[bytes], declared: str = "") -> Choice:
    """Return the codec in which a text makes sense; a few bad bytes do not make it another.

    A byte order mark is obeyed, then UTF-8 is tried, then what is declared, then the encoding whose frequent characters
    the text is made of. All of the file is read.

    Args:
        file: at any position; where it is left is undefined.

    Raises:
        UnreadableError: ``encoding``, it makes sense in none.
    """
    file.seek(0)
    head = file.read(charsets.SAMPLE)
    certain = codec_of_mark(head) or charsets.detect_utf16(head)
    if certain:
        return Choice(certain, charsets.measure(file, certain).bad)
    text = head.rstrip(b"\0")  # programs fill up a block
    if text.count(0) > max(2 * FEW_BYTES, len(text) // 100):
        raise UnreadableError("encoding")
    fit = charsets.measure(file, "utf-8")
    if fit.convincing:
        return Choice("utf-8", fit.bad)
    first = _first_foreign(file)
    ranked = charsets.rank_by_letters(first)
    order = (declared if declared not in WESTERN else "", ranked, declared)
    for codec in dict.fromkeys(name for name in order if name):
        with suppress(LookupError):
            fit = charsets.measure(file, codec)
            if fit.convincing:
                return Choice(codec, fit.bad)
    bad, size = charsets.measure(file, "utf-8").bad, file.seek(0, io.SEEK_END)
    if bad <= max(min(FEW_BYTES, size // 20), size // 100):
        return Choice("utf-8", bad)  # a few bytes that are nothing cost their cells, which are told, not the file
    raise UnreadableError("encoding")


def _first_foreign(file: IO[bytes]) -> bytes:
    """The part of a file that begins with its first line that is not ASCII."""
    file.seek(0)
    while block := file.read(charsets.SAMPLE):
        if not block.isascii():
            return block
    return b""


def decode(content: bytes) -> str:
    """Return a whole text.

    Raises:
        UnreadableError: ``encoding``.
    """
    return content.decode(detect(io.BytesIO(content)))


def decode_beginning(head: bytes, *, complete: bool) -> tuple[str, str]:
    """Return the text at the beginning of a file, and its codec.

    A character that is cut at the end is left out; U+FFFD stands for bytes that are no character.

    Args:
        complete: whether ``head`` is the whole file.

    Raises:
        UnreadableError: ``encoding``.
    """
    codec = choose(io.BytesIO(head)).codec
    return codecs.getincrementaldecoder(codec)(charsets.REPLACE).decode(head, final=complete), codec


def _candidates(head: bytes, declared: str) -> Iterator[str]:
    """The codecs to try for a text without mark. In UTF-16 every comma and tab has a zero byte on one side."""
    head = head[:HEAD_BYTES]
    zeros = head[::2].count(0), head[1::2].count(0)
    if (zeros[0] == 0) != (zeros[1] == 0) and re.search(rb"[,;\t]\x00|\x00[,;\t]", head):
        yield "utf-16-be" if zeros[0] else "utf-16-le"
    last = declared in WESTERN
    names = ("utf-8", *(() if last or not declared else (declared,)), *CANDIDATES, *((declared,) if last else ()))
    yield from dict.fromkeys(names)


def _decodes(file: IO[bytes], codec: str, *, zeros_allowed: bool) -> bool:
    try:
        decoder = codecs.getincrementaldecoder(codec)("strict")
    except LookupError:
        return False
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            if "\0" in decoder.decode(block) and not zeros_allowed:
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
