"""Files out of what packed them: gzip, bzip2, xz, zip, tar. Known by the first bytes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes

ZIP = b"PK\x03\x04"
STREAMS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
"""First bytes of a file that is packed alone -> what opens it."""

TAR, TAR_AT = b"ustar", 257
TABLES = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".geojson", ".xlsx", ".xls", ".ods", ".et"})
MOST_FILES = 50
BLOCK = 1024 * 1024
UTF8_NAMES = 0x800
"""Flag of a member of a zip archive whose name is in UTF-8; others are in the encoding of whoever packed it."""

ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of an archive: its name, "" where it was packed alone; its bytes; its kind, "" where nothing says."""

    name: str
    file: IO[bytes]
    kind: str


def unpack(path: Path, head: bytes, most_bytes: int) -> list[Packed]:
    """Return the files with tables that are packed in the file at ``path``, as temporary files.

    Returns:
        Empty for a file that is not packed, workbooks among them.

    Raises:
        UnreadableError: ``broken``; ``password``; ``too_large``, all together; ``several_files``: an archive holds no
            file with a table, or too many.
    """
    try:
        for mark, opened in STREAMS.items():
            if head.startswith(mark):
                with opened(path) as packed:
                    return _unpack_stream(_copy(packed, [most_bytes], most_bytes), most_bytes)
        if head[TAR_AT : TAR_AT + len(TAR)] == TAR:
            with path.open("rb") as file:
                return list(_members_of_tar(file, most_bytes))
        return list(_members_of_zip(path, most_bytes)) if head.startswith(ZIP) else []
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, RuntimeError) as error:
        raise UnreadableError("broken", reason=str(error)) from error


def decode_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of a member; programs in China write it in GB 18030 without saying so."""
    if entry.flag_bits & UTF8_NAMES:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeError:
            continue
    return entry.filename


def _unpack_stream(file: IO[bytes], most_bytes: int) -> list[Packed]:
    file.seek(TAR_AT)
    mark = file.read(len(TAR))
    file.seek(0)
    return list(_members_of_tar(file, most_bytes)) if mark == TAR else [Packed("", file, "")]


def _members_of_zip(path: Path, most_bytes: int) -> Iterator[Packed]:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if any(entry.filename.lower() in ("[content_types].xml", "mimetype", "content.xml") for entry in entries):
            return
        named = [(decode_name(entry), entry) for entry in entries]
        tables = [(name, entry) for name, entry in named if _is_table(name)]
        _check_number(len(tables))
        if any(entry.flag_bits & ENCRYPTED for _, entry in tables):
            raise UnreadableError("password")
        left = [most_bytes]
        for name, entry in tables:
            with archive.open(entry) as packed:
                yield _to_packed(name, _copy(packed, left, most_bytes), alone=len(tables) == 1)


def _members_of_tar(file: IO[bytes], most_bytes: int) -> Iterator[Packed]:
    with tarfile.open(fileobj=file, mode="r:") as archive:
        tables = [member for member in archive if member.isfile() and _is_table(member.name)]
        _check_number(len(tables))
        left = [most_bytes]
        for member in tables:
            packed = archive.extractfile(member)
            if packed is not None:
                yield _to_packed(member.name, _copy(packed, left, most_bytes), alone=len(tables) == 1)


def _is_table(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in TABLES and "__MACOSX" not in path.parts and not path.name.startswith("._")


def _check_number(tables: int) -> None:
    if not 0 < tables <= MOST_FILES:
        raise UnreadableError("several_files", reason=str(tables))


def _to_packed(name: str, file: IO[bytes], *, alone: bool) -> Packed:
    return Packed("" if alone else name, file, PurePosixPath(name).suffix.lower().lstrip("."))


def _copy(packed: Any, left: list[int], most_bytes: int) -> IO[bytes]:
    """Copy a file.

    Args:
        left: the bytes that may still come; lessened by those that came.
    """
    file = tempfile.NamedTemporaryFile(prefix="nx-table-")  # noqa: SIM115  it lives as long as its sheets are read
    while block := packed.read(BLOCK):
        left[0] -= len(block)
        if left[0] < 0:
            raise UnreadableError("too_large", reason=megabytes(most_bytes), megabytes=most_bytes // 1_000_000)
        file.write(block)
    file.flush()
    return file
