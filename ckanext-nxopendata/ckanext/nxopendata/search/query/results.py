"""What Solr answered, as a page shows it. Imports nothing of CKAN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.search.query import highlighting
from ckanext.nxopendata.search.query.solr_query import MARK, MARKED_INSIDE, UNMARK

OPENNESS = {"open": ("1", ""), "conditional": ("1", "conditional"), "closed": ("0", "")}
TOUCHING = re.compile(f"{UNMARK}{MARK}")
SOME_INSIDE = 6


def build_card(document: Mapping[str, Any], marks: Mapping[str, list[str]], q: str) -> dict[str, Any]:
    """One result, with the keys of a dataset that an entry in a list needs.

    Args:
        document: the stored fields of the index.
        marks: field -> the passages that Solr marked.
        q: the query, by whose pinyin and synonyms is marked what Solr cannot mark; "" to leave that out.

    Returns:
        ``id, name, type, private, state, title, title_translated, notes, notes_translated, organization, license_id,
        metadata_modified, nx_publish_date, nx_update_cycle, nx_is_open, nx_open_condition, resources`` as in a
        dataset, and ``marked``: ``title`` and ``notes`` by language as markup, ``inside`` a list of marked names of
        data items, columns and files.
    """
    titles = _texts(document, "title")
    notes = _texts(document, "notes")
    is_open, condition = OPENNESS.get(_first(document.get("nx_openness")), ("", ""))
    return {
        "id": document["id"],
        "name": document["name"],
        "type": document.get("dataset_type", "dataset"),
        "private": document.get("capacity") == "private",
        "state": "active",
        "title": titles.get("zh", ""),
        "title_translated": titles,
        "notes": notes.get("zh", ""),
        "notes_translated": notes,
        "organization": {"name": document["organization"]} if document.get("organization") else None,
        "license_id": document.get("license_id"),
        "metadata_modified": str(document.get("metadata_modified", "")).removesuffix("Z"),
        "nx_publish_date": str(document.get("nx_publish_date", ""))[:10],
        "nx_update_cycle": _first(document.get("nx_update_cycle")),
        "nx_is_open": is_open,
        "nx_open_condition": condition,
        "resources": [{"format": name} for name in document.get("res_format", ()) if name],
        "marked": {
            "title": _marked_texts(titles, marks, "title", q),
            "notes": _marked_texts(notes, marks, "notes", ""),
            "inside": _inside(marks),
        },
    }


def build_facets(counted: Mapping[str, list[Any]]) -> dict[str, list[dict[str, Any]]]:
    """Field -> ``[{"name", "count"}]``, from Solr's list of values and numbers in turn."""
    return {
        name: [
            {"name": value, "count": number} for value, number in zip(flat[::2], flat[1::2], strict=True) if value != ""
        ]
        for name, flat in counted.items()
    }


def mark_up(text: str) -> Markup:
    """Text with Solr's marks as markup, everything else escaped."""
    plain = str(escape(TOUCHING.sub("", text)))
    return Markup(plain.replace(MARK, "<mark>").replace(UNMARK, "</mark>"))  # noqa: S704  escaped just above


def _texts(document: Mapping[str, Any], field: str) -> dict[str, str]:
    english = _first(document.get(f"{field}_translated"))
    texts = {localised.DEFAULT: document.get(field) or "", "en": english}
    return {language: text for language, text in texts.items() if text}


def _first(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value or "")


def _marked_texts(texts: Mapping[str, str], marks: Mapping[str, list[str]], field: str, q: str) -> dict[str, Markup]:
    """Language -> marked text, of those languages in which something matched."""
    found = {}
    for language, name in ((localised.DEFAULT, field), ("en", f"{field}_translated")):
        if passages := marks.get(name):
            found[language] = mark_up(" … ".join(passages))
    own = texts.get(localised.DEFAULT, "")
    if localised.DEFAULT not in found and (spans := highlighting.find_spans(own, q) if q and own else []):
        found[localised.DEFAULT] = mark_up(_with_marks(own, spans))
    return found


def _with_marks(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + MARK + text[start:end] + UNMARK + text[end:]
    return text


def _inside(marks: Mapping[str, list[str]]) -> list[Markup]:
    """The marked names of data items, columns and files, each once."""
    lines = (
        line for field in MARKED_INSIDE for passage in marks.get(field, ()) for line in re.split(r"[\n\u2029]", passage)
    )
    found = dict.fromkeys(line.strip() for line in lines if MARK in line)
    return [mark_up(line) for line in list(found)[:SOME_INSIDE]]
