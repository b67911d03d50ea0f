"""Actions of the search: suggestions while one types, and what was perhaps meant."""

from __future__ import annotations

import time
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.catalogue import codelists
from ckanext.nxopendata.search import index, words

__all__ = ["nx_search_correct", "nx_search_suggest"]

PUBLIC = '+capacity:"public" +dataset_type:dataset'
KEPT_SECONDS = 60
LONGEST_QUERY = 100
_kept: dict[str, tuple[float, dict[str, list[dict[str, Any]]]]] = {}


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
    query = words.plain(str(data_dict.get("q") or ""))[:LONGEST_QUERY]
    if not query:
        return []
    try:
        limit = min(max(int(data_dict.get("limit") or 8), 1), 20)
    except ValueError:
        raise tk.ValidationError({"limit": [tk._("Must be a whole number")]}) from None
    fitting = [entry for entries in _vocabulary().values() for entry in entries if _fits(query, entry)]
    found = [_shown(entry) for entry in fitting[: limit // 2]]
    datasets = tk.get_action("package_search")({"user": ""}, {"q": _safe(query), "fq": PUBLIC, "rows": limit})
    for dataset in datasets["results"][: limit - len(found)]:
        title = index.texts(dataset.get("title_translated") or dataset["title"])
        path = f"/dataset/{dataset['name']}"
        found.append({"kind": "dataset", "zh": title["zh"], "en": title.get("en", ""), "path": path, "count": None})
    return found


@tk.side_effect_free
def nx_search_correct(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What a query that found nothing was perhaps meant to be.

    :param q: the query
    :type q: string

    :returns: ``{"q": the other query or "", "count": how many datasets it finds}``
    """
    tk.check_access("nx_search_correct", context, data_dict)
    query = str(data_dict.get("q") or "").strip()[:LONGEST_QUERY]
    vocabulary = [entry["zh"] for entries in _vocabulary().values() for entry in entries]
    better = words.nearest(query, tuple(dict.fromkeys(vocabulary))) if query else ""
    if not better:
        return {"q": "", "count": 0}
    count = tk.get_action("package_search")({"user": ""}, {"q": _safe(better), "fq": PUBLIC, "rows": 0})["count"]
    return {"q": better, "count": count} if count else {"q": "", "count": 0}


def _vocabulary() -> dict[str, list[dict[str, Any]]]:
    """Themes, departments and tags that public datasets have, most used first; kept for a minute."""
    site = str(tk.config["ckan.site_id"]) + str(tk.config["solr_url"])
    made, entries = _kept.get(site, (0.0, {}))
    if time.monotonic() - made > KEPT_SECONDS or not entries:
        entries = _read_vocabulary()
        _kept[site] = (time.monotonic(), entries)
    return entries


def _read_vocabulary() -> dict[str, list[dict[str, Any]]]:
    found = tk.get_action("package_search")(
        {"user": ""},
        {"fq": PUBLIC, "rows": 0, "facet.field": ["nx_theme", "organization", "tags"], "facet.limit": 1000},
    )
    result: dict[str, list[dict[str, Any]]] = {"nx_theme": [], "organization": [], "tags": []}
    for field, entries in result.items():
        items = sorted(found["search_facets"].get(field, {}).get("items", ()), key=lambda item: -item["count"])
        for item in items:
            name = item["name"]
            if field == "nx_theme":
                label, english = codelists.label("theme", name, "zh"), codelists.label("theme", name, "en")
            else:
                label, english = item["display_name"], ""
            spelt = "".join(words.reading(label))
            initials = "".join(syllable[:1] for syllable in words.reading(label))
            entries.append(
                {
                    "field": field,
                    "name": name,
                    "zh": label,
                    "en": english,
                    "count": item["count"],
                    "spelt": spelt,
                    "initials": initials,
                }
            )
    return result


def _fits(query: str, entry: dict[str, Any]) -> bool:
    typed = words.as_pinyin(query)
    return (
        query in words.plain(entry["zh"])
        or (len(query) > 1 and f" {query}" in f" {entry['en'].lower()}")
        or (len(typed) > 1 and (entry["spelt"].startswith(typed) or entry["initials"].startswith(typed)))
    )


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    if entry["field"] == "organization":
        kind, path = "organization", f"/organization/{entry['name']}"
    else:
        kind = "theme" if entry["field"] == "nx_theme" else "tag"
        path = tk.url_for("dataset.search", locale="default", **{entry["field"]: entry["name"]})
    return {"kind": kind, "zh": entry["zh"], "en": entry["en"], "path": path, "count": entry["count"]}


def _safe(query: str) -> str:
    """Half-typed quotes, brackets and colons mean nothing yet."""
    return "".join(" " if sign in '":+-!(){}[]^~*?\\/' else sign for sign in query).strip() or "*:*"
