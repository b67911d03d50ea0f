"""The text of any value that a record may hold. Nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

SEPARATORS = re.compile(r"[、，,;；|\n\t]+")

CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)

"""Signs that nobody sees and no search finds; joiners stay, for emoji and some scripts are made with them."""

LONGEST_TEXT = 100_000
"""Characters of one text; a longer one is a mistake at the source."""

DEEPEST = 6
"""Levels of nodes in which a label is looked for."""

LABELS = (
    *("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "schema:name", "vcard:fn", "vcard:organization-name"),
    *("schema:legalName", "http://www.w3.org/ns/org#legalName", "skos:altLabel", "vcard:hasValue", "skos:notation"),
    *("rdf:value", "prefLabel", "title", "name", "fn", "label", "notation", "value"),
)
"""Where the label of a node stands, in RDF and in JSON."""

NOTHING = frozenset({"none", "null", "undefined", "nan", "n/a", "[]", "{}", "-", "--", "[object object]"})
"""Words that programs write for nothing, in lower case."""


def is_nothing(text: str) -> bool:
    """Tell whether a text is what a program writes when it has none."""
    return not text or text.lower() in NOTHING


def to_text(value: Any, level: int = 0) -> str:
    """Return the text of a value: a literal, the label of a node, else its IRI. Without control characters."""
    if isinstance(value, str):
        return CONTROL.sub("", value[: 2 * LONGEST_TEXT]).strip()[:LONGEST_TEXT]
    if value is None or level > DEEPEST:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return next((text for item in value if (text := to_text(item, level + 1))), "")
    if not isinstance(value, Mapping):
        return str(value)[:LONGEST_TEXT]
    if "@value" in value:
        return to_text(value["@value"], level + 1)
    label = find_label(value, level)
    return _preferred(value[label], level + 1) if label else to_text(value.get("@id", ""), level + 1)


def find_label(node: Mapping[str, Any], level: int = 0) -> str | None:
    """Return under which of :data:`LABELS` the text of a node stands; None where it has none."""
    return next((label for label in LABELS if label in node and _preferred(node[label], level + 1)), None)


def _preferred(value: Any, level: int) -> str:
    """Return the Chinese text among the labels of a node, else the first."""
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    chinese = (item for item in values if isinstance(item, Mapping) and str(item.get("@language", ""))[:2] == "zh")
    return to_text(next(chinese, values[0] if values else ""), level)


def find_values(raw: Mapping[str, Any], path: str) -> list[Any]:
    """Find the values at ``path`` (steps parted by ``" > "``), in order and without lists in lists; empty where there
    are none."""
    first, *steps = _steps(path)
    if (value := raw.get(first)) is None:
        return []
    nodes: list[Any] = []
    _add_values(value, nodes)
    for step in steps:
        found: list[Any] = []
        for node in nodes:
            if type(node) is dict or isinstance(node, Mapping):
                _add_values(node.get(step), found)
        nodes = found
    return nodes


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split(" > "))


def _add_values(value: Any, found: list[Any], level: int = 0) -> None:
    if isinstance(value, list):
        if level < DEEPEST:
            for item in value:
                _add_values(item, found, level + 1)
    elif value is not None and value != {} and not (isinstance(value, str) and not value.strip()):
        found.append(value)


def to_identifier(value: Any) -> str:
    """Return the IRI of a node, else the text of the value."""
    if isinstance(value, Mapping) and isinstance(value.get("@id"), str):
        return to_text(value["@id"])
    return to_text(value)


def spellings(value: Any) -> list[str]:
    """Return the IRI and the label of a node, the text of another value."""
    return list(dict.fromkeys(text for text in (to_identifier(value), to_text(value)) if not is_nothing(text)))


def cut(text: str, limit: int, report: Callable[..., None]) -> str:
    """Return the beginning of a text, and report it where that is not all."""
    if len(text) > limit:
        report("text_cut", value=text[:50], limit=limit)
    return text[:limit].strip()


def show(value: Any) -> str:
    """Return a value as a finding names it."""
    return to_text(value)[:200] or repr(value)[:200]
