"""The first rows of a stranger's spreadsheet, read in a process of its own with small limits. Plain module.

For what many readers ask: :mod:`.spreadsheet` may work for minutes on an import, this ends within ten seconds.
What a workbook unpacks to is looked at before anything is unpacked, and the limits of the process hold for whatever
the workbook says of itself.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine

from ckanext.nxopendata.core.tabular import sandbox, spreadsheet

MOST_UNZIPPED = 200 * 1024 * 1024
MOST_SHARED_STRINGS = 64 * 1024 * 1024
"""Unpacked bytes of ``sharedStrings.xml``, which is read whole before the first row."""

MOST_MEMBERS = 10_000
LONGEST_CELL = 1000
"""Characters of a cell that are handed over."""

MEMORY = 512 * 1024 * 1024
SECONDS = 6
WALL_SECONDS = 9


@dataclass(frozen=True, slots=True)
class Sheet:
    """The beginning of a sheet: ``rows`` as text, ``complete`` where the sheet has no more."""

    name: str
    rows: list[list[str]]
    complete: bool


def read(path: Path, *, sheets: int, rows: int, columns: int) -> list[Sheet]:
    """Read the first rows of the first sheets of the spreadsheet at ``path``.

    Raises:
        cells.Unreadable: ``broken``, ``password``, ``too_large`` or ``costly``: reading it went over the limits.
    """
    told = json.loads(call(_read, str(path), sheets, rows, columns))
    if "refused" in told:
        raise spreadsheet.Unreadable(told["refused"])
    return [Sheet(**sheet) for sheet in told["sheets"]]


def call(function: Callable[..., bytes], *arguments: Any) -> bytes:
    """Return what ``function(*arguments)`` returns in a process with these limits.

    Raises:
        cells.Unreadable: ``costly``, it went over them.
    """
    try:
        return sandbox.call(function, *arguments, memory=MEMORY, seconds=SECONDS, wall_seconds=WALL_SECONDS)
    except sandbox.Died as error:
        raise spreadsheet.Unreadable("costly", str(error)) from error


def _read(path: str, sheets: int, rows: int, columns: int) -> bytes:
    """The sheets, or why there are none, as JSON."""
    try:
        answer: dict[str, object] = {"sheets": _sheets(path, sheets, rows, columns)}
    except spreadsheet.Unreadable as error:
        answer = {"refused": error.code}
    except python_calamine.PasswordError:
        answer = {"refused": "password"}
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError):
        answer = {"refused": "broken"}
    return json.dumps(answer, ensure_ascii=False).encode()


def _sheets(path: str, most_sheets: int, most_rows: int, columns: int) -> list[dict[str, object]]:
    with Path(path).open("rb") as file:
        _refuse_bomb(file)
        file.seek(0)
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        found = []
        for name in book.sheet_names[:most_sheets]:
            lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=most_rows + 1)
            rows = [
                [spreadsheet.text_of(value)[:LONGEST_CELL] for value in line[:columns]] for line in lines[:most_rows]
            ]
            found.append({"name": name, "rows": rows, "complete": len(lines) <= most_rows})
    return found


def _refuse_bomb(file: BinaryIO) -> None:
    if file.read(4) != spreadsheet.ZIP:
        return
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    shared = sum(member.file_size for member in members if member.filename.lower().endswith("sharedstrings.xml"))
    if (
        len(members) > MOST_MEMBERS
        or shared > MOST_SHARED_STRINGS
        or sum(member.file_size for member in members) > MOST_UNZIPPED
    ):
        raise spreadsheet.Unreadable("too_large")
