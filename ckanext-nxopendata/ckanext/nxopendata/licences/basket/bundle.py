"""A ZIP that is written while it is sent: never in memory, never on disk."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from pathlib import PurePosixPath

#: Beyond this size a member is written in the form for large files.
_LARGE = 1 << 31


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the bundle: its path inside, its bytes in pieces, and its size where that is known."""

    path: str
    chunks: Iterable[bytes]
    size: int = 0


class _Outlet(RawIOBase):
    """Collects what ``zipfile`` writes until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride] # zipfile passes bytes
        self.pieces.append(bytes(data))
        return len(data)

    def take(self) -> Iterator[bytes]:
        pieces, self.pieces = self.pieces, []
        yield from pieces


def safe_path(*parts: str) -> str:
    """A relative path with no way out of the folder: ``..``, separators and control characters are replaced."""
    clean: list[str] = []
    for part in parts:
        name = "".join("_" if c in '/\\:*?"<>|' or ord(c) < 32 else c for c in part).strip(" .")
        clean.append(name[:120] or "_")
    return str(PurePosixPath(*clean))


def unique_path(path: str, taken: set[str]) -> str:
    """The path, or with ``-2``, ``-3`` ... before its suffix when it is taken; remembers the answer."""
    candidate, number = path, 2
    stem, dot, suffix = path.rpartition(".")
    while candidate.casefold() in taken:
        candidate = f"{stem}-{number}{dot}{suffix}" if stem else f"{path}-{number}"
        number += 1
    taken.add(candidate.casefold())
    return candidate


def stream(members: Iterable[Member], at: datetime) -> Iterator[bytes]:
    """The bytes of a ZIP with these members, and ``SHA256SUMS`` of them as its last.

    Names are UTF-8. Data are deflated piece by piece; a member of unknown size is written in the form for large files.
    """
    outlet = _Outlet()
    sums: list[str] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:  # pyright: ignore
        for member in members:
            digest = hashlib.sha256()
            with archive.open(_info(member.path, at), "w", force_zip64=member.size >= _LARGE) as target:
                for chunk in member.chunks:
                    digest.update(chunk)
                    target.write(chunk)
                    yield from outlet.take()
            sums.append(f"{digest.hexdigest()}  {member.path}\n")
            yield from outlet.take()
        with archive.open(_info("SHA256SUMS", at), "w") as target:
            target.write("".join(sums).encode())
        yield from outlet.take()
    yield from outlet.take()


def _info(path: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
