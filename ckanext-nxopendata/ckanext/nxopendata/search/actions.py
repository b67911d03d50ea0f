"""Actions of the search: results as a list shows them, suggestions while one types, and what was perhaps meant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import caching, codelists, departments, localised
from ckanext.nxopendata.core.params import flag
from ckanext.nxopendata.search import pinyin, query, query_check, results, solr, spelling, suggestions

VOCABULARY_SECONDS = 60
LONGEST_QUERY = 100
MOST_ROWS = 100


@tk.side_effect_free
def nx_search_find(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Datasets as a list of results shows them, with what matched marked, in one request to Solr.

    Finds and orders as ``package_search`` does. Unlike there, several values of one field widen a search, the
    values of a field are counted as if none of it were chosen, and a result holds only what a list needs.

    :param q: words, or CKAN's query syntax (optional)
    :type q: string
    :param filters: index field -> value or list of values (optional)
    :type filters: dict
    :param sort: ``<field> asc|desc``, several with commas (optional; by relevance, without words by change)
    :type sort: string
    :param start: results to leave out before the first (optional)
    :type start: int
    :param rows: results at most (optional, default 20, at most 100)
    :type rows: int
    :param any: one of the words is enough (optional, default false)
    :type any: bool
    :param facets: whether to count the values of the usual fields (optional, default true)
    :type facets: bool
    :param language: ``zh`` or ``en``: mark titles and summaries of this language only (optional, both)
    :type language: string

    :returns: ``count``; ``results``, each with the keys of a dataset that a list needs and ``marked`` (``title`` and
        ``notes`` by language, ``inside`` for data items, columns and files, all HTML); ``facets``, field ->
        ``[{"name", "count"}]``; ``partial``, true, only where the search was stopped because it took too long.
    """
    tk.check_access("nx_search_find", context, data_dict)
    search = _search(data_dict)
    query_check.check({"q": search.q, "fq_list": query.filters(search), "sort": search.sort})
    visible = solr.visible(context.get("auth_user_obj"), everything=_may_see_everything(context))
    # Pages of one search differ in their results, not in their counts.
    counts = _Counts(search, visible) if flag(data_dict, "facets", True) else None
    known = counts.known if counts else {}
    language = str(data_dict.get("language") or "")
    languages = (language,) if language in query.MARKED else tuple(query.MARKED)
    uncounted = () if known or counts is None else query.FACETS
    try:
        answer = solr.search(**query.asked(search, visible, facets=uncounted, languages=languages))
    except solr.TooManyClausesError:
        raise query_check.too_many_clauses() from None
    except solr.InvalidQueryError:
        raise tk.ValidationError(
            {"q": [tk._("This is no search: check quotation marks, brackets and colons")]}
        ) from None
    if counts and not known:
        known = results.facets(answer["facets"])
        if not answer["partial"]:
            counts.keep(known)
    marks = answer["marks"]
    spelt = search.q if localised.DEFAULT in languages else ""
    return {
        "count": answer["count"],
        "results": [results.card(one, marks.get(one["index_id"], {}), spelt) for one in answer["documents"]],
        "facets": known,
        **({"partial": True} if answer["partial"] else {}),
    }


def _may_see_everything(context: Context) -> bool:
    user = context.get("user")
    return bool(context.get("ignore_auth") or (user and authz.is_sysadmin(user)))


def _search(data_dict: DataDict) -> query.Search:
    chosen = data_dict.get("filters") or {}
    try:
        chosen = json.loads(chosen) if isinstance(chosen, str) else chosen
        return query.Search(
            q=str(data_dict.get("q") or ""),
            filters={
                name: tuple(str(one) for one in (value if isinstance(value, list | tuple) else [value]))
                for name, value in chosen.items()
                if value
            },
            sort=str(data_dict.get("sort") or ""),
            start=max(int(data_dict.get("start") or 0), 0),
            any=flag(data_dict, "any", False),
            rows=min(max(int(data_dict.get("rows", 20)), 0), MOST_ROWS),
        )
    except query.InvalidSearchError as error:
        messages = {
            "sort": tk._("Results cannot be put in the order “{value}”"),
            "field": tk._("There is no field “{value}” to filter by"),
            "deep": tk._("Only the first {most} results are shown page by page; narrow the search, or download it"),
        }
        message = messages[error.code].format(value=error.value, most=f"{query.FARTHEST:,}")
        raise tk.ValidationError({error.code: [message]}) from None
    except (AttributeError, ValueError):
        raise tk.ValidationError({"filters": [tk._("Must be fields with values, and whole numbers")]}) from None


