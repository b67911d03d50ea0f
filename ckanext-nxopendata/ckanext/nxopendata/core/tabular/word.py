"""Tables of Word files (docx), as sheets, read in a process of their own.

The lines above a table (its title, who filled it in) become its first rows, each in one cell, because official forms
print them outside the table.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes
from ckanext.nxopendata.core.tabular.sheets import Sheet

DOCUMENT = "word/document.xml"
MOST_UNPACKED = 256 * 1024**2
"""Bytes of all parts of a file."""
LINES_ABOVE = 8
"""How many lines above a table belong to it."""


def is_word(content: bytes) -> bool:
    """Whether a file is a Word document (docx), by its own directory and not by its name."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return DOCUMENT in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def read(content: bytes, most_cells: int) -> list[Sheet]:
    """Read every table of a document as a sheet. Merged cells count for every cell they cover.

    Raises:
        UnreadableError: ``broken``, ``too_large`` or ``too_many_cells``.
    """
    try:
        answer = json.loads(sandbox.run_limited(_read, content, most_cells))
    except sandbox.SandboxError as error:
        raise UnreadableError("too_large", reason=megabytes(sandbox.WHOLE_FILE.memory)) from error
    if "refused" in answer:
        raise UnreadableError(answer["refused"], **answer["params"])
    return [Sheet(**sheet) for sheet in answer["sheets"]]


def _read(content: bytes, most_cells: int) -> bytes:
    try:
        answer: dict[str, Any] = {"sheets": [asdict(sheet) for sheet in _tables(content, most_cells)]}
    except UnreadableError as error:
        answer = {"refused": error.code, "params": error.params}
    except MemoryError:  # the file is not damaged: the limit was reached
        raise
    except Exception as error:
        answer = {"refused": "broken", "params": {"reason": str(error)[:200]}}
    return json.dumps(answer).encode()


def _tables(content: bytes, most_cells: int) -> list[Sheet]:
    import docx
    from docx.table import Table

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise UnreadableError("too_large", reason=megabytes(MOST_UNPACKED))
    sheets: list[Sheet] = []
    above: list[str] = []
    cells = 0
    for block in docx.Document(io.BytesIO(content)).iter_inner_content():
        if not isinstance(block, Table):
            above = [*above, block.text.strip()][-LINES_ABOVE:] if block.text.strip() else above
            continue
        rows = [[text] for text in above]
        for row in block.rows:
            values = [cell.text.strip() for cell in row.cells]
            cells += len(values)
            if cells > most_cells:
                raise UnreadableError("too_many_cells", reason=f"{most_cells:,}")
            rows.append(values)
        sheets.append(Sheet(f"表格{len(sheets) + 1}", rows))
        above = []
    return sheets
