"""Records of a document that no parser reads as a whole: each is read by itself.

Only looked at when a parser has given up. A record whose damage hides where it ends or begins is passed over; the
reader says that the document is broken, so nothing is withdrawn for it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.entities import html5
from typing import Any

from ckanext.nxopendata.harvest.fetching import lenient_json

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


def json_pieces(
    text: str, array: str, is_record: Callable[[Mapping[str, Any]], bool]
) -> Iterator[tuple[int, Any, str]]:
    """Yield line, value and "" of each record in the arrays of a JSON document.

    Of a broken one it is line, None and why; of one that was mended line, value and what was written wrongly.

    Args:
        array: Regular expression of what stands before the ``[`` of an array of records; "" for the document itself.
        is_record: Tells a record from an object inside one, where the reading begins again after a broken record.
    """
    line, records = LineCounter(text), _Records(text, is_record)
    place = 0
    for start in re.finditer(rf"{array}\s*+\[" if array else r"\[", text):
        if start.start() < place:
            continue
        place = start.end()
        while place < len(text):
            place = _skip(text, place)
            if text[place : place + 1] in ("]", ""):
                place += 1
                following = records.after_stray_end(place)
                if following is None:
                    break
                yield line(place), None, "the list ends within a record"
                place = following
            try:
                value, end = records.decode(place)
                if not re.match(r"\s*(?:,|\]|\Z)", text[end : end + 50]):
                    raise ValueError("no comma behind the record")
            except ValueError as error:
                if lenient_json.is_mendable(error) and (mended := records.mend(place)):
                    yield line(place), mended.value, mended.written
                    place = mended.end
                    continue
                yield line(place), None, str(error).partition(":")[0]
                following = records.next_from(place + 1)
                if following is None:
                    return
                place = following
            else:
                yield line(place), value, ""
                place = end


_FIRST_WINDOW = 256
_LAST_WINDOW = 1024 * 1024
"""Characters in which the end of a record that is to be mended is looked for; each further look takes four times as
many."""


@dataclass(frozen=True, slots=True)
class _Mended:
    """A record that was mended, what of it, and where the next thing begins."""

    value: dict[str, Any]
    written: str
    end: int


class _Records:
    """Finds the records of a document that is no JSON; what it costs grows with the document, not with its square."""

    def __init__(self, text: str, is_record: Callable[[Mapping[str, Any]], bool]) -> None:
        self._text, self._is_record = text, is_record
        self._none_from: int | None = None

    def mend(self, place: int) -> _Mended | None:
        """Return the record at a place once it is mended; None when it was whole, or is not to be mended."""
        value, end, written = self._decode_mended(place)
        if not written:
            return None
        rest = _BEHIND.match(self._text, end)
        until = rest.end() if rest else end
        if until == len(self._text):
            return _Mended(value, written, until)
        if self._text[until] == "{":
            is_whole = self._is_record(value) or self._is_record_at(until)
            return _Mended(value, written, until) if is_whole else None
        is_last = "]" in self._text[end:until] and self._is_record(value)
        return _Mended(value, written, end) if is_last else None

    def next_from(self, place: int) -> int | None:
        """Return where the next record begins that is whole or can be mended; None where there is none."""
        if self._none_from is not None and place >= self._none_from:
            return None
        ends = (found.end() for found in _BETWEEN.finditer(self._text, place))
        following = next((end for end in ends if self._is_record_at(end)), None)
        if following is None:
            self._none_from = place
        return following

    def after_stray_end(self, place: int) -> int | None:
        """Return where the next record begins if the bracket before ``place`` does not end the list of records.

        It is then of a list in the record before, whose beginning was lost, or stands within what was a text.
        """
        stray = _STRAY_END.match(self._text, place)
        if stray and self._is_record_at(stray.end()):
            return stray.end()
        return None if _ENDED.match(self._text, place) else self.next_from(place)

    def decode(self, place: int) -> tuple[Any, int]:
        """Do what :func:`.lenient_json.decode_json` does, whose error would count the lines of the document.

        Raises:
            ValueError: There is none.
        """
        size = _FIRST_WINDOW
        while True:
            piece = self._text[place : place + size]
            try:
                value, end = lenient_json.decode_json(piece)
            except ValueError as error:
                if place + size >= len(self._text) or not lenient_json.may_be_cut(
                    error, lenient_json.whole_until(piece)
                ):
                    raise
            else:
                if end < len(piece) or place + size >= len(self._text):
                    return value, place + end
            size *= 4

    def _is_record_at(self, place: int) -> bool:
        try:
            value, _ = self.decode(place)
        except ValueError as error:
            if not lenient_json.is_mendable(error):
                return False
            value, _, _ = self._decode_mended(place)
        return isinstance(value, dict) and self._is_record(value)

    def _decode_mended(self, place: int) -> tuple[dict[str, Any], int, str]:
        """Return the object at a place once it is mended, where it ends, and what was mended; "" when nothing was."""
        size = _FIRST_WINDOW
        while True:
            piece = self._text[place : place + size]
            plain, changes, whole = lenient_json.mend(piece)
            try:
                value, end = lenient_json.decode_json(plain)
            except ValueError as error:
                is_cut = lenient_json.may_be_cut(error, whole + sum(change.growth for change in changes))
                if not is_cut or size >= _LAST_WINDOW or place + size >= len(self._text):
                    return {}, place, ""
                size *= 4
                continue
            moved = 0
            inside: list[lenient_json.Change] = []
            for change in changes:
                if change.start + moved >= end:
                    break
                inside.append(change)
                moved += change.growth
            if not inside or not isinstance(value, dict):
                return {}, place, ""
            return value, place + end - moved, inside[0].written


def _skip(text: str, place: int) -> int:
    found = re.compile(r"[\s,]*").match(text, place)
    return found.end() if found else place


_BEHIND = re.compile(r"[\s,}\]]*+")
_ENDED = re.compile(r"\s*+(?:[,}\]]|\Z)")
_STRAY_END = re.compile(r"\s*+\}\s*+,\s*+(?=\{)")
_BETWEEN = re.compile(r"[}\]\"]\s*+(?:,\s*+)?(?=\{)")
