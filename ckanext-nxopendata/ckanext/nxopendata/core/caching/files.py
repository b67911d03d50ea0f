"""Large files that are made once and sent again. Imports nothing of CKAN."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

BLOCK = 1 << 20


def cached_file(folder: Path, name: str, tag: str, make: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the file ``name`` in the state ``tag``: from ``folder`` if it is there, else made, and stored meanwhile.

    The partial file is removed when the client disconnects; files of older states are deleted when a new one is
    complete.

    Args:
        tag: differs whenever the content does; part of a file's name.
    """
    finished = folder / f"{name}.{tag}"
    try:
        with finished.open("rb") as file:
            while block := file.read(BLOCK):
                yield block
        return
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True)
    handle, begun = tempfile.mkstemp(prefix="making.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for block in make():
                file.write(block)
                yield block
        for old in folder.glob(f"{name}.*"):
            old.unlink(missing_ok=True)
        Path(begun).replace(finished)
    finally:
        Path(begun).unlink(missing_ok=True)
