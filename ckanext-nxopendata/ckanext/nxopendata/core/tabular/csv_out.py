"""CSV that no spreadsheet program runs (OWASP, CSV injection). Rows end in CR LF (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these is taken for a formula."""

HARMLESS = re.compile(r"[+-][\d\s.,()-]*\Z")
"""Signed numbers, telephone numbers and lone dashes: an apostrophe would spoil them and guard nothing."""

BOM = "\ufeff"
"""Byte order mark: by it Excel knows UTF-8."""

ROWS_AT_ONCE = 500


def guard_formula(text: str) -> str:
    """Return the cell, kept from being run by an apostrophe; a cell that has one already gets another."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def guard_data(text: str) -> str:
    """As :func:`guard_formula`, but numbers and telephone numbers that are text stay as they are, for programs."""
    return text if HARMLESS.match(text) else guard_formula(text)


def unguard_formula(text: str) -> str:
    """Return the cell as it was before :func:`guard_formula`."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def write(
    rows: Iterable[Sequence[object]],
    *,
    bom: bool = True,
    guard: Callable[[str], str] = guard_formula,
    delimiter: str = ",",
) -> Iterator[str]:
    """Yield CSV in pieces, as the rows come. Every text is guarded; numbers are written as they are.

    Args:
        bom: whether a byte order mark comes first.
    """
    if bom:
        yield BOM
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_AT_ONCE)):
        out = io.StringIO(newline="")
        lines = ([guard(cell) if isinstance(cell, str) else cell for cell in row] for row in chunk)
        csv.writer(out, delimiter=delimiter).writerows(lines)
        yield out.getvalue()


def to_bytes(rows: Iterable[Sequence[object]], *, bom: bool = True) -> bytes:
    """Return CSV in UTF-8; ``bom`` as for :func:`write`."""
    return "".join(write(rows, bom=bom)).encode()
