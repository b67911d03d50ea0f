"""Archives and office packages: each member by itself, with caps on number, size, ratio and depth."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from ckanext.nxopendata.core.tabular.workbook.archive import decode_name
from ckanext.nxopendata.safety.walkers import markup, workbook
from ckanext.nxopendata.safety.walkers.budget import BudgetError
from ckanext.nxopendata.safety.walkers.collector import Collector, join

BLOCK = 256 * 1024
IN_MEMORY = 16 * 1024 * 1024
DESCRIPTOR = 64
"""Bytes between two members of a zip archive that are no content."""

LONGEST_END = 22 + 0xFFFF
"""Bytes of the record at the end of a zip archive, with the longest comment."""

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
        collector.add_text(place, "\n".join(decode_name(info) for info in infos))
        if archive.comment:
            collector.add_text(place, archive.comment.decode("gb18030", "replace"))
        if _has_foreign_bytes(file, archive):
            collector.add_unread(place, "damaged")
        _check_total(infos, collector)
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
            below = join(place, decode_name(info))
            collector.budget.spend_member()
            if info.flag_bits & 1:
                collector.add_unread(below, "encrypted")
                continue
            try:
                with _unpack(archive.open(info), info.compress_size, collector) as member:
                    if is_office:
                        _walk_part(member, info.filename, below, place, collector, depth, walk)
                    else:
                        walk(member, decode_name(info), below, collector, depth + 1)
            except (*DAMAGED, RuntimeError):
                collector.add_unread(below, "damaged")


def _check_total(infos: list[zipfile.ZipInfo], collector: Collector) -> None:
    """A bomb may be made of many small members."""
    packed, unpacked = (sum(getattr(info, name) for info in infos) for name in ("compress_size", "file_size"))
    if unpacked > 64 * SMALL and unpacked > collector.budget.ratio * packed:
        raise BudgetError("ratio")


def _check_ratios(infos: list[zipfile.ZipInfo], collector: Collector) -> None:
    for info in infos:
        if info.file_size > 64 * SMALL and info.file_size > collector.budget.ratio * max(1, info.compress_size):
            raise BudgetError("ratio")


def _has_foreign_bytes(file: IO[bytes], archive: zipfile.ZipFile) -> bool:
    """Whether an archive holds bytes that no member accounts for: before, between or behind its members."""
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if info.header_offset - end > DESCRIPTOR:
            return True
        file.seek(info.header_offset + 26)
        lengths = file.read(4)
        if len(lengths) < 4:
            return True
        own = sum(struct.unpack("<HH", lengths))
        end = max(end, info.header_offset + 30 + own + info.compress_size)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - LONGEST_END))
    tail = file.read()
    record = tail.rfind(b"PK\x05\x06")
    behind = len(tail) - record - 22 - len(archive.comment)
    return archive.start_dir - end > DESCRIPTOR or behind > DESCRIPTOR


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
                collector.add_text(
                    place, "\n".join((member.name, member.linkname, *map(str, member.pax_headers.values())))
                )
                if not member.isfile():
                    continue
                packed = archive.extractfile(member)
                if packed is not None:
                    with _unpack(packed, 0, collector) as unpacked:
                        walk(unpacked, member.name, join(place, member.name), collector, depth + 1)
    except DAMAGED:
        collector.add_unread(place, "damaged")


def walk_seven_zip(file: IO[bytes], place: str, collector: Collector, depth: int, walk: Walk) -> None:
    """Look at a 7z archive: each member as soon as it is unpacked."""
    import py7zr.exceptions  # heavy, and most files are none
    import py7zr.io

    class Member(py7zr.io.Py7zIO):
        """One member; py7zr closes it when it is whole."""

        def __init__(self, name: str) -> None:
            self._name = name
            self._file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed below

        def write(self, s: bytes | bytearray) -> int:
            collector.budget.check_time()
            return self._file.write(s)

        def read(self, size: int | None = None) -> bytes:
            return self._file.read(-1 if size is None else size)

        def seek(self, offset: int, whence: int = 0) -> int:
            return self._file.seek(offset, whence)

        def flush(self) -> None:
            self._file.flush()

        def size(self) -> int:
            return self._file.tell()

        def close(self) -> None:
            with self._file as unpacked:
                unpacked.seek(0)
                walk(unpacked, self._name, join(place, self._name), collector, depth + 1)

    class Members(py7zr.io.WriterFactory):
        """Makes room for each member; the archive's names are looked at, not used."""

        def create(self, filename: str) -> py7zr.io.Py7zIO:
            return Member(filename)

    file.seek(0, 2)
    largest = max(SMALL, file.tell() * collector.budget.ratio)
    file.seek(0)
    try:
        with py7zr.SevenZipFile(file, max_extract_size=min(largest, collector.budget.bytes)) as archive:
            infos = archive.list()
            collector.add_text(place, "\n".join(info.filename for info in infos))
            for _ in infos:
                collector.budget.spend_member()
            if archive.needs_password():
                collector.add_unread(place, "encrypted")
            else:
                archive.extractall(factory=Members())  # noqa: S202  nothing is written to a path
    except py7zr.exceptions.PasswordRequired:
        collector.add_unread(place, "encrypted")
    except py7zr.exceptions.DecompressionBombError:
        raise BudgetError("ratio") from None
    except (py7zr.exceptions.ArchiveError, ValueError, *DAMAGED):
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
