"""The query language that readers use: operators, quotation marks and fields. Imports nothing of CKAN."""

from __future__ import annotations

import re
import unicodedata

from ckanext.nxopendata.search.words.pinyin import LATIN, join_pinyin, normalize_text

QUOTED = re.compile(r'"[^"]*"')
OPERATORS = frozenset({"AND", "OR", "NOT"})


def normalize_query(query: str) -> str:
    """A query as the index is asked: pinyin in one piece, full-width forms made plain.

    Case stays in anything but pinyin, for ``AND`` and ``OR`` are operators.

    >>> normalize_query("Lv You"), normalize_query("人口　AND 普查")
    ('lvyou', '人口 AND 普查')
    """
    # A full-width colon is punctuation; made plain it would name a field.
    query = query.replace("\uff1a", " ")
    if LATIN.match(normalize_text(query)) and not OPERATORS & set(query.split()):
        return join_pinyin(normalize_text(query))
    return " ".join(unicodedata.normalize("NFKC", query).split())


def is_fielded(query: str) -> bool:
    """Whether a query names a field (``tags:人口``): then it is in CKAN's own syntax, and stays as it is."""
    return ":" in query


def joins_with_or(query: str) -> bool:
    """Whether words of a query are joined by ``OR``, outside quotation marks.

    >>> joins_with_or("人口 OR 旅游"), joins_with_or('"人口 OR 旅游"'), joins_with_or("OR")
    (True, False, False)
    """
    return "OR" in QUOTED.sub(" words ", query).split()[1:-1]
