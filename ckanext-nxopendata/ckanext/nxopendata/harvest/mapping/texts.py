"""Texts in the languages that they are written in, keywords, and the text of any value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule

SEPARATORS = re.compile(r"[、，,;；|\n\t]+")

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

LONGEST_TEXT = 100_000
"""Characters of one text; a longer one is a mistake at the source."""

LABELS = (
    *("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "skos:notation", "rdf:value"),
    *("prefLabel", "title", "name", "notation"),
)
"""Where the label of a node stands, in RDF and in JSON."""

LANGUAGE = re.compile(r"(zh|en)(?:[-_].*)?")


def to_text(value: Any) -> str:
    """Return the text of a value: a literal, the label of a node, else its IRI. Without control characters."""
    if isinstance(value, str):
        return CONTROL.sub("", value).strip()[:LONGEST_TEXT]
    if not isinstance(value, Mapping):
        return str(value)
    if "@value" in value:
        return to_text(value["@value"])
    for label in LABELS:
        if value.get(label):
            return _preferred(value[label] if isinstance(value[label], list) else [value[label]])
    return to_text(value.get("@id", ""))


def _preferred(values: Sequence[Any]) -> str:
    """Return the Chinese text among ``values``, else the first."""
    chosen = next((value for value in values if _language(value) == "zh"), values[0])
    return to_text(chosen)


def _language(value: Any) -> str:
    """``zh``, ``en``, another base language, or "" when there is no tag."""
    return value.get("@language", "").split("-")[0] if isinstance(value, Mapping) else ""


def to_identifier(value: Any) -> str:
    """Return the IRI of a node, else the text of the value."""
    return to_text(value["@id"]) if isinstance(value, Mapping) and "@id" in value else to_text(value)


def as_text(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    return _preferred(values) or None


def as_localised(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> dict[str, str] | None:
    """Texts by language. A text without language is Chinese; so is one in a third language, for want of better."""
    texts: dict[str, str] = {}
    for value in values:
        if isinstance(value, Mapping) and value and all(LANGUAGE.fullmatch(str(key)) for key in value):
            for key, content in value.items():  # {"zh_Hans_CN": …, "en": …}, as CKAN's extensions write it
                if to_text(content):
                    texts.setdefault(str(key)[:2], to_text(content))
        elif content := to_text(value):
            texts.setdefault(_language(value) or "", content)
    known = {language: texts[language] for language in ("zh", "en") if language in texts}
    rest = [content for language, content in texts.items() if language not in known]
    if "zh" not in known and rest:
        known["zh"] = rest[0]
    return known or None


def as_tags(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> list[dict[str, str]] | None:
    """CKAN tags: 2 to 100 letters, digits, space, ``-_.``; one keyword with separators becomes several."""
    names: dict[str, None] = {}
    for value in values:
        for piece in SEPARATORS.split(to_text(value)):
            name = re.sub(r"\s+", " ", re.sub(r"[^\w \-.]", " ", piece)).strip()[:100].strip()
            if len(name) >= 2:
                names[name] = None
    return [{"name": name} for name in sorted(names)] or None


def as_list(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> list[str] | None:
    pieces = (piece.strip() for value in values for piece in SEPARATORS.split(to_text(value)))
    return list(dict.fromkeys(piece for piece in pieces if piece)) or None


def as_digits(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return a code of digits and letters, without white space."""
    return re.sub(r"\s", "", to_text(values[0])) or None
