"""Records of a document that no parser reads as a whole: each is read by itself.

Only looked at when a parser has given up. A record whose damage hides where it ends or begins is passed over; the
reader says that the document is broken, so nothing is withdrawn for it.
"""

from __future__ import annotations

import html
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.entities import html5
from typing import Any

MOST_BYTES = 64 * 1024 * 1024
"""Of a document that is read in this way; it is held in memory."""

MOST_BROKEN = 100
"""Broken records of a document that are reported one by one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A record as text.

    Attributes:
        line: Where it begins.
        start, end: Its place in the document.
    """

    text: str
    line: int
    start: int
    end: int


class LineCounter:
    """Tells the line of places in a text that are asked for in rising order."""

    def __init__(self, text: str) -> None:
        self._text, self._place, self._line = text, 0, 1

    def __call__(self, place: int) -> int:
        """Return the line of a place."""
        if place < self._place:
            self._place, self._line = 0, 1
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line


def find_lines(text: str, values: Sequence[str]) -> list[int | None]:
    """Find the line of each value as it was written, of equal ones one after the other; None where it is not found."""
    begin: dict[str, int] = {}
    lines: list[int | None] = []
    for value in values:
        place = next(
            (found for form in _ways_to_write(value) if (found := text.find(form, begin.get(value, 0))) >= 0), -1
        )
        begin[value] = max(begin.get(value, 0), place + 1)
        lines.append(text.count("\n", 0, place) + 1 if place >= 0 else None)
    return lines


def _ways_to_write(value: str) -> Iterator[str]:
    """Yield a value as RDF, JSON and XML write it; at last the end of an address, which may be a relative one."""
    yield value
    if value.startswith("@"):  # a language tag, which is an attribute in XML and a value in JSON
        yield from (f'"{value[1:]}"', f"'{value[1:]}'")
        return
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield json.dumps(value)[1:-1]
    yield html.escape(value, quote=False)
    key, colon, _ = value.partition(": ")
    if colon:  # a member of a JSON object
        yield f'"{key}"'
    if "://" in value and len(last := value.rpartition("/")[2]) >= 3:
        yield last
        yield html.escape(last, quote=False)


# XML

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:[0-8]|1[124-9]|2\d|3[01]);")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});)")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{0,31};)")
_NAMESPACE = re.compile(r"""\sxmlns:([A-Za-z_][\w.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_DEFAULT_NAMESPACE = re.compile(r"""\sxmlns\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")


def mend_xml(text: str) -> str:
    """Return XML without what it may not hold: control characters, bare ampersands, entities of HTML."""
    text = _BARE_AMPERSAND.sub("&amp;", _CONTROL.sub("", text))
    return _ENTITY.sub(lambda found: html5.get(found[1], f"&amp;{found[1]}"), text)


def xml_pieces(text: str, names: str) -> Iterator[Piece]:
    """Yield the elements of these names, none of which stands in another; a damaged one ends where the next begins.

    Args:
        names: Regular expression of their local names.
    """
    opening = re.compile(rf"<((?:[A-Za-z_][\w.-]*:)?(?:{names}))(?=[\s/>])")
    line = LineCounter(text)
    found = list(opening.finditer(text))
    for number, match in enumerate(found):
        until = found[number + 1].start() if number + 1 < len(found) else len(text)
        closing = re.compile(rf"</{re.escape(match[1])}\s*>").search(text, match.end(), until)
        end = closing.end() if closing else until
        yield Piece(text[match.start() : end], line(match.start()), match.start(), end)


def lines_without_beginning(text: str, names: str, pieces: Iterable[Piece]) -> list[int]:
    """Return the lines on which elements of these names end whose beginnings are damaged, so that no piece has them.

    Args:
        pieces: All that :func:`xml_pieces` gave.
    """
    closing = re.compile(rf"</(?:[A-Za-z_][\w.-]*:)?(?:{names})\s*>")
    line, place, found = LineCounter(text), 0, list[int]()
    for start, end in [*((piece.start, piece.end) for piece in pieces), (len(text), len(text))]:
        found += [line(match.start()) for match in closing.finditer(text, place, start)]
        place = end
    return found


def namespaces(text: str) -> str:
    """Return the declarations of all namespaces in an XML document, as attributes; the first of a prefix counts."""
    found: dict[str, str] = {}
    for prefix, double, single in _NAMESPACE.findall(text):
        found.setdefault(prefix, double or single)
    declared = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in found.items())
    default = _DEFAULT_NAMESPACE.search(text)
    return declared + (f' xmlns="{default[1] or default[2]}"' if default else "")


# JSON


def read_integer(written: str) -> int | str:
    """Return a number, as text when it is longer than any number of a record."""
    return int(written) if len(written) <= 30 else written


def read_decimal(written: str) -> float | str:
    """Return a number, as text when it is beyond what a float holds."""
    number = float(written)
    return number if math.isfinite(number) else written


_DECODER = json.JSONDecoder(
    parse_int=read_integer, parse_float=read_decimal, parse_constant=lambda _: None, strict=False
)


def decode_json(text: str, place: int = 0) -> tuple[Any, int]:
    """Return the JSON value at a place, and where it ends; control characters in texts and huge numbers are allowed.

    Raises:
        ValueError: There is none.
    """
    try:
        return _DECODER.raw_decode(text, place)
    except RecursionError as error:
        raise ValueError("too deep") from error


