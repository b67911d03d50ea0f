"""What a reader who has typed some characters may want. Imports nothing of CKAN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.search.query.solr_query import quote_literal
from ckanext.nxopendata.search.words import pinyin, synonyms

SIGNS = re.compile(r"[^\w.\u3400-\u9fff]+")
"""Half-typed quotes, brackets and colons mean nothing yet."""

FEWEST_INNER = 3
"""So many letters of pinyin find what begins inside a word; fewer would find everything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A theme, a department or a tag that public datasets have.

    Attributes:
        field: of the index: ``nx_theme``, ``organization`` or ``tags``.
        name: its value there.
        zh, en: what people call it; ``en`` is "" where it has no English name.
        count: how many public datasets have it.
        written: its names, each after a new line, and their synonyms, each after a space.
        spoken: how all of them are typed in pinyin (``pinyin.spoken_forms``).
    """

    field: str
    name: str
    zh: str
    en: str
    count: int
    written: str
    spoken: str


def build_entry(field: str, name: str, zh: str, en: str, count: int) -> Entry:
    """An entry with what it can be found by."""
    others = synonyms.find_synonyms(zh)
    names = [f"\n{pinyin.normalize_text(name)}" for name in (zh, *([en] if en else []))]
    names = [f"\n{pinyin.normalize_text(name)}" for name in (zh, *([en] if en else []))]
    written = " ".join([*names, *map(pinyin.normalize_text, others)])
    spoken = pinyin.spoken_forms(zh) + " ".join(["", *(pinyin.spoken_forms(one).replace("\n", " ") for one in others)])
    return Entry(field, name, zh, en, count, written, spoken)


def find_fitting(typed: str, entries: Iterable[Entry], limit: int) -> list[Entry]:
    """The entries that fit best: what begins with ``typed`` before what has it inside, then the most used.

    Args:
        typed: in Chinese, English or pinyin, as ``pinyin.normalize_text`` gives it.
    """
    spelt = pinyin.join_pinyin(typed).replace(" ", "")
    spelt = spelt if pinyin.LATIN.match(spelt) else ""
    begins, begins_spoken = f"\n{typed}", f"\n{spelt}"
    inside = f" {spelt}" if len(spelt) >= FEWEST_INNER else ""
    found: list[tuple[int, int, Entry]] = []
    for one in entries:
        if begins in one.written or (spelt and begins_spoken in one.spoken):
            found.append((0, -one.count, one))
        elif _has(typed, one.written) or (inside and inside in one.spoken):
            found.append((1, -one.count, one))
    return [one for _, _, one in sorted(found, key=lambda item: item[:2])[:limit]]


def _has(typed: str, written: str) -> bool:
    """Whether ``typed`` stands inside; Latin letters from the beginning of a word on."""
    return (len(typed) > 1 and f" {typed}" in written) if typed.isascii() else typed in written


def dataset_query(typed: str) -> dict[str, Any]:
    """How Solr is asked for the datasets whose titles or tags fit; {} where too little was typed.

    The last word may be unfinished: ``lvyo`` and ``scen`` find what begins so.
    """
    parts = SIGNS.sub(" ", typed).split()
    if not parts or (len(typed) < 2 and typed.isascii()):
        return {}
    shared: Mapping[str, Any] = {"fl": "name,title,title_translated", "df": "title", "pf": ""}
    if not typed.isascii():
        fields = "title^8 title_translated^6 nx_tag_text^3 nx_title_words^3 nx_related"
        return {**shared, "q": " ".join(parts), "defType": "dismax", "qf": fields, "mm": "2<-1 5<80%", "tie": "0.1"}
    spelt = pinyin.join_pinyin(" ".join(parts)).replace(" ", "")
    whole = " AND ".join([*(quote_literal(part) for part in parts[:-1]), f"{parts[-1]}*"])
    likely = [f"title:({whole})^4", f"title_translated:({whole})^4", f"nx_tag_text:({whole})^2"]
    if len(spelt) > 1:
        likely += [f"nx_pinyin:{quote_literal(spelt)}^4", f"nx_pinyin:{spelt}*"]
    return {**shared, "q": " OR ".join(likely), "defType": "lucene", "q.op": "OR"}
