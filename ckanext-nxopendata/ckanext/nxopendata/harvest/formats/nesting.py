"""The depth of a document, found before it is parsed: parsers take quadratic time, or end, where it has no end.

JSON is measured; Turtle, whose brackets and strings are written alike, is estimated.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import IO

from ckanext.nxopendata.harvest.errors import FormatError

DEEPEST_DOCUMENT = 200
"""Levels of lists and objects; a catalogue has some ten."""

CHUNK = 1 << 20
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NO_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
_STEPS = [1 if byte in b"[{" else -1 for byte in range(256)]


def refuse_deep(body: IO[bytes], url: str, code: str = "json_broken") -> None:
    """Read a document through, and set it back to its beginning.

    Raises:
        FormatError: it is nested more than :data:`DEEPEST_DOCUMENT` levels deep.
    """
    body.seek(0)
    if measure_depth(body, DEEPEST_DOCUMENT) > DEEPEST_DOCUMENT:
        raise FormatError(code, url=url, line="?", reason="too deep")
    body.seek(0)


def measure_depth(body: IO[bytes], enough: int) -> int:
    """Return how deep lists and objects of a document stand in each other, or a depth beyond ``enough``.

    Brackets in strings do not count. Of what is no JSON the depth is an estimate.
    """
    depth = deepest = 0
    rest = b""
    while chunk := body.read(CHUNK):
        outside, rest = _cut_strings(rest + chunk)
        for level in accumulate(map(_STEPS.__getitem__, outside.translate(None, _NO_BRACKETS)), initial=depth):
            depth = level
            deepest = max(deepest, level)
        if deepest > enough:
            break
    return deepest


def _cut_strings(content: bytes) -> tuple[bytes, bytes]:
    """Return what stands outside of strings, and what is needed to go on in a string that does not end here."""
    body = content.rstrip(b"\\")
    # A quotation mark is added: it ends the string that goes on, or is left. So no search begins in vain.
    outside = _STRING.sub(b"", body + b'"')
    if outside.endswith(b'"'):
        return outside[:-1], b""
    return outside, b'"\\' if (len(content) - len(body)) % 2 else b'"'