def decode_whole(text: str) -> Any:
    """Return the value of a text that is one JSON value and nothing else.

    Raises:
        ValueError: It is not.
    """
    try:
        return _DECODER.decode(text.lstrip("\ufeff"))
    except RecursionError as error:
        raise ValueError("too deep") from error


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|,(?=\s*[}\]])|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x1f]")
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9A-Fa-f]{4})|(?=.))', re.DOTALL)


def mend_json(text: str) -> tuple[str, list[str]]:
    """Return JSON without commas before a closing bracket, and with the backslashes doubled that begin no escape.

    Numbers that are none become ``null``, control characters in texts are left to a lenient decoder.

    Returns:
        The text, and what was mended as it was written: each comma with what follows it, each text.
    """
    mended: list[str] = []

    def token(found: re.Match[str]) -> str:
        written = found[0]
        if written == ",":
            mended.append(text[found.start() : found.start() + 20].strip())
            return ""
        if written[0] != '"':
            mended.append(written)
            return "null"
        if "\\" not in written:
            if _CONTROL_IN_TEXT.search(written):
                mended.append(written.strip('"'))
            return written
        sound = _BAD_ESCAPE.sub(lambda escape: escape[0] if escape[1] else "\\\\", written)
        if sound != written:
            mended.append(written.strip('"'))
        return sound

    return _TOKEN.sub(token, text), mended


def json_pieces(
    text: str, array: str, is_record: Callable[[Mapping[str, Any]], bool]
) -> Iterator[tuple[int, Any, str]]:
    """Yield line, value and "" of each record in the arrays of a JSON document.

    Of a broken one it is line, None and why; of one that was mended line, value and what was written wrongly.

    Args:
        array: Regular expression of what stands before the ``[`` of an array of records; "" for the document itself.
        is_record: Tells a record from an object inside one, where the reading begins again after a broken record.
    """
    line = LineCounter(text)
    place = 0
    for start in re.finditer(array + r"\s*\[", text):
        if start.start() < place:
            continue
        place = start.end()
        while place < len(text):
            place = _skip(text, place)
            if text[place : place + 1] in ("]", ""):
                place += 1
                following = _after_stray_end(text, place, is_record)
                if following is None:
                    break
                yield line(place), None, "the list ends within a record"
                place = following
            try:
                value, end = decode_json(text, place)
                if not re.match(r"\s*(?:,|\]|\Z)", text[end : end + 50]):
                    raise ValueError("no comma behind the record")
            except ValueError as error:
                mended, following = _mend_record(text, place, is_record)
                whole, written = mended or (None, str(error).partition(":")[0])
                yield line(place), whole, written
                if following is None:
                    return
                place = following
            else:
                yield line(place), value, ""
                place = end


_MOST_ENDS = 50
"""Places within a record at which it is looked whether the record ends there."""


def _mend_record(
    text: str, place: int, is_record: Callable[[Mapping[str, Any]], bool]
) -> tuple[tuple[dict[str, Any], str] | None, int | None]:
    """Return the record at a place once it is mended and what was, and where the next begins; None where none is."""
    following = _next_record(text, place + 1, is_record)
    if found := _decode_mended(text[place:following]):
        return found, following
    for end in itertools.islice(_BETWEEN.finditer(text, place + 1, following or len(text)), _MOST_ENDS):
        found = _decode_mended(text[place : end.end()])
        if found and is_record(found[0]):  # and the one behind it is broken too
            return found, end.end()
    return None, following


def _after_stray_end(text: str, place: int, is_record: Callable[[Mapping[str, Any]], bool]) -> int | None:
    """Return where the next record begins if the bracket before ``place`` does not end the list of records.

    It is then of a list in the record before, whose beginning was lost, or stands within what was a text.
    """
    stray = _STRAY_END.match(text, place)
    if stray and _is_record_at(text, stray.end(), is_record):
        return stray.end()
    return None if _ENDED.match(text, place) else _next_record(text, place, is_record)


def _decode_mended(piece: str) -> tuple[dict[str, Any], str] | None:
    """Return the record that a piece of JSON holds once it is mended, and what was; None when it holds none."""
    plain, mended = mend_json(piece)
    try:
        value, end = decode_json(plain)
    except ValueError:
        return None
    is_whole = mended and isinstance(value, dict) and re.fullmatch(r"[\s,}\]]*", plain[end:])
    return (value, mended[0]) if is_whole else None


def _skip(text: str, place: int) -> int:
    found = re.compile(r"[\s,]*").match(text, place)
    return found.end() if found else place


_ENDED = re.compile(r"\s*(?:[,}\]]|\Z)")
_STRAY_END = re.compile(r"\s*\}\s*,\s*(?=\{)")
_BETWEEN = re.compile(r"[}\]\"]\s*,?\s*(?=\{)")


def _next_record(text: str, place: int, is_record: Callable[[Mapping[str, Any]], bool]) -> int | None:
    ends = (found.end() for found in _BETWEEN.finditer(text, place))
    return next((end for end in ends if _is_record_at(text, end, is_record)), None)


def _is_record_at(text: str, place: int, is_record: Callable[[Mapping[str, Any]], bool]) -> bool:
    try:
        value, _ = decode_json(text, place)
    except ValueError:
        return False
    return isinstance(value, dict) and is_record(value)
