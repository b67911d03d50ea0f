"""A search as a reader states it, and as Solr is asked. Imports nothing of CKAN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.nxopendata.search.query import query_syntax

WEIGHTS = (
    "title^8 title_translated^6 nx_title_words^3 tags^4 nx_tag_text^3 nx_pinyin^4 extras_nx_items^2.5 nx_columns^2 "
    "res_name^1.5 notes^1.5 name^2 nx_department_pinyin nx_related^0.8 text"
)
"""Title over tags over data items and columns over summary over publisher; ``text`` holds all of it."""

FRESHNESS = "recip(ms(NOW/DAY,metadata_modified),3.16e-11,0.3,1)"
"""At most 0.3 for a dataset changed today, half of it after a year: decides only between equals."""

USE = "min(0.2,product(0.05,log(sum(1,views_total))))"
"""0.05 for ten views, at most 0.2, for ten thousand."""

BOOSTS = f"{FRESHNESS} {USE}"
ENOUGH = "2<-1 5<80%"
"""CKAN's own rule: two words both, up to five all but one, of more four in five."""

FACETS = (
    "nx_theme",
    "organization",
    "nx_region",
    "nx_openness",
    "res_format",
    "license_id",
    "nx_update_cycle",
    "nx_year",
    "nx_data_level",
)
FACET_VALUES = 500
SHOWN = (
    "index_id",
    "id",
    "name",
    "title",
    "title_translated",
    "notes",
    "notes_translated",
    "organization",
    "license_id",
    "metadata_modified",
    "res_format",
    "capacity",
    "dataset_type",
    "nx_openness",
    "nx_update_cycle",
    "nx_publish_date",
)
MARKED = {"zh": ("title", "notes"), "en": ("title_translated", "notes_translated")}
MARKED_INSIDE = ("extras_nx_items", "nx_columns", "res_name")
"""Fields of what stands inside a dataset, which its entry in a list of results does not show by itself."""

MARK, UNMARK = "\ue000", "\ue001"
"""Stand around what matched until the text is escaped: of Unicode's private use, so no title has them."""

SORTABLE = frozenset(
    {
        "score",
        "metadata_modified",
        "metadata_created",
        "title_string",
        "name",
        "nx_publish_date",
        "views_total",
        "views_recent",
    }
)
BY_RELEVANCE = "score desc, metadata_modified desc"
BY_DATE = "metadata_modified desc"
FIELD = re.compile(r"[a-z][a-z0-9_]*\Z")
FARTHEST = 10_000
"""The last result a page can show; what lies deeper is for the downloads."""


class InvalidSearchError(ValueError):
    """A search that Solr cannot be sent; ``code`` is ``sort``, ``field`` or ``deep``, ``value`` what was given."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(f"{code}: {value}")
        self.code, self.value = code, value


@dataclass(frozen=True, slots=True)
class Search:
    """What a reader looks for.

    Args:
        q: words, or CKAN's query syntax.
        filters: index field -> values; a dataset needs one of the values of each field.
        sort: Solr's words for an order, "" for the usual one.
        start: results to leave out before the first.
        rows: results at most.
        any: one of the words is enough.
    """

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    start: int = 0
    rows: int = 20
    any: bool = False

    def __post_init__(self) -> None:
        for part in filter(None, self.sort.split(",")):
            name, _, direction = part.strip().partition(" ")
            if name not in SORTABLE or direction not in ("asc", "desc"):
                raise InvalidSearchError("sort", self.sort)
        for name in self.filters:
            if not FIELD.match(name):
                raise InvalidSearchError("field", name)
        if self.start + self.rows > FARTHEST:
            raise InvalidSearchError("deep", str(self.start))

    @property
    def order(self) -> str:
        """The order of the results: by relevance where words are given, else the last changed first."""
        return self.sort or (BY_RELEVANCE if self.q.strip() else BY_DATE)


def quote_literal(value: str) -> str:
    """``value`` as an exact value of Solr's query language."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def any_of_filter(name: str, values: Iterable[str]) -> str:
    """A filter: ``name`` is one of ``values``."""
    return f"{name}:({' OR '.join(quote_literal(value) for value in values)})"


def build_filters(search: Search) -> list[str]:
    """The filters of a search as Solr's own words, one a field: what ``package_search`` takes as ``fq_list``."""
    return [any_of_filter(name, values) for name, values in search.filters.items()]


def weight_words(q: str) -> dict[str, Any]:
    """What words are asked with: our weights; and where they are joined by ``OR``, the parser that understands it.

    CKAN's usual parser reads ``OR``, but then asks for all words by its rule of how many are enough.
    """
    asked = {"q": query_syntax.normalize_query(q), "qf": WEIGHTS, "bf": BOOSTS}
    return asked | ({"defType": "edismax", "mm": "0"} if query_syntax.joins_with_or(q) else {})


def word_parameters(q: str, enough: str = ENOUGH) -> dict[str, Any]:
    """How the words are asked: with our weights, or as they are when they are in CKAN's own syntax."""
    if not q.strip():
        return {"q": "*:*"}
    if query_syntax.is_fielded(q):
        return {"q": q, "df": "text", "q.op": "AND"}
    return {"defType": "dismax", "mm": enough, "tie": "0.1", "df": "text", "q.op": "AND", **weight_words(q)}


def search_parameters(
    search: Search, visible: Iterable[str], *, facets: Iterable[str] = FACETS, languages: Iterable[str] = tuple(MARKED)
) -> dict[str, Any]:
    """What Solr is asked: results, counts and marks in one request.

    The values of a facet are counted as if nothing were chosen in that facet, so that a second one can be added.

    Args:
        visible: filters that say which datasets the reader may see.
        facets: index fields to count.
        languages: of the titles and summaries in which what matched is marked.
    """
    chosen = [f"{{!tag={name}}}{any_of_filter(name, values)}" for name, values in search.filters.items()]
    parameters: dict[str, Any] = {
        **word_parameters(search.q, "1" if search.any else ENOUGH),
        "fq": [*visible, *chosen],
        "fl": ",".join(SHOWN),
        "start": search.start,
        "rows": search.rows,
        "sort": search.order,
    }
    if fields := list(facets):
        parameters |= {
            "facet": "true",
            "facet.mincount": 1,
            "facet.limit": FACET_VALUES,
            "facet.field": [f"{{!ex={name}}}{name}" if name in search.filters else name for name in fields],
        }
    if search.q.strip():
        parameters |= {
            "hl": "true",
            "hl.method": "unified",
            "hl.fl": ",".join([*(name for language in languages for name in MARKED[language]), *MARKED_INSIDE]),
            "hl.requireFieldMatch": "false",
            "hl.tag.pre": MARK,
            "hl.tag.post": UNMARK,
            "hl.snippets": 1,
            "hl.fragsize": 120,
            "hl.maxAnalyzedChars": 5000,
            "f.title.hl.bs.type": "WHOLE",
            "f.title_translated.hl.bs.type": "WHOLE",
        }
    return parameters


def add_weights(search: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a search, with our weights.

    A query in CKAN's own syntax (``field:value``), and one that brings weights or a parser of its own, stays as it is.
    """
    query = search.get("q") or ""
    if not query.strip() or query_syntax.is_fielded(query) or search.get("qf") or search.get("defType"):
        return search
    return search | weight_words(query)
