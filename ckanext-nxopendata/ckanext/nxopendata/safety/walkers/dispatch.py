"""Which walker looks at a file: by its first bytes, never by its name alone."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import IO

from ckanext.nxopendata.core.tabular import encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.safety.walkers import archive, delimited, json_text, mail, markup
from ckanext.nxopendata.safety.walkers.budget import BudgetError
from ckanext.nxopendata.safety.walkers.collector import Collector

HEAD = 8 * 1024
IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
PACKED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\0": "xz"}
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
MAIL = re.compile(
    rb"(?:(?:Received|From|To|Subject|Date|MIME-Version|Message-ID|Return-Path|Delivered-To|X-[\w-]+|"
    rb"Content-[\w-]+): .*\r?\n(?:[ \t].*\r?\n)*){3}",
    re.IGNORECASE,
)
PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|div)\b", re.IGNORECASE)


def walk(file: IO[bytes], name: str, place: str, collector: Collector, depth: int) -> None:
    """Look at a file.

    Args:
        file: at its beginning.
        name: of it; may be "".
        place: of it in what is examined; "" for that itself.
        depth: containers around it.
    """
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        return
    try:
        if depth > collector.budget.depth and _is_container(head):
            raise BudgetError("depth")
        _walk(file, head, name, place, collector, depth)
    except BudgetError as error:
        collector.add_unread(place, str(error))
        if str(error) in ("seconds", "bytes", "cells", "members"):
            if depth:
                raise  # it is the whole file's
            return


def _is_container(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", SEVEN_ZIP, *PACKED)) or head[257:262] == b"ustar"


def _walk(file: IO[bytes], head: bytes, name: str, place: str, collector: Collector, depth: int) -> None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        archive.walk_zip(file, name, place, collector, depth, walk)
    elif head[257:262] == b"ustar":
        archive.walk_tar(file, place, collector, depth, walk)
    elif head.startswith(SEVEN_ZIP):
        archive.walk_seven_zip(file, place, collector, depth, walk)
    elif packed := next((kind for magic, kind in PACKED.items() if head.startswith(magic)), ""):
        archive.walk_compressed(file, packed, name, place, collector, depth, walk)
    elif b"%PDF-" in head[:1024]:
        from ckanext.nxopendata.safety.walkers import pdf  # heavy, and most files are none

        pdf.walk(file, place, collector, depth, walk)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        from ckanext.nxopendata.safety.walkers import binary

        binary.walk_ole(file, place, collector)
    elif head.startswith(IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        from ckanext.nxopendata.safety.walkers import binary

        binary.walk_image(file, place, collector)
    else:
        _walk_text(file, head, name, place, collector, depth)


def _walk_text(file: IO[bytes], head: bytes, name: str, place: str, collector: Collector, depth: int) -> None:
    ending = PurePath(name).suffix.lower().lstrip(".")
    if _is_binary(head):
        from ckanext.nxopendata.safety.walkers import binary

        binary.walk_unknown(file, place, collector)
        return
    if MAIL.match(head.lstrip(b"\xef\xbb\xbf")) and (ending in ("eml", "mht", "mhtml", "") or b"MIME-Version" in head):
        mail.walk(file, place, collector, depth, walk)
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{\\rtf"):
        from ckanext.nxopendata.safety.walkers import binary

        binary.walk_rich_text(file, place, collector)
        return
    if PAGE.search(start[:4096]) and start.startswith(b"<"):
        markup.walk_html(file, place, _codec(file), collector)
        return
    if start.startswith((b"{", b"[")):
        file.seek(3 if head.startswith(b"\xef\xbb\xbf") else 0)
        try:
            json_text.walk(file, place, collector)
            return
        except json_text.NotJsonError as error:
            if str(error) == "depth":
                raise BudgetError("depth") from None
            _walk_escapes(file, place, collector)
            file.seek(0)
    elif start.startswith(b"<") or _is_wide_markup(head):
        try:
            markup.walk_xml(file, place, collector, is_data=True)
            return
        except markup.MarkupError as error:
            collector.add_unread(place, "depth" if str(error) == "depth" else "damaged")
            file.seek(0)
    delimited.walk(file, place, ending, collector)


def _walk_escapes(file: IO[bytes], place: str, collector: Collector) -> None:
    """Look at what stands in escapes of a JSON text that cannot be parsed."""
    file.seek(0)
    text = file.read(32 * 1024 * 1024).decode("utf-8", "replace")
    if "\\u" in text:
        collector.add_text(place, re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text))


def _is_wide_markup(head: bytes) -> bool:
    return head.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0?\0", b"\0<\0?"))


def _is_binary(head: bytes) -> bool:
    """Whether a file is no text: zero bytes that are not those of UTF-16, or signs that no text has."""
    if encoding.codec_of_mark(head):
        return False
    zeros = head[::2].count(0), head[1::2].count(0)
    if zeros[0] + zeros[1] > len(head) // 100 + 1:
        return not (min(zeros) == 0 and max(zeros) > len(head) // 8)
    control = sum(byte < 32 and byte not in (9, 10, 12, 13, 27, 31, 1, 0) for byte in head)
    return control > len(head) // 50


def _codec(file: IO[bytes]) -> str:
    try:
        codec = encoding.choose(file).codec
    except UnreadableError:
        codec = "gb18030"
    file.seek(0)
    return codec
