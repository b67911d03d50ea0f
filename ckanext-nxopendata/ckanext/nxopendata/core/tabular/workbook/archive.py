"""One file out of what packed it: gzip, or a zip archive with one table in it. Known by the first bytes."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
TABLES = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".geojson", ".xlsx", ".xls", ".ods", ".et"})
BLOCK = 1024 * 1024


def unpack(path: Path, head: bytes, most_bytes: int) -> tuple[IO[bytes], str] | None:
    """Return the file that is packed in the file at ``path`` as a temporary file, and its kind ("" where nothing says).

    Returns:
        None for a file that is not packed, workbooks among them.

    Raises:
        UnreadableError: ``broken``; ``too_large``; ``several_files``: an archive holds several tables, or none.
    """
    try:
        if head.startswith(GZIP):
            with gzip.open(path) as packed:
                return _copy(packed, most_bytes), ""
        if not head.startswith(ZIP):
            return None
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
            if any(name.lower() in ("[content_types].xml", "mimetype", "content.xml") for name in names):
                return None
            tables = [name for name in names if PurePosixPath(name).suffix.lower() in TABLES and "__MACOSX" not in name]
            if len(tables) != 1:
                raise UnreadableError("several_files", reason=str(len(tables)))
            with archive.open(tables[0]) as packed:
                return _copy(packed, most_bytes), PurePosixPath(tables[0]).suffix.lower().lstrip(".")
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise UnreadableError("broken", reason=str(error)) from error


def _copy(packed: Any, most_bytes: int) -> IO[bytes]:
    file = tempfile.NamedTemporaryFile(prefix="nx-table-")  # noqa: SIM115  it lives as long as its sheets are read
    size = 0
    while block := packed.read(BLOCK):
        size += len(block)
        if size > most_bytes:
            raise UnreadableError("too_large", reason=megabytes(most_bytes), megabytes=most_bytes // 1_000_000)
        file.write(block)
    file.flush()
    return file
