"""The places of Ningxia and what people call them: codes, names, short names, pinyin, English, former names.

Names beside those of the code list are data: ``schemas/search/places.csv``. Imports nothing of CKAN.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ckanext.nxopendata.core import codelists

FILE = resources.files("ckanext.nxopendata.schemas") / "search" / "places.csv"
REGION = "640000"
CODE = re.compile(r"64\d{4}\Z")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that a text names.

    Attributes:
        start, end: where, in characters of the text.
        code: six digits of GB/T 2260.
        kind: ``name``, ``short``, ``english``, ``pinyin``, ``old`` (a former name) or ``code``.
    """

    start: int
    end: int
    code: str
    kind: str


@cache
def list_codes() -> tuple[str, ...]:
    """Return the codes of the region, its cities and counties, in the order of the list."""
    return tuple(code for code in codelists.load("region") if CODE.match(code))


@cache
def load_names() -> dict[str, tuple[str, str]]:
    """Return name in lower case -> code and kind; of a name that two places have, the broader one's."""
    names: dict[str, tuple[str, str]] = {}
    for code in list_codes():
        entry = codelists.load("region")[code]
        names.setdefault(entry.label_zh, (code, "name"))
        names.setdefault(entry.label_en.lower(), (code, "english"))
        names.setdefault(code, (code, "code"))
    for row in csv.DictReader(io.StringIO(FILE.read_text(encoding="utf-8"))):
        names.setdefault(row["name"].lower(), (row["code"], row["kind"]))
    return names


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(load_names(), key=len, reverse=True)
    han = "|".join(re.escape(name) for name in names if not name.isascii())
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    return re.compile(rf"{han}|(?<![a-z0-9])(?:{latin})(?![a-z0-9])", re.IGNORECASE)


def find_mentions(text: str) -> list[Mention]:
    """Return the places that a text names, longest names first where they overlap, in the order of the text.

    >>> [(mention.code, mention.kind) for mention in find_mentions("固原市西吉县 xiji")]
    [('640400', 'name'), ('640422', 'name'), ('640422', 'pinyin')]
    """
    found = []
    for match in _pattern().finditer(text):
        code, kind = load_names()[match.group().lower()]
        found.append(Mention(match.start(), match.end(), code, kind))
    return found


def find_code(value: str) -> str:
    """Return the code of the place that a value names, by code or by any of its names; "" for none.

    >>> find_code("西吉"), find_code("640422"), find_code("西吉县城")
    ('640422', '640422', '')
    """
    return load_names().get(value.strip().lower(), ("", ""))[0]


def name_of(code: str, language: str) -> str:
    """Return the name of a place in a language; the code itself where it is not known."""
    return codelists.label("region", code, language)


def parent_of(code: str) -> str:
    """Return the code of the city or region that a place lies in; "" for the region itself."""
    entry = codelists.load("region").get(code)
    return entry.parent if entry else ""


def list_siblings(code: str) -> tuple[str, ...]:
    """Return the codes of the places of the same level in the same city or region, itself among them."""
    parent = parent_of(code)
    return tuple(other for other in list_codes() if parent and parent_of(other) == parent)


def list_children(code: str) -> tuple[str, ...]:
    """Return the codes of the places directly in a place."""
    return tuple(other for other in list_codes() if parent_of(other) == code)


def level_of(code: str) -> str:
    """Return ``province``, ``city`` or ``county``."""
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def lies_in(inner: str, outer: str) -> bool:
    """Whether a place is part of another.

    >>> lies_in("640422", "640400"), lies_in("640422", "640000"), lies_in("640400", "640400")
    (True, True, False)
    """
    stem = outer.removesuffix("0000") if outer.endswith("0000") else outer.removesuffix("00")
    return inner != outer and len(stem) < 6 and inner.startswith(stem)
