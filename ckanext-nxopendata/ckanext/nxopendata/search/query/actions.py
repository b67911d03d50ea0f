"""Action of the search: results as a list shows them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import caching, localised
from ckanext.nxopendata.core.edge import payload
from ckanext.nxopendata.core.params import flag
from ckanext.nxopendata.search.query import query_check, results, solr, solr_query

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
    query_check.check({"q": search.q, "fq_list": solr_query.build_filters(search), "sort": search.sort})
    visible = solr.visibility_filters(context.get("auth_user_obj"), everything=_may_see_everything(context))
    # Pages of one search differ in their results, not in their counts.
    counts = _Counts(search, visible) if flag(data_dict, "facets", True) else None
    known = counts.known if counts else {}
    language = str(data_dict.get("language") or "")
    languages = (language,) if language in solr_query.MARKED else tuple(solr_query.MARKED)
    uncounted = () if known or counts is None else solr_query.FACETS
    try:
        answer = solr.search(**solr_query.search_parameters(search, visible, facets=uncounted, languages=languages))
    except solr.TooManyClausesError:
        raise query_check.too_many_clauses() from None
    except solr.InvalidQueryError:
        raise tk.ValidationError(
            {"q": [tk._("This is no search: check quotation marks, brackets and colons")]}
        ) from None
    if counts and not known:
        known = results.build_facets(answer["facets"])
        if not answer["partial"]:
            counts.keep(known)
    marks = answer["marks"]
    spelt = search.q if localised.DEFAULT in languages else ""
    return {
        "count": answer["count"],
        "results": [results.build_card(one, marks.get(one["index_id"], {}), spelt) for one in answer["documents"]],
        "facets": known,
        **({"partial": True} if answer["partial"] else {}),
    }


def _may_see_everything(context: Context) -> bool:
    user = context.get("user")
    return bool(context.get("ignore_auth") or (user and authz.is_sysadmin(user)))


def _search(data_dict: DataDict) -> solr_query.Search:
    chosen = data_dict.get("filters") or {}
    try:
        chosen = payload.parse_json(chosen) if isinstance(chosen, str) else chosen
        return solr_query.Search(
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
    except solr_query.InvalidSearchError as error:
        messages = {
            "sort": tk._("Results cannot be put in the order “{value}”"),
            "field": tk._("There is no field “{value}” to filter by"),
            "deep": tk._("Only the first {most} results are shown page by page; narrow the search, or download it"),
        }
        message = messages[error.code].format(value=error.value, most=f"{solr_query.FARTHEST:,}")
        raise tk.ValidationError({error.code: [message]}) from None
    except (AttributeError, ValueError):
        raise tk.ValidationError({"filters": [tk._("Must be fields with values, and whole numbers")]}) from None


class _Counts:
    """The counts of a search, which do not change from page to page."""

    def __init__(self, search: solr_query.Search, visible: list[str]) -> None:
        asked = json.dumps([search.q, search.any, sorted(search.filters.items()), visible])
        self._slot = caching.look_up("counts:" + hashlib.sha256(asked.encode()).hexdigest())
        self.known: dict[str, Any] = json.loads(self._slot.value) if self._slot.value else {}
        """The counts as they were kept; empty where they must be asked for."""

    def keep(self, counts: dict[str, Any]) -> None:
        self._slot.keep(json.dumps(counts).encode())
