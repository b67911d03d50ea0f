"""The columns of a file as the information items of its dataset (1272 guide, element 8). Plain module."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from ckanext.nxopendata.core.tabular import sandbox, table
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.plan import Plan
from ckanext.nxopendata.core.tabular.values.types import CellCounts, decide_type

MOST_BYTES = 50_000_000
MOST_COLUMNS = 200
ROWS_READ = 2_000
"""Rows whose cells tell the type and the length of a column."""

OF_DATABASE = {"int8": "I", "numeric": "N", "date": "D", "timestamp": "T"}
"""Type of a column -> data type of the guide; every other is C, characters."""

LENGTHS = (10, 20, 50, 100, 200, 500, 1000, 2000)
"""Lengths that are offered: the next one that holds the longest value."""


def read_items(path: Path, kind: str, plan: Plan | None = None) -> list[dict[str, str]]:
    """Return one information item a column of the table in a file: ``name``, ``type`` and ``length``.

    Args:
        kind: the format of the file in lower case.
        plan: how the file is to be read; found where it is None.

    Raises:
        UnreadableError: the file holds no table that can be read, or reading it is ``costly``: somebody waits for it.
    """
    try:
        answer = json.loads(sandbox.run_limited(_read, str(path), kind, plan, limits=sandbox.REQUEST))
    except sandbox.SandboxError as error:
        raise UnreadableError("costly", reason=str(error)) from error
    if isinstance(answer, str):
        raise UnreadableError(answer)
    return answer


def _read(path: str, kind: str, plan: Plan | None) -> bytes:
    try:
        answer: list[dict[str, str]] | str = _items(Path(path), kind, plan)
    except UnreadableError as error:
        answer = error.code
    return json.dumps(answer).encode()


def _items(path: Path, kind: str, plan: Plan | None) -> list[dict[str, str]]:
    found = table.find(path, kind, most_bytes=MOST_BYTES, most_columns=MOST_COLUMNS, plan=plan)
    rows = list(islice(found.rows(), ROWS_READ))
    items: list[dict[str, str]] = []
    for number, header in enumerate(found.headers[:MOST_COLUMNS]):
        if header.strip():
            cells = [row[number] for row in rows if number < len(row)]
            items.append({"name": header.strip(), **_describe(header, cells)})
    return items


def _describe(header: str, cells: Sequence[str]) -> dict[str, str]:
    counts = CellCounts()
    counts.add(cells)
    letter = OF_DATABASE.get(decide_type(header, counts).name, "C")
    if letter == "C":
        return {"type": letter, "length": str(_round_up(max((_bytes(cell) for cell in cells), default=0)))}
    return {"type": letter, "length": _digits(cells)} if letter == "N" else {"type": letter}


def _bytes(cell: str) -> int:
    """The length of a text in the encoding of Chinese databases, in which the guide counts."""
    return len(cell.strip().encode("gb18030", "replace"))


def _round_up(length: int) -> int:
    return next((offered for offered in LENGTHS if length <= offered), length)


def _digits(cells: Sequence[str]) -> str:
    """``all,decimals`` digits of the widest numbers, as ``length`` is written (10,2)."""
    whole = decimals = 0
    for cell in cells:
        before, _, after = cell.strip().strip("%").partition(".")
        whole = max(whole, sum(character.isdecimal() for character in before))
        decimals = max(decimals, sum(character.isdecimal() for character in after))
    return f"{whole + decimals},{decimals}"
