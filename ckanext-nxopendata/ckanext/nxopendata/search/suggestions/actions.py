"""Actions while a reader types: suggestions, and what was perhaps meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import caching, codelists, departments
from ckanext.nxopendata.search.query import results, solr, solr_query
from ckanext.nxopendata.search.suggestions import spelling, vocabulary
from ckanext.nxopendata.search.words import pinyin

VOCABULARY_SECONDS = 60


LONGEST_QUERY = 100


@tk.side_effect_free
def nx_search_suggest(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What a reader who has typed this much may want.

    :param q: what was typed, in Chinese, English or pinyin (whole or initials)
    :type q: string
    :param limit: the most suggestions (optional, default 8, at most 20)
    :type limit: int

    :returns: ``{"kind", "zh", "en", "path", "count"}`` each; ``kind`` is ``theme``, ``organization``, ``tag`` or
        ``dataset``, ``path`` the page on this site without the language, ``count`` the datasets behind it (None for
        a dataset)
    """
    tk.check_access("nx_search_suggest", context, data_dict)
    typed = pinyin.normalize_text(str(data_dict.get("q") or ""))[:LONGEST_QUERY]
    try:
        limit = min(max(int(data_dict.get("limit") or 8), 1), 20)
    except ValueError:
        raise tk.ValidationError({"limit": [tk._("Must be a whole number")]}) from None
    return caching.cached(f"suggest:{limit}:{typed}", lambda: _suggested(typed, limit)) if typed else []


def _suggested(typed: str, limit: int) -> list[dict[str, Any]]:
    found = [_shown(one) for one in vocabulary.find_fitting(typed, _vocabulary(), limit // 2)]
    if asked := vocabulary.dataset_query(typed):
        for document in _public(asked, rows=limit - len(found))["documents"]:
            english = next(iter(document.get("title_translated") or ()), "")
            path = f"/dataset/{document['name']}"
            found.append({"kind": "dataset", "zh": document["title"], "en": english, "path": path, "count": None})
    return found


@tk.side_effect_free
def nx_search_correct(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What a query that found nothing, or not what was meant, was perhaps meant to be.

    A query that found something is only mended where it has characters that stand in no dataset and sound like some
    that do.

    :param q: the query
    :type q: string
    :param found: how many datasets the query itself finds (optional, default 0)
    :type found: int

    :returns: ``{"q": the other query or "", "count": how many datasets it finds}``
    """
    tk.check_access("nx_search_correct", context, data_dict)
    asked = pinyin.normalize_text(str(data_dict.get("q") or ""))[:LONGEST_QUERY]
    better = _meant(asked, found=str(data_dict.get("found") or "0") != "0") if asked else ""
    count = _public({**solr_query.word_parameters(_safe(better)), "fl": "id"}, rows=0)["count"] if better else 0
    return {"q": better, "count": count} if count else {"q": "", "count": 0}


def _meant(asked: str, *, found: bool) -> str:
    names = tuple(dict.fromkeys(one.zh for one in _vocabulary()))
    mistyped, meant = spelling.find_homophone(asked, names)
    if not mistyped:
        return "" if found else spelling.find_nearest(asked, names)
    if found and _public({"q": f"text:{solr_query.quote_literal(mistyped)}", "fl": "id"}, rows=0)["count"]:
        return ""
    return asked.replace(mistyped, meant)


def _vocabulary() -> list[vocabulary.Entry]:
    """Themes, departments and tags that public datasets have, most used of each first.

    Up to a minute old whatever changes: reading them takes longer than a suggestion may, and a harvest changes
    something every second.
    """
    key = ("vocabulary", tk.config["ckan.site_id"], tk.config["solr_url"])
    return caching.cached_in_process(key, _read_vocabulary, seconds=VOCABULARY_SECONDS)


def _read_vocabulary() -> list[vocabulary.Entry]:
    fields = ("nx_theme", "organization", "tags")
    asked = {"facet.field": fields, "facet.limit": 1000, "facet.mincount": 1}
    counted = _public({"q": "*:*"}, rows=0, facet="true", **asked)
    titles = [{one["name"]: one["title"] for one in departments.tree(language)} for language in ("zh", "en")]
    entries = []
    for field, items in results.build_facets(counted["facets"]).items():
        for item in sorted(items, key=lambda item: -item["count"]):
            name, english = item["name"], ""
            label = name
            if field == "nx_theme":
                label, english = codelists.label("theme", name, "zh"), codelists.label("theme", name, "en")
            elif field == "organization":
                label, english = (names.get(name, name) for names in titles)
            entries.append(
                vocabulary.build_entry(field, name, label, english if english != label else "", item["count"])
            )
    return entries


def _public(asked: Mapping[str, Any], *, rows: int, **more: Any) -> dict[str, Any]:
    """What the public finds."""
    return solr.search(**asked, fq=solr.visibility_filters(None), rows=rows, **more)


def _shown(one: vocabulary.Entry) -> dict[str, Any]:
    if one.field == "organization":
        kind, path = "organization", f"/organization/{one.name}"
    else:
        kind = "theme" if one.field == "nx_theme" else "tag"
        path = tk.url_for("dataset.search", locale="default", **{one.field: one.name})
    return {"kind": kind, "zh": one.zh, "en": one.en, "path": path, "count": one.count}


def _safe(typed: str) -> str:
    """Half-typed quotes, brackets and colons mean nothing yet."""
    return "".join(" " if sign in '":：+-!(){}[]^~*?\\/' else sign for sign in typed).strip()
