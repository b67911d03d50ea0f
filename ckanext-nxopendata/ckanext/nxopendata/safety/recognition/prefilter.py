"""One pass over a text says which rules can find anything in which part of it; only there they are asked.

Hyperscan reads all patterns at once, some hundreds of megabytes a second; Python's ``re`` reads one after the other.
What it says is a superset of what the rules find (its mode ``PREFILTER``), so nothing is decided here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import hyperscan

PIECE = 16 * 1024
"""Characters of a part; a part ends with a line where there is one."""

BEFORE, AFTER = 64, 400
"""Characters around a part that are read with it: context before a match, and a match that goes on behind the part."""

ANCHOR = 1_000_000
"""Added to the number of an expression for that of its anchors."""

_FLAGS = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_UCP | hyperscan.HS_FLAG_SINGLEMATCH


class Prefilter:
    """Expressions that are looked for together.

    Args:
        expressions: name -> pattern in Python's syntax, and the words one of which must be there too (none: no word
            need be). A pattern that Hyperscan does not know is taken to be everywhere.
    """

    def __init__(self, expressions: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        self._names = list(expressions)
        self._always: set[str] = set()
        self._anchored: set[int] = set()
        self._local = threading.local()
        self._database = self._compile(expressions)

    def _compile(self, expressions: Mapping[str, tuple[str, tuple[str, ...]]]) -> hyperscan.Database:
        wanted: list[tuple[bytes, int, int]] = []
        for number, (name, (pattern, anchors)) in enumerate(expressions.items()):
            if name in self._always:
                continue
            wanted.append((_translate(pattern).encode(), number, _FLAGS | hyperscan.HS_FLAG_PREFILTER))
            if anchors:
                self._anchored.add(number)
                wanted.append(("|".join(map(re.escape, anchors)).encode(), number + ANCHOR, _FLAGS))
        try:
            return _make_database(wanted)
        except hyperscan.HyperscanError:
            unknown = {number for expression, number, flags in wanted if not _is_known(expression, number, flags)}
            more = {self._names[number % ANCHOR] for number in unknown}
            if not more:
                raise
            self._always |= more
            return self._compile(expressions)

    def find(self, text: str) -> set[str]:
        """Return the names of the expressions that may be in a short text."""
        seen: set[int] = set()
        if not hasattr(self._local, "scratch"):  # a scan needs room of its own in each thread
            self._local.scratch = hyperscan.Scratch(self._database)
        data = text.encode("utf-8", "replace")
        self._database.scan(data, match_event_handler=_note, context=seen, scratch=self._local.scratch)
        return self._always | {
            self._names[number]
            for number in seen
            if number < ANCHOR and (number not in self._anchored or number + ANCHOR in seen)
        }

    def find_parts(self, text: str) -> Iterator[tuple[int, int, set[str]]]:
        """Yield the parts of a text in which something may be: start, end, names."""
        for start, end in cut(text):
            names = self.find(text[max(0, start - BEFORE) : end + AFTER])
            if names:
                yield start, end, names


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the parts of a text; each ends with a line where one ends in it."""
    start, length = 0, len(text)
    while start < length:
        end = min(length, start + PIECE)
        if end < length:
            end = text.rfind("\n", start, end) + 1 or end
        yield start, end
        start = end


def _note(number: int, start: int, end: int, flags: int, seen: Any) -> None:
    seen.add(number)


def _translate(pattern: str) -> str:
    """Return a pattern of Python's as PCRE writes it."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", r"\\x{\1}", re.sub(r"\\U([0-9a-fA-F]{8})", r"\\x{\1}", pattern))


def _make_database(expressions: list[tuple[bytes, int, int]]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression for expression, _, _ in expressions],
        ids=[number for _, number, _ in expressions],
        elements=len(expressions),
        flags=[flags for _, _, flags in expressions],
    )
    return database


def _is_known(expression: bytes, number: int, flags: int) -> bool:
    try:
        _make_database([(expression, number, flags)])
    except hyperscan.HyperscanError:
        return False
    return True
