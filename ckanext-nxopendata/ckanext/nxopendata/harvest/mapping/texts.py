"""Texts, keywords and lists."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.harvest.mapping import languages
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.values import SEPARATORS, cut, is_nothing, spellings, to_text

LONGEST_TAG = 100
"""Characters of a keyword (CKAN's ``MAX_TAG_LENGTH``)."""


def as_text(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return the first text, a Chinese one if there is one."""
    texts = [text for text, _ in sorted(languages.read_texts(values), key=lambda found: languages.kind_of(*found))]
    for text in texts[1:]:
        if text != texts[0]:
            report.leave(text)
    return texts[0] if texts else None


def as_localised(values: Sequence[Any], _rule: Rule, report: FieldReport) -> dict[str, str] | None:
    """Return the text by language; see :mod:`ckanext.nxopendata.harvest.mapping.languages`."""
    return languages.choose(values, report)


def as_paragraphs(values: Sequence[Any], _rule: Rule, report: FieldReport) -> dict[str, str] | None:
    """Return the same of a text that may be written as several paragraphs."""
    return languages.choose(values, report, join=True)


def as_licence(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return the first licence that the portal knows, as it is written; else the text in the preferred language."""
    read = report.surroundings.read_licence or (lambda _: None)
    texts: dict[str, str | None] = {}
    for value in values:
        written = spellings(value)
        known = next((text for text in written if read(text)), None)
        if written:
            texts[known or written[-1]] = read(known) if known else None
    preferred = (text for value in languages.prefer(values) if (text := to_text(value)) in texts)
    taken = next((text for text, licence in texts.items() if licence), next(preferred, next(iter(texts), None)))
    for text, licence in texts.items():
        if text != taken and not (licence and licence == texts[taken or text]):
            report.leave(text)
    return taken


def as_tags(values: Sequence[Any], _rule: Rule, report: FieldReport) -> list[dict[str, str]] | None:
    """CKAN tags: 2 to 100 letters, digits, space, ``-_.``; one keyword with separators becomes several.

    Keywords in Traditional characters become Simplified ones. Shorter ones, which CKAN refuses, are reported.
    """
    names: dict[str, None] = {}
    for text, tag in languages.read_texts(values):
        text = html.unescape(html.unescape(text))
        if languages.kind_of(text, tag) == languages.TRADITIONAL:
            text = localised.simplify(text)
        for piece in SEPARATORS.split(text):
            name = cut(_clean_tag(piece), LONGEST_TAG, report)
            if len(name) >= 2:
                names[name] = None
            elif piece.strip():
                report.leave(piece.strip())
    return [{"name": name} for name in sorted(names)] or None


def as_tags_by_language(values: Sequence[Any], _rule: Rule, report: FieldReport) -> dict[str, list[str]] | None:
    """Return keywords by language, as many in each and in the same order: ``{"zh": […], "en": […]}``.

    A value is such an object, or a node with ``nx:order`` and a ``skos:prefLabel`` in each language.
    """
    texts: dict[str, list[str]] = {}
    for value in sorted(values, key=_place):
        by_language = value if isinstance(value, Mapping) else {}
        if "skos:prefLabel" in by_language:
            labels = by_language["skos:prefLabel"]
            by_language = {
                str(label.get("@language", ""))[:2]: [label]
                for label in (labels if isinstance(labels, list) else [labels])
                if isinstance(label, Mapping)
            }
        for language, words in by_language.items():
            if language in ("zh", "en") and isinstance(words, list):
                texts.setdefault(language, []).extend(word for item in words if (word := to_text(item)))
    if not texts:
        return None
    own = texts.get("zh", [])
    if len(own) == len(texts.get("en", [])) and all(_clean_tag(word) == word[:LONGEST_TAG] for word in own):
        return {"zh": own, "en": texts["en"]}
    report.leave("; ".join(texts.get("en", [])))
    return None


def _place(value: Any) -> float:
    order = value.get("nx:order") if isinstance(value, Mapping) else None
    try:
        return float(to_text(order))
    except ValueError:
        return 0


def _clean_tag(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w \-.]", " ", text)).strip()


def as_list(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> list[str] | None:
    pieces = (piece.strip() for value in values for piece in SEPARATORS.split(to_text(value)))
    return list(dict.fromkeys(piece for piece in pieces if not is_nothing(piece))) or None


def as_digits(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a code of digits and letters, without white space."""
    codes = list(dict.fromkeys(code for value in values if (code := re.sub(r"\s", "", to_text(value)))))
    for code in codes[1:]:
        report.leave(code)
    return codes[0] if codes else None
