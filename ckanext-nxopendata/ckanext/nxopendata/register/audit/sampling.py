"""What an audit needs: samples that can be drawn again, files that can be recognised. Plain module."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.core.tabular.csv_out import guard_formula

FORMATS = ("csv", "xlsx")


def sample(identifiers: Iterable[str], size: int, seed: str) -> list[str]:
    """A random sample that whoever has the seed can draw again.

    The identifiers are put into the order of the SHA-256 of ``seed:identifier`` (UTF-8), and the first ``size`` are
    taken: no random generator of any program is needed to do it over.

    >>> sample(["a", "b", "c", "d"], 2, "2026") == sample(["d", "c", "b", "a"], 2, "2026")
    True
    """
    return sorted(set(identifiers), key=lambda each: digest(f"{seed}:{each}".encode()))[:size]


def population(identifiers: Iterable[str]) -> str:
    """The SHA-256 of what a sample was drawn from: the identifiers in order, one a line."""
    return digest("\n".join(sorted(set(identifiers))).encode())


def digest(content: bytes) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 as 64 hexadecimal digits."""
    return re.fullmatch(r"[0-9a-fA-F]{64}", text) is not None


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows, the head first, as CSV with a byte order mark, as Excel reads it; no cell is a formula."""
    return csv_out.to_bytes(rows)


def as_xlsx(rows: Sequence[Sequence[str]], title: str, about: Mapping[str, str]) -> bytes:
    """Rows, the head first, as a workbook; its second sheet says who exported what, when and by which filter."""
    book = openpyxl.Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = re.sub(r"[\\/*?:\[\]]", " ", title)[:31]
    for row in rows:
        sheet.append([guard_formula(cell) for cell in row])
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, 1):
        longest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(max(longest * 1.6, 10), 60)
    note = book.create_sheet("导出说明")
    for name, value in about.items():
        note.append([name, guard_formula(value)])
    note.column_dimensions["A"].width, note.column_dimensions["B"].width = 16, 80
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
