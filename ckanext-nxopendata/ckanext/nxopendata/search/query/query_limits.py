"""How large a search may be: what Solr answers within seconds and with little memory. Imports nothing of CKAN.

Solr spreads each word over all fields it searches, and a quotation over every way to read it: PM2.5 is "PM25" or "PM",
"2" and "5", so a quotation of twelve such words has 4,096 readings, and a query of a few hundred bytes can need more
memory than the server has. So a search is measured before it is sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WORD = re.compile(r"[^\W_]+")
CLAUSE = re.compile(r'[^\s()\[\]{}+"]+')
OPERATORS = frozenset({"AND", "OR", "NOT", "TO"})
ESCAPED = re.compile(r"\\.", re.S)
EVERYTHING = re.compile(r"\*:\*")
RANGE = re.compile(r"[\[{][^\[\]{}]*[\]}]")
SLOP = re.compile(r'"\s*~')
UNCERTAIN = re.compile(r'[\[{][^\]}]*"|/[^/]*"')
PIECE = re.compile(r"[^\W\u3400-\u9fff]+")
SIMPLE = re.compile(r"[a-z]+|[A-Z]+|[A-Z][a-z]+|[0-9]+")
JOINT = re.compile(r"(?<=\d)[.,;'](?=\d)|(?<=[^\W\d])[.:'\u2019\u00b7](?=[^\W\d])")
"""What joins letters or digits to one word for Solr, which then reads it in parts too (Unicode UAX #29)."""
LOCAL_PARAMETERS = re.compile(r"\{!")
ORDER = re.compile(r"\s*[\w.\-]+(\s+(asc|desc))?\s*", re.I)
NAME = re.compile(r"[\w.*\-]+")

MOST_FILTERS = 50
MOST_FILTER_CLAUSES = 1000
"""Solr itself refuses more than 1,024 clauses (``maxBooleanClauses`` of the core)."""

MOST_FILTER_PATTERNS = 30
MOST_PATTERNS = 8
"""Wildcards, ranges, regular expressions and fuzzy words: each is compared with every word of the index."""

MOST_DEPTH = 20
MOST_SLOPPY_WORDS = 6
"""Words of a phrase with slop: each word can double the readings that Solr writes out."""

MOST_LOOSE = 2
"""Phrases with slop."""

MOST_READINGS = 32
"""Of all quotations together: a compound word (letters and digits) doubles the readings of its quotation."""

MOST_COMPOUNDS_IN_PHRASE = 4
"""Compound words of a query that is looked for as a phrase too, for its place among the results."""

MOST_NAMES = 50
MOST_ORDERS = 10
LONGEST_OTHER = 500
"""Characters of any other parameter."""

PARSERS = frozenset({"", "dismax", "edismax", "lucene"})
FUNCTIONS = ("bf", "boost")
"""Parameters that hold functions, which Solr computes for each dataset; only the site itself sends them."""

OTHERS = ("qf", "mm", "tie", "df", "facet", "facet.mincount")

MOST_FACET_VALUES = 1000
"""Values of each facet that are counted; -1, which Solr takes for all, is none of the reader's."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the site is configured to accept.

    Attributes:
        characters: of the query.
        words: of the query; Chinese without a space is one.
        filter_characters: of all filters together.
        local_parameters: whether ``{!...}`` is accepted.
    """

    characters: int = 300
    words: int = 40
    filter_characters: int = 32_000
    local_parameters: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """Why a search is refused.

    Attributes:
        parameter: the parameter that is at fault, as ``package_search`` names it.
        code: ``characters``, ``words``, ``clauses``, ``patterns``, ``depth``, ``slop``, ``loose``,
            ``readings``, ``names``, ``filters``, ``order``, ``name``, ``parser``, ``function``, ``values``
            or ``local_parameters``.
        most: the limit; 0 where there is none.
        value: what is not accepted, where it is not an amount.
    """

    parameter: str
    code: str
    most: int = 0
    value: str = ""


def find_violation(search: Mapping[str, Any], limits: Limits) -> Violation | None:
    """Return the first reason to refuse a search, None where there is none.

    Args:
        search: parameters as ``package_search`` gives them to its plugins.
    """
    return (
        in_text("q", str(search.get("q") or ""), limits)
        or _in_filters(search, limits)
        or _in_order(str(search.get("sort") or ""))
        or _in_names("fl", search.get("fl"))
        or _in_names("facet.field", search.get("facet.field"))
        or _in_facet_limit(search.get("facet.limit"))
        or _in_others(search)
    )


def in_text(parameter: str, text: str, limits: Limits) -> Violation | None:
    """Return the first reason to refuse the words of a query."""
    if len(text) > limits.characters:
        return Violation(parameter, "characters", limits.characters)
    if sum(word not in OPERATORS for word in WORD.findall(text)) > limits.words:
        return Violation(parameter, "words", limits.words)
    return _in_syntax(parameter, text, MOST_PATTERNS, limits)


def _in_filters(search: Mapping[str, Any], limits: Limits) -> Violation | None:
    listed = search.get("fq_list") or []
    if not isinstance(listed, list | tuple) or len(listed) > MOST_FILTERS:
        return Violation("fq_list", "filters", MOST_FILTERS)
    for parameter, texts in (("fq", [search.get("fq") or ""]), ("fq_list", listed)):
        text = "\n".join(map(str, texts))
        if len(text) > limits.filter_characters:
            return Violation(parameter, "characters", limits.filter_characters)
        if sum(clause not in OPERATORS for clause in CLAUSE.findall(text)) > MOST_FILTER_CLAUSES:
            return Violation(parameter, "clauses", MOST_FILTER_CLAUSES)
        if found := _in_syntax(parameter, text, MOST_FILTER_PATTERNS, limits):
            return found
    return None


def _in_syntax(parameter: str, text: str, most_patterns: int, limits: Limits) -> Violation | None:
    if LOCAL_PARAMETERS.search(text) and not limits.local_parameters:
        return Violation(parameter, "local_parameters")
    bare = ESCAPED.sub(" ", text)
    # Between any two quotation marks, for it is Solr that decides which of them open a phrase.
    if SLOP.search(bare) and any(len(WORD.findall(part)) > MOST_SLOPPY_WORDS for part in bare.split('"')):
        return Violation(parameter, "slop", MOST_SLOPPY_WORDS)
    if len(SLOP.findall(bare)) > MOST_LOOSE:
        return Violation(parameter, "loose", MOST_LOOSE)
    if _readings(bare) > MOST_READINGS:
        return Violation(parameter, "readings")
    if _depth(bare) > MOST_DEPTH:
        return Violation(parameter, "depth", MOST_DEPTH)
    without_ranges, ranges = RANGE.subn(" ", EVERYTHING.sub(" ", bare))
    patterns = ranges + sum(map(without_ranges.count, "*?~[{")) + without_ranges.count("/") // 2
    return Violation(parameter, "patterns", most_patterns) if patterns > most_patterns else None


def is_too_much_of_a_phrase(query: str) -> bool:
    """Whether a query has too many compound words to be looked for as a phrase."""
    return compounds(query) > MOST_COMPOUNDS_IN_PHRASE


def compounds(text: str) -> int:
    """Count the words that Solr reads as a whole and in parts, rather too many than too few.

    >>> compounds("宁夏5A级景区 PM2.5 OpenStreetMap"), compounds("宁夏2023年 GDP Report")
    (4, 0)
    """
    text = unicodedata.normalize("NFKC", text)
    pieces = sum(not SIMPLE.fullmatch(piece) for piece in PIECE.findall(text))
    invisible = 0 if text.isascii() else sum(unicodedata.category(sign) in ("Cf", "Mn", "Me") for sign in text)
    return pieces + len(JOINT.findall(text)) + invisible


def _readings(text: str) -> int:
    """Count the readings of all quotations, those of ten words or more as the most that is counted."""
    parts = text.split('"')
    # Of a mark inside of a range, a regular expression or a comment it is not known whether it begins a quotation.
    quoted = parts if UNCERTAIN.search(text) else parts[1::2]
    return 0 if len(parts) == 1 else sum(2 ** min(compounds(part), 10) for part in quoted if compounds(part))


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        if sign in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in ")]}":
            depth = max(depth - 1, 0)
    return deepest


def _in_order(order: str) -> Violation | None:
    parts = order.split(",") if order.strip() else []
    if len(parts) > MOST_ORDERS or len(order) > LONGEST_OTHER:
        return Violation("sort", "names", MOST_ORDERS)
    # A function would be computed for each dataset, and may be one that only waits.
    wrong = next((part.strip() for part in parts if not ORDER.fullmatch(part)), "")
    return Violation("sort", "order", value=wrong) if wrong else None


def _in_names(parameter: str, value: Any) -> Violation | None:
    given: Iterable[Any] = [value] if isinstance(value, str) else value or ()
    if not isinstance(given, list | tuple):
        return Violation(parameter, "names", MOST_NAMES)
    names = [name for text in given for name in re.split(r"[\s,]+", str(text).strip()) if name]
    if len(names) > MOST_NAMES or sum(map(len, names)) > MOST_NAMES * 100:
        return Violation(parameter, "names", MOST_NAMES)
    wrong = next((name for name in names if not NAME.fullmatch(name)), "")
    return Violation(parameter, "name", value=wrong) if wrong else None


def _in_facet_limit(value: Any) -> Violation | None:
    if value in (None, "") or (re.fullmatch(r"\+?0*[0-9]{1,4}", str(value)) and int(value) <= MOST_FACET_VALUES):
        return None
    return Violation("facet.limit", "values", MOST_FACET_VALUES)


def _in_others(search: Mapping[str, Any]) -> Violation | None:
    parser = str(search.get("defType") or "")
    if parser not in PARSERS:
        return Violation("defType", "parser", value=parser[:100])
    for parameter in FUNCTIONS:
        if search.get(parameter):
            return Violation(parameter, "function")
    for parameter in OTHERS:
        if len(str(search.get(parameter) or "")) > LONGEST_OTHER:
            return Violation(parameter, "characters", LONGEST_OTHER)
    return None
