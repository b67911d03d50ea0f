"""How a delimited text is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

RUN = "  "
"""The delimiter of columns that are aligned by spaces: two or more of them."""

SPACES = re.compile(r" {2,}|\t")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is written.

    Attributes:
        codec: as Python names it.
        delimiter: one sign, or two equal ones; ``RUN`` stands for two spaces or more.
        quote: the sign around cells; "" for none.
        escape: ``\\`` where it stands before a quotation mark in a cell; else marks are doubled.
        space_after: whether spaces after a delimiter belong to it.
        skip: lines at the beginning that say how the text is written (``sep=;``).
        width: cells of most rows.
        rival: another delimiter with which the text reads almost as well; "" for none.
    """

    codec: str
    delimiter: str
    quote: str = '"'
    escape: str = ""
    space_after: bool = False
    skip: int = 0
    width: int = 0
    rival: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether Python's own parser knows all of it: one sign parts the cells, marks are doubled."""
        return len(self.delimiter) == 1 and self.delimiter != " " and not self.escape and not self.space_after

    def but(self, delimiter: str) -> Dialect:
        """Return the same with another delimiter."""
        return replace(self, delimiter=delimiter)

    def closes(self, line: str) -> bool:
        """Whether a line has a quotation mark that may end a cell."""
        return bool(self.quote in line and _closing(self.delimiter, self.quote).search(line))

    def split(self, text: str) -> list[str]:
        """Cut a record without quotation marks into cells."""
        if self.delimiter == RUN:
            return SPACES.split(text.strip())
        cells = text.split(self.delimiter)
        return [cells[0], *(cell.lstrip(" ") for cell in cells[1:])] if self.space_after else cells


@cache
def _closing(delimiter: str, quote: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(quote)} *(?:{re.escape(delimiter)}|[\r\n]|\Z)")
