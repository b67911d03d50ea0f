"""What people call indicators: ``schemas/search/terms.csv``. Plain module.

A term has names in both languages; a text is compared by its key, in which each name stands as the term's id.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

FILE = resources.files("ckanext.nxopendata.schemas") / "search" / "terms.csv"
FILLERS = re.compile(r"\A(?:的|之|是|为|共|约|有)+|(?:的|之|是|为|了|吗|呢|有|在|情况|总数|数量|个数|合计)+\Z")
SIGNS = re.compile(r"[\s,，、。;；:：?？!！“”\"'‘’《》()（）\[\]【】_/·-]+")


@dataclass(frozen=True, slots=True)
class Term:
    """An indicator.

    Attributes:
        zh, en: its names, the usual one first.
        broader: id of the term whose question it answers too, or "".
        title: word that the title of the dataset must have, because the names alone do not say what is counted.
        unit: that whole numbers of at least ``least`` are in where no unit stands anywhere; "" where that is not known.
    """

    id: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    broader: str
    title: str
    unit: str
    least: int


@cache
def load_terms() -> dict[str, Term]:
    """Return the terms by id, in the order of the file: the most asked for first."""
    rows = csv.DictReader(io.StringIO(FILE.read_text(encoding="utf-8")))
    return {
        row["id"]: Term(
            row["id"],
            tuple(row["zh"].split("|")),
            tuple(row["en"].split("|")),
            row["broader"],
            row["title"],
            row["unit"],
            int(row["least"] or 0),
        )
        for row in rows
    }


@cache
def version() -> str:
    """Return what changes when a text would get another key."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for term in load_terms().values():
        for name in (*term.zh, *term.en):
            names.setdefault(fold_text(name), term.id)
    return names


@cache
def _pattern() -> re.Pattern[str]:
    # A name of one character is a term where it stands alone only.
    names = sorted((name for name in _names() if len(name) > 1), key=len, reverse=True)
    parts = [rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else re.escape(name) for name in names]
    return re.compile("|".join(parts))


def fold_text(text: str) -> str:
    """Return a text without width, case and signs; one space where Latin words meet."""
    folded = SIGNS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
    return re.sub(r"(?<=[^a-z0-9.%]) | (?=[^a-z0-9.%])", "", folded)


def mark_terms(folded: str) -> str:
    """Return a folded text with each name of a term as its id in braces.

    >>> mark_terms("常住人口占全区比重")
    '{population}{share_of_region}'
    """
    if folded in _names():
        return f"{{{_names()[folded]}}}"
    return _pattern().sub(lambda match: f"{{{_names()[match.group()]}}}", folded)


@lru_cache(maxsize=20_000)
def make_key(text: str) -> str:
    """Return what two texts have in common when they name one indicator.

    >>> make_key("GDP总数"), make_key("地区生产总值"), make_key("农村的人口")
    ('{gdp}', '{gdp}', '{population_rural}')
    """
    return clean_key(mark_terms(fold_text(text.replace("的", ""))))


def make_key_of_marked(words: str) -> str:
    """Return the key of words in which the names of terms are marked already."""
    parts = re.split(r"(\{\w+\})", words.replace("的", ""))
    return clean_key("".join(part if part.startswith("{") else fold_text(part) for part in parts))


def clean_key(marked: str) -> str:
    """Return a marked text without words that say nothing, and each term once where it is repeated."""
    key = FILLERS.sub("", marked.replace(" {", "{").replace("} ", "}").strip())
    key = re.sub(r"(\{\w+\})\1+", r"\1", key)
    return key[:-1] if len(key) > 2 and key.endswith("数") else key


def term_of(key: str) -> Term | None:
    """Return the term that a key is; None for one that is more, or none."""
    return load_terms().get(key[1:-1]) if key.startswith("{") and key.endswith("}") else None


def widen_key(key: str) -> tuple[str, ...]:
    """Return the keys that answer a question for one: itself, and terms that are narrower by nature alone."""
    narrower = [f"{{{term.id}}}" for term in load_terms().values() if key == f"{{{term.broader}}}"]
    return (key, *narrower)
