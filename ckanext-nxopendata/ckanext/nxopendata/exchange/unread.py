"""What a record of a package says in elements that :mod:`.xml` does not read. Plain module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ckanext.nxopendata.exchange import fields, xml
from ckanext.nxopendata.exchange.dcat.iris import camel

_ONE, _MANY, _BY_LANGUAGE = "one", "many", "language"

Elements = Mapping[str, tuple[str, "Elements | None"]]
"""Name of an element -> how often it is read, and what it holds; None for a text."""


@cache
def _known_elements() -> Elements:
    """Return the elements of a record that are read."""
    apart: Elements = {
        **dict.fromkeys(("mdId", "resID", "pubDate", "mdDateUpd"), (_ONE, None)),
        **dict.fromkeys(xml.NAMED.values(), (_BY_LANGUAGE, None)),
        "IdPoC": (_ONE, dict.fromkeys(("rpOrgName", "rpOrgCode"), (_ONE, None))),
        "TpCat": (_ONE, dict.fromkeys(("cateStd", "cateName", "cateCode"), (_ONE, None))),
        "DescKeys": (_MANY, {"keyword": (_MANY, None)}),
        "onLineSrc": (_MANY, None),
    }
    guide = {
        camel(field.name): _elements_of(field) for field in fields.dataset().values() if field.name not in xml.APART
    }
    files: Elements = {camel(name): (_ONE, None) for name in xml.file_fields()}
    return {**apart, "guide": (_ONE, {**guide, "file": (_MANY, files)})}


def _elements_of(field: fields.Field) -> tuple[str, Elements | None]:
    if field.kind is fields.Kind.PARTS:
        return _MANY, {camel(sub.name): _elements_of(sub) for sub in field.parts.values()}
    if field.kind is fields.Kind.LOCALISED:
        return _BY_LANGUAGE, None
    return _MANY if field.kind in (fields.Kind.CODES, fields.Kind.TEXTS) else _ONE, None


def find_unread(record: Any) -> dict[str, str]:
    """Return what a record says in elements that are not read: path -> text; ``[2]`` marks a second one of a name."""
    unread: dict[str, str] = {}
    if (operation := record.get("operation", "")) not in ("", xml.ADD, xml.UPDATE, xml.DELETE):
        unread["@operation"] = operation
    _add_unread(record, _known_elements(), "", unread)
    return unread


def _add_unread(element: Any, known: Elements, above: str, unread: dict[str, str]) -> None:
    seen: set[tuple[str, str]] = set()
    for child in element:
        text = "".join(child.itertext()).strip() if isinstance(child.tag, str) else ""
        if not text:
            continue
        name = child.tag.rpartition("}")[2]
        often, inside = known.get(name, ("", None))
        key = (name, (child.get(xml.LANG) or "zh").split("-")[0] if often == _BY_LANGUAGE else "")
        if not often or (often != _MANY and key in seen):
            unread[f"{above}{name}{' [2]' if often else ''}"] = text[:200]
        elif inside is not None:
            _add_unread(child, inside, f"{above}{name} > ", unread)
        seen.add(key)
