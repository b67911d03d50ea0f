"""Archives and office packages: each member by itself, with caps on number, size, ratio and depth."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from ckanext.nxopendata.safety.walkers import markup, workbook
from ckanext.nxopendata.safety.walkers.budget import BudgetError
from ckanext.nxopendata.safety.walkers.collector import Collector, join

BLOCK = 256 * 1024
IN_MEMORY = 16 * 1024 * 1024
SMALL = 1024 * 1024
"""Bytes below which a high ratio is no bomb."""

Walk = Callable[[IO[bytes], str, str, Collector, int], None]
"""Takes a file, its name, its place, the collector and the depth."""

DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError)


def walk_zip(file: IO[bytes], name: str, place: str, collector: Collector, depth: int, walk: Walk) -> None:
    """Look at a zip archive or an office package."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError):
        collector.add_unread(place, "damaged")
        return
    with archive:
        infos = archive.infolist()
        names = [info.filename for info in infos]
        collector.add_text(place, "\n".join(_decode_name(info) for info in infos))
        if archive.comment:
            collector.add_text(place, archive.comment.decode("gb18030", "replace"))
        if _has_foreign_bytes(file, infos):
            collector.add_unread(place, "damaged")
        is_office = "[Content_Types].xml" in names or ("mimetype" in names and "content.xml" in names)
        done: set[str] = set()
        if is_office and "xl/workbook.xml" in names and not any(info.flag_bits & 1 for info in infos):
            _check_ratios(infos, collector)
            try:
                done = workbook.walk(archive, names, place, collector)
            except (markup.MarkupError, *DAMAGED):
                collector.add_unread(place, "damaged")
        for info in infos:
            if info.is_dir() or info.filename in done:
                continue
            below = join(place, _decode_name(info))
            collector.budget.spend_member()
            if info.flag_bits & 1:
                collector.add_unread(below, "encrypted")
                continue
            try:
                with _unpack(archive.open(info), info.compress_size, collector) as member:
                    if is_office:
                        _walk_part(member, info.filename, below, place, collector, depth, walk)
                    else:
                        walk(member, _decode_name(info), below, collector, depth + 1)
            except (*DAMAGED, RuntimeError):
                collector.add_unread(below, "damaged")


def _check_ratios(infos: list[zipfile.ZipInfo], collector: Collector) -> None:
    for info in infos:
        if info.file_size > 64 * SMALL and info.file_size > collector.budget.ratio * max(1, info.compress_size):
            raise BudgetError("ratio")


def _decode_name(info: zipfile.ZipInfo) -> str:
    """The name of a member; Chinese programs write GB 18030 without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _has_foreign_bytes(file: IO[bytes], infos: list[zipfile.ZipInfo]) -> bool:
    """Whether an archive holds more bytes than its members: something stands before, between or behind them."""
    file.seek(0, 2)
    size = file.tell()
    known = sum(info.compress_size + len(info.filename) * 6 + len(info.extra) * 2 + 600 for info in infos)
    return size > known + 64 * 1024 or (bool(infos) and min(info.header_offset for info in infos) > 1024)


def _walk_part(
    member: IO[bytes], name: str, below: str, place: str, collector: Collector, depth: int, walk: Walk
) -> None:
    """Look at a part of an office package: XML as XML wherever it lies, the rest by what it is."""
    if not name.lower().endswith((".xml", ".rels", ".vml", ".rdf", ".xhtml")):
        if name.lower().endswith((".bin", ".dat", ".fntdata", ".odttf", ".ttf")) and not _is_ole(member):
            data = member.read(SMALL * 16)
            collector.budget.spend_bytes(len(data))
            collector.add_text(below, data.decode("utf-16-le", "ignore"))
            collector.add_text(below, data.decode("latin-1"))
        elif name != "mimetype" and not name.lower().startswith(("docprops/thumbnail", "thumbnails/")):
            walk(member, name, below, collector, depth + 1)
        return
    part = below if not name.startswith(("word/document", "content.xml")) else place or below
    try:
        markup.walk_xml(member, part, collector, is_data="customXml" in name)
    except markup.MarkupError:
        collector.add_unread(below, "damaged")
        member.seek(0)
        collector.add_text(below, member.read(16 * SMALL).decode("utf-8", "replace"))


def _is_ole(member: IO[bytes]) -> bool:
    head = member.read(8)
    member.seek(0)
    return head.startswith(b"\xd0\xcf\x11\xe0")


def _unpack(packed: Any, size: int, collector: Collector) -> IO[bytes]:
    """Return an unpacked member; its bytes are counted while it is unpacked.

    Raises:
        BudgetError: there are too many of them, or it is a bomb.
    """
    budget = collector.budget
    target: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    total = 0
    with packed:
        while block := packed.read(BLOCK):
            total += len(block)
            if total > SMALL and size and total > size * budget.ratio:
                raise BudgetError("ratio")
            if total > budget.bytes:
                raise BudgetError("bytes")
            budget.check_time()
            target.write(block)
    target.seek(0)
    return target


def walk_tar(file: IO[bytes], place: str, collector: Collector, depth: int, walk: Walk) -> None:
    """Look at a tar archive."""
    try:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            for member in archive:
                collector.budget.spend_member()
                collector.add_text(place, f"{member.name}\n{member.linkname}")
                if not member.isfile():
                    continue
                packed = archive.extractfile(member)
                if packed is not None:
                    with _unpack(packed, 0, collector) as unpacked:
                        walk(unpacked, member.name, join(place, member.name), collector, depth + 1)
    except DAMAGED:
        collector.add_unread(place, "damaged")


OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {
    "gz": lambda file: gzip.GzipFile(fileobj=file),
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


def walk_compressed(
    file: IO[bytes], kind: str, name: str, place: str, collector: Collector, depth: int, walk: Walk
) -> None:
    """Look at one compressed file."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    try:
        with _unpack(OPENERS[kind](file), size, collector) as unpacked:
            inner = name.rpartition(".")[0] if name.lower().endswith((".gz", ".bz2", ".xz")) else name
            walk(unpacked, inner, place, collector, depth + 1)
    except DAMAGED:
        collector.add_unread(place, "damaged")


def iterate_strings(data: bytes) -> Iterator[str]:
    """Yield the readings of a binary file in which its texts can be seen."""
    yield data.decode("latin-1")
    yield data.decode("utf-16-le", "ignore")
    yield data[1:].decode("utf-16-le", "ignore")
    yield data.decode("gb18030", "ignore")