class _Counts:
    """The counts of a search, which do not change from page to page."""

    def __init__(self, search: query.Search, visible: list[str]) -> None:
        asked = json.dumps([search.q, search.any, sorted(search.filters.items()), visible])
        self._slot = caching.look_up("counts:" + hashlib.sha256(asked.encode()).hexdigest())
        self.known: dict[str, Any] = json.loads(self._slot.value) if self._slot.value else {}
        """The counts as they were kept; empty where they must be asked for."""

    def keep(self, counts: dict[str, Any]) -> None:
        self._slot.keep(json.dumps(counts).encode())


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
    found = [_shown(one) for one in suggestions.fitting(typed, _vocabulary(), limit // 2)]
    if asked := suggestions.asked(typed):
        for document in _public(asked, rows=limit - len(found))["documents"]:
            english = next(iter(document.get("title_translated") or ()), "")
            path = f"/dataset/{document['name']}"
            found.append({"kind": "dataset", "zh": document["title"], "en": english, "path": path, "count": None})
    return found


@tk.chained_action
@tk.side_effect_free
def resource_search(original: Any, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; a query that is too large is refused before the database is asked for each of its terms."""
    terms = data_dict.get("query") or ()
    query_check.check_text("query", terms if isinstance(terms, str) else " ".join(map(str, terms)))
    return original(context, data_dict)


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
    count = _public({**query.words_asked(_safe(better)), "fl": "id"}, rows=0)["count"] if better else 0
    return {"q": better, "count": count} if count else {"q": "", "count": 0}


def _meant(asked: str, *, found: bool) -> str:
    vocabulary = tuple(dict.fromkeys(one.zh for one in _vocabulary()))
    mistyped, meant = spelling.find_homophone(asked, vocabulary)
    if not mistyped:
        return "" if found else spelling.find_nearest(asked, vocabulary)
    if found and _public({"q": f"text:{query.literal(mistyped)}", "fl": "id"}, rows=0)["count"]:
        return ""
    return asked.replace(mistyped, meant)


def _vocabulary() -> list[suggestions.Entry]:
    """Themes, departments and tags that public datasets have, most used of each first.

    Up to a minute old whatever changes: reading them takes longer than a suggestion may, and a harvest changes
    something every second.
    """
    key = ("vocabulary", tk.config["ckan.site_id"], tk.config["solr_url"])
    return caching.cached_in_process(key, _read_vocabulary, seconds=VOCABULARY_SECONDS)


def _read_vocabulary() -> list[suggestions.Entry]:
    fields = ("nx_theme", "organization", "tags")
    counted = _public({"q": "*:*"}, rows=0, facet="true", **{"facet.field": fields, "facet.limit": 1000})
    titles = [{one["name"]: one["title"] for one in departments.tree(language)} for language in ("zh", "en")]
    entries = []
    for field, items in results.facets(counted["facets"]).items():
        for item in sorted(items, key=lambda item: -item["count"]):
            name, english = item["name"], ""
            label = name
            if field == "nx_theme":
                label, english = codelists.label("theme", name, "zh"), codelists.label("theme", name, "en")
            elif field == "organization":
                label, english = (names.get(name, name) for names in titles)
            entries.append(suggestions.entry(field, name, label, english if english != label else "", item["count"]))
    return entries


def _public(asked: Mapping[str, Any], *, rows: int, **more: Any) -> dict[str, Any]:
    """What the public finds."""
    return solr.search(**asked, fq=solr.visible(None), rows=rows, **more)


def _shown(one: suggestions.Entry) -> dict[str, Any]:
    if one.field == "organization":
        kind, path = "organization", f"/organization/{one.name}"
    else:
        kind = "theme" if one.field == "nx_theme" else "tag"
        path = tk.url_for("dataset.search", locale="default", **{one.field: one.name})
    return {"kind": kind, "zh": one.zh, "en": one.en, "path": path, "count": one.count}


def _safe(typed: str) -> str:
    """Half-typed quotes, brackets and colons mean nothing yet."""
    return "".join(" " if sign in '":：+-!(){}[]^~*?\\/' else sign for sign in typed).strip()
