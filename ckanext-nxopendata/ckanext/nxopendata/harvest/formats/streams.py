"""Reading large JSON and XML documents piece by piece, without trusting them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import ijson
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  a compiled module without types

from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import Document

DEEPEST_JSON = 40
"""Levels of one record; a deeper one is no description of a dataset."""


def json_items(document: Document, *prefixes: str) -> Iterator[Any]:
    """Yield the values at each of ``prefixes`` (as ijson writes them: ``dataset.item``), one in memory at a time.

    The document is passed once for each prefix.

    Raises:
        FormatError: It is not JSON, or broken off; names the number of the last whole value.
    """
    body = text.to_utf8(document)
    number = 0
    for prefix in prefixes:
        body.seek(0)
        try:
            for value in ijson.items(body, prefix, use_float=True):
                number += 1
                yield value
        except ijson.JSONError as error:
            raise FormatError(
                "json_broken_after", url=document.url, record=number, reason=_first_line(error)
            ) from error


def json_page(document: Document) -> Any:
    """Return a document that is small enough to be read whole.

    Raises:
        FormatError: Not JSON.
    """
    import json

    try:
        return json.load(text.to_utf8(document))
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


def xml_events(document: Document, *tags: str) -> Iterator[tuple[str, Any]]:
    """``("start", root)`` for the root, then ``("end", element)`` for each element with one of ``tags``.

    An element is emptied, and all before it let go, when the caller asks for the next: memory does not grow with
    the document.

    Args:
        tags: In Clark's notation; none of them may stand inside another.

    Raises:
        FormatError: Not well-formed (names the line), or with a document type.
    """
    body: IO[bytes] = text.to_utf8(document, xml=True)
    if text.has_doctype(body):
        raise FormatError("xml_doctype", url=document.url)
    body.seek(0)
    safe: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    root = None
    try:
        for event, element in etree.iterparse(body, events=("start", "end"), remove_comments=True, **safe):
            if root is None:
                root = element
                yield "start", element
            if event == "end" and element.tag in tags:
                yield "end", element
                element.clear()
                while element.getprevious() is not None and element.getparent() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise FormatError("xml_broken", url=document.url, line=error.lineno or "?", reason=str(error.msg)) from error


def read_xml_head(document: Document) -> str:
    """Return the first bytes of an XML document as text, in lower case; "" when it is none."""
    head = text.decode_head(document.head()).lstrip("\ufeff \t\r\n")
    return head.lower() if head.startswith("<") and not head[:15].lower().startswith("<!doctype html") else ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["?"])[0]
