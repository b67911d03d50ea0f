"""Reading large JSON and XML documents piece by piece, without trusting them."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

import ijson
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  a compiled module without types

from ckanext.nxopendata.harvest.errors import FormatError, Problem
from ckanext.nxopendata.harvest.fetching import lenient_json, text
from ckanext.nxopendata.harvest.fetching.client import CHUNK, SPOOL_IN_MEMORY, Document
from ckanext.nxopendata.harvest.formats import nesting, salvage

DEEPEST_JSON = 40
"""Levels of one record; a deeper one is no description of a dataset."""


def json_items(document: Document, *prefixes: str) -> Iterator[Any]:
    """Yield the values at each of ``prefixes`` (as ijson writes them: ``dataset.item``), one in memory at a time.

    The document is passed once for each prefix.

    Raises:
        FormatError: It is not JSON, nested too deeply, or broken off; names the number of the last whole value.
    """
    body = _without_half_pairs(text.to_utf8(document))
    nesting.refuse_deep(body, document.url)
    number = 0
    for prefix in prefixes:
        body.seek(0)
        try:
            for value in ijson.items(body, prefix, use_float=True):
                number += 1
                yield value
        except (ijson.JSONError, ValueError, OverflowError, RecursionError) as error:
            raise FormatError(
                "json_broken_after", url=document.url, record=number, reason=_first_line(error)
            ) from error


def json_records(
    document: Document,
    prefix: str,
    array: str,
    is_record: Callable[[Mapping[str, Any]], bool],
    report: Callable[[Problem], None],
) -> Iterator[Any]:
    """Yield the values at ``prefix`` as :func:`json_items` does; where the document is broken, record by record.

    Args:
        array: See :func:`ckanext.nxopendata.harvest.formats.salvage.json_pieces`, as ``is_record``.
        report: Takes a finding for each record that cannot be read.

    Raises:
        FormatError: It is not JSON, and no record can be read.
    """
    number, held = 0, list[Any]()
    try:
        for value in json_items(document, prefix):  # what stands before a fault may be the beginning of a broken record
            if held:
                yield held.pop()
                number += 1
            held.append(value)
        yield from held
        return
    except FormatError as error:
        broken = error
    if document.size > salvage.MOST_BYTES:
        raise broken
    if mended := _mended(document):
        body, places = mended
        for place, value in enumerate(ijson.items(body, prefix, use_float=True)):
            if place >= number:
                yield value
        for line, written in places:
            report(value_mended(f"{document.url}#line={line}" if line else document.url, written))
        return
    for place, value in enumerate(_records_one_by_one(document, array, is_record, broken, report)):
        if place >= number:
            yield value


def _mended(document: Document) -> tuple[IO[bytes], list[tuple[int | None, str]]] | None:
    """Return a document that :func:`.lenient_json.mend_json` makes JSON of; line and value of what it mended."""
    body = text.to_utf8(document)
    body.seek(0)
    content = body.read().decode("utf-8", "replace")
    plain, places = lenient_json.mend_json(content)
    try:
        value = lenient_json.decode_whole(plain)
    except ValueError:
        return None
    if not places:  # a sign that only ijson refuses: a control character, NaN
        return None
    places = places[: salvage.MOST_BROKEN]
    lines = salvage.find_lines(content, places)
    sound = io.BytesIO(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return sound, list(zip(lines, places, strict=True))


def value_mended(position: str, written: str) -> Problem:
    """Make the finding that a value was written wrongly and is read as it is meant."""
    return Problem("value_mended", "page", position=position, params={"value": written[:200]}, refuses=False)


def read_whole_records(
    document: Document,
    broken: FormatError,
    array: str,
    is_record: Callable[[Mapping[str, Any]], bool],
    report: Callable[[Problem], None],
) -> tuple[str, list[Any]]:
    """Return a page that :func:`json_page` does not read as text, and the records of it that are whole.

    Args:
        broken: Why it cannot be read.
        array: See :func:`ckanext.nxopendata.harvest.formats.salvage.json_pieces`, as ``is_record``.
        report: Takes a finding for each record that cannot be read.

    Raises:
        FormatError: ``broken``, when there is no record.
    """
    records = list(_records_one_by_one(document, array, is_record, broken, report))
    body = text.to_utf8(document)
    body.seek(0)
    return body.read().decode("utf-8", "replace"), records


def _records_one_by_one(
    document: Document,
    array: str,
    is_record: Callable[[Mapping[str, Any]], bool],
    broken: FormatError,
    report: Callable[[Problem], None],
) -> Iterator[Any]:
    """Yield the records of a document that is not JSON, each read by itself."""
    body = text.to_utf8(document)
    body.seek(0)
    good = bad = 0
    for line, value, reason in salvage.json_pieces(body.read().decode("utf-8", "replace"), array, is_record):
        if reason and value is not None:
            report(value_mended(f"{document.url}#line={line}", reason))
        elif reason:
            bad += 1
            if bad <= salvage.MOST_BROKEN:
                report(record_broken(document.url, line, reason))
            continue
        good += 1
        yield value
    if not good:
        raise broken
    if not bad:
        report(broken_elsewhere(broken))


def record_broken(url: str, line: int | str, reason: str) -> Problem:
    """Make the finding that a record cannot be read."""
    return Problem(
        "record_broken", "page", position=f"{url}#line={line}", params={"url": url, "line": line, "reason": reason}
    )


def broken_elsewhere(broken: FormatError) -> Problem:
    """Make the finding that a document is broken although every record that was found in it is whole."""
    facts = {"url": str(broken.params["url"]), "reason": str(broken.params.get("reason", ""))}
    return Problem("broken_elsewhere", "page", position=facts["url"], params=facts)


_HALF_PAIR = re.compile(
    rb"(?<!\\)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\)(?<!\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F])\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def _without_half_pairs(body: IO[bytes]) -> IO[bytes]:
    """Return JSON without the halves of surrogate pairs, for which the parser would put a question mark."""
    body.seek(0)
    rest = b""
    while chunk := body.read(CHUNK):
        if _HALF_PAIR.search(rest + chunk):
            break
        rest = chunk[-12:]
    else:
        body.seek(0)
        return body
    body.seek(0)
    cleaned = tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY)  # noqa: SIM115  freed with its reader
    cleaned.write(_HALF_PAIR.sub(b"", body.read()))
    cleaned.seek(0)
    return cleaned


def find_words(document: Document, *words: str) -> set[str]:
    """Find which words, in quotation marks, stand anywhere in a document: whether it is worth a search for them."""
    found: set[str] = set()
    document.body.seek(0)
    rest = b""
    while chunk := document.body.read(CHUNK):
        found |= {word for word in words if word not in found and f'"{word}"'.encode() in rest + chunk}
        rest = chunk[-100:]
    document.body.seek(0)
    return found


def json_page(document: Document) -> Any:
    """Return a document that is small enough to be read whole.

    Raises:
        FormatError: Not JSON.
    """
    try:
        return json.load(text.to_utf8(document), parse_int=lenient_json.read_integer, strict=False)
    except RecursionError as error:
        raise FormatError("json_broken", url=document.url, line="?", reason="too deep") from error
    except ValueError as error:
        line, reason = getattr(error, "lineno", "?"), getattr(error, "msg", str(error))
        raise FormatError("json_broken", url=document.url, line=line, reason=reason) from error


def is_too_deep(value: Any, levels: int = DEEPEST_JSON) -> bool:
    """Tell whether a JSON value has more levels than a record may have."""
    layer = [value]
    for _ in range(levels):
        layer = [
            inner
            for outer in layer
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not layer:
            return False
    return True


def xml_events(
    document: Document, *tags: str, report: Callable[[Problem], None] | None = None
) -> Iterator[tuple[str, Any]]:
    """``("start", root)`` for the root, then ``("end", element)`` for each element with one of ``tags``.

    An element is emptied, and all before it let go, when the caller asks for the next: memory does not grow with
    the document.

    Args:
        tags: In Clark's notation; none of them may stand inside another.
        report: Takes a finding for each record that cannot be read in a document that is not well-formed; the others
            are read. Without it the document is refused.

    Raises:
        FormatError: Not well-formed (names the line), or with a document type.
    """
    body: IO[bytes] = text.to_utf8(document, xml=True)
    if text.has_doctype(body):
        raise FormatError("xml_doctype", url=document.url)
    body.seek(0)
    safe: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    root, number, line = None, 0, 1
    try:
        for event, element in etree.iterparse(body, events=("start", "end"), remove_comments=True, **safe):
            line = element.sourceline or line
            if root is None:
                root = element
                yield "start", element
            if event == "end" and element.tag in tags:
                number += 1
                yield "end", element
                element.clear()
                while element.getprevious() is not None and element.getparent() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        broken = FormatError("xml_broken", url=document.url, line=error.lineno or line, reason=str(error.msg))
        broken.__cause__ = error
        if report is None or document.size > salvage.MOST_BYTES:
            raise broken from error
    else:
        return
    body.seek(0)
    yield from _elements_one_by_one(body.read().decode("utf-8", "replace"), tags, number, broken, report)


def _elements_one_by_one(
    content: str, tags: Sequence[str], number: int, broken: FormatError, report: Callable[[Problem], None]
) -> Iterator[tuple[str, Any]]:
    """Yield the elements of a document that is not well-formed, but for the first ``number``, each read by itself."""
    content = salvage.mend_xml(content)
    declared = salvage.namespaces(content)
    names = "|".join(re.escape(tag.rpartition("}")[2]) for tag in tags)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    url = str(broken.params["url"])
    pieces = list(salvage.xml_pieces(content, names))
    lost = salvage.lines_without_beginning(content, names, pieces)
    good, bad = 0, len(lost)
    for line in lost[: salvage.MOST_BROKEN]:
        report(record_broken(url, line, str(broken.params["reason"])))
    for piece in pieces:
        try:
            element = etree.fromstring(f"<root{declared}>{piece.text}</root>".encode(), parser)[0]
        except (etree.XMLSyntaxError, IndexError, ValueError) as error:
            bad += 1
            if bad <= salvage.MOST_BROKEN:
                report(record_broken(url, piece.line, str(error)[:300]))
            continue
        if element.tag in tags:
            good += 1
            for node in element.iter():  # its place in the document, as far as libxml2 counts
                node.sourceline = min((node.sourceline or 1) + piece.line - 1, 65_535)
            if good > number:
                yield "end", element
    if not good:
        raise broken
    if not bad:
        report(broken_elsewhere(broken))


def read_xml_head(document: Document) -> str:
    """Return the first bytes of an XML document as text, in lower case; "" when it is none."""
    head = text.decode_head(document.head()).lstrip("\ufeff \t\r\n")
    is_xml = re.match(r"<(?:[?!]|[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?[\s/>])", head)
    return head.lower() if is_xml and not head[:15].lower().startswith("<!doctype html") else ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["?"])[0]
