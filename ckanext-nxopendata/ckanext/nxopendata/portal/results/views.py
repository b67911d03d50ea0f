"""The results of a search: as a page, as files to work with, as feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from ckan.lib.search.common import SolrConnectionError
from feedgen.feed import FeedGenerator
from flask import Blueprint, Response, redirect, request, stream_with_context
from werkzeug.urls import iri_to_uri

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.language import zh_or_en
from ckanext.nxopendata.portal import bulk_download, helpers
from ckanext.nxopendata.portal.results import facets
from ckanext.nxopendata.portal.results import helpers as result_helpers
from ckanext.nxopendata.search.query import solr_query

results = Blueprint("nx_results", __name__)

PUBLIC = '+capacity:"public" +dataset_type:dataset'
OWN = frozenset({"q", "page", "sort"})
FILE_MOST = 10_000
"""Datasets in one file of results; the whole catalogue is among the bulk files."""

FILE_PAGE = 500
FEED_ENTRIES = 50
FEEDS = {"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml; charset=utf-8"}
FILES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


def _chosen() -> dict[str, list[str]]:
    """Index field -> values, from the address; what begins with ``_`` or ``ext_`` belongs to others."""
    return {
        name: [value for value in values if value]
        for name, values in request.args.lists()
        if name not in OWN and not name.startswith(("_", "ext_")) and any(values)
    }


def page(package_type: str = "dataset") -> Any:
    """The list of results, with the facets beside it, in place of CKAN's view; the address holds all of the search."""
    q, chosen = request.args.get("q", ""), _chosen()
    number, size = tk.h.get_page_number(request.args), tk.config["ckan.datasets_per_page"]
    asked = {
        "q": q,
        "filters": chosen,
        "sort": request.args.get("sort", ""),
        "start": (number - 1) * size,
        "rows": size,
        "language": zh_or_en(),
    }
    problems: list[str] = []
    found: dict[str, Any] = {"count": 0, "results": [], "facets": {}}
    try:
        found = tk.get_action("nx_search_find")({}, asked)
    except tk.ValidationError as error:
        listed_errors = [messages for messages in error.error_dict.values() if isinstance(messages, list)]
        problems = [str(message) for messages in listed_errors for message in messages]
    except SolrConnectionError:
        return tk.abort(503, tk._("The search does not answer at the moment. Please try again in a minute."))
    if found["count"] and asked["start"] >= found["count"]:
        # The results became fewer, or somebody counted on: the last page, not a page that says nothing was found.
        pairs = [(key, one) for key, one in request.args.items(multi=True) if key != "page"]
        return redirect(f"{tk.h.url_for('dataset.search')}?{urlencode([*pairs, ('page', -(-found['count'] // size))])}")
    listed = Page(collection=found["results"], page=number, item_count=found["count"], items_per_page=size)
    listed.items = found["results"]
    body = tk.render(
        "package/search.html",
        {
            "q": q,
            "page": listed,
            "fields": [(name, value) for name, values in chosen.items() for value in values],
            "fields_grouped": chosen,
            "facet_titles": facets.list_titles(facets.RESULTS),
            "search_facets": {name: {"title": name, "items": items} for name, items in found["facets"].items()},
            "sort_by_selected": asked["sort"],
            "query_error": problems,
            "dataset_type": "dataset",
        },
    )
    return (body, 400) if problems else body


# Files


@results.route("/dataset.<any(csv, json):kind>")
def file(kind: str) -> Response:
    """The results as one file, in their order: what the public finds.

    It holds at most 10,000 datasets; the name of a file that leaves some out says so.
    """
    search = _search()
    first = _package_search(search, start=0)
    datasets = _all(search, first)
    lines = bulk_download.csv_lines(datasets) if kind == "csv" else _json_lines(first["count"], datasets)
    response = Response(stream_with_context(lines), content_type=FILES[kind])
    part = f"-{FILE_MOST}-of-{first['count']}" if first["count"] > FILE_MOST else ""
    response.headers["Content-Disposition"] = f'attachment; filename="datasets{part}.{kind}"'
    return response


def _search() -> solr_query.Search:
    filters = {name: tuple(values) for name, values in _chosen().items()}
    try:
        return solr_query.Search(
            q=request.args.get("q", ""), filters=filters, sort=request.args.get("sort", ""), rows=0
        )
    except solr_query.InvalidSearchError as error:
        return tk.abort(400, str(error))


def _complete(found: dict[str, Any]) -> dict[str, Any]:
    # A file says nothing of what it lacks; where it has begun already, breaking it off says so.
    if found.get("partial"):
        tk.abort(503, tk._("The search took too long. Use fewer or more exact words, and try again in a minute."))
    return found


def _package_search(search: solr_query.Search, *, start: int) -> dict[str, Any]:
    # The empty user sees what the public sees, whoever asks: the file is the same for everybody.
    return _complete(_asked(search, start=start))


def _asked(search: solr_query.Search, *, start: int) -> dict[str, Any]:
    return tk.get_action("package_search")(
        {"user": "", "ignore_auth": False},
        {
            "q": search.q,
            "fq": PUBLIC,
            "fq_list": solr_query.build_filters(search),
            "sort": f"{search.order}, id asc",
            "rows": FILE_PAGE,
            "start": start,
            "facet": "false",
        },
    )


def _all(search: solr_query.Search, first: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found, start = first["results"], 0
    while found and start < FILE_MOST:
        yield from found
        start += len(found)
        found = _package_search(search, start=start)["results"] if len(found) == FILE_PAGE else []


def _json_lines(count: int, datasets: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    yield f'{{"count": {count}, "results": ['.encode()
    for number, dataset in enumerate(datasets):
        yield (b",\n" if number else b"\n") + json.dumps(dataset, ensure_ascii=False).encode()
    yield b"\n]}\n"


# Feeds


@results.route("/dataset.<any(atom, rss):kind>")
def feed(kind: str) -> Response:
    """The newest of the results as a feed: what the public finds."""
    search = _search()
    found = tk.get_action("nx_search_find")(
        {"user": "", "auth_user_obj": None},
        {
            "q": search.q,
            "filters": {name: list(values) for name, values in search.filters.items()},
            "sort": search.sort or solr_query.BY_DATE,
            "rows": FEED_ENTRIES,
            "facets": False,
        },
    )
    _complete(found)
    made = FeedGenerator()
    page_url = tk.h.url_for("dataset.search", qualified=True) + result_helpers.nx_query()
    made.id(page_url)
    made.title(f"{search.q} · {helpers.nx_site_title()}" if search.q else helpers.nx_site_title())
    made.description(tk._("Search datasets, data items, departments"))
    made.language("en" if helpers.nx_is_english() else "zh-Hans")
    made.link(href=page_url, rel="alternate")
    own_url = tk.h.url_for("nx_results.feed", kind=kind, qualified=True)
    asked = request.query_string.decode("utf-8", "replace")
    made.link(href=iri_to_uri(f"{own_url}?{asked}" if asked else own_url), rel="self")
    newest = max((f"{dataset['metadata_modified']}Z" for dataset in found["results"]), default="1970-01-01T00:00:00Z")
    made.updated(newest)
    made.lastBuildDate(newest)
    language = tk.h.lang()
    for dataset in found["results"]:
        entry = made.add_entry(order="append")
        url = tk.h.url_for("dataset.read", id=dataset["name"], qualified=True)
        changed = f"{dataset['metadata_modified']}Z"
        # The id does not change with the language or the name.
        entry.id(f"urn:uuid:{dataset['id']}")
        entry.guid(f"urn:uuid:{dataset['id']}", permalink=False)
        entry.title(localised.choose(dataset["title_translated"], language)[0])
        entry.summary(localised.choose(dataset["notes_translated"], language)[0])
        entry.link(href=url)
        entry.updated(changed)
        entry.published(changed)
        if dataset["organization"]:
            entry.author(name=helpers.nx_department(dataset["organization"]["name"])["title"])
    text = made.atom_str(pretty=True) if kind == "atom" else made.rss_str(pretty=True)
    response = Response(text, content_type=FEEDS[kind])
    # Readers of feeds ask again every few minutes, mostly for what they have.
    response.add_etag()
    response.make_conditional(request)
    return response


# From the browser's address bar


@results.route("/opensearch/suggest")
def suggest() -> Response:
    """Suggestions in the form browsers ask for: ``[query, [completions], [descriptions], [addresses]]``."""
    typed = request.args.get("q", "")
    loaded = p.plugin_loaded("nxopendata_search")
    offered = tk.get_action("nx_search_suggest")({}, {"q": typed}) if loaded else []
    names = [(helpers.nx_is_english() and one["en"]) or one["zh"] for one in offered]
    urls = [tk.config["ckan.site_url"] + one["path"] for one in offered]
    body = json.dumps([typed, names, [""] * len(names), urls], ensure_ascii=False)
    return Response(body, content_type="application/x-suggestions+json; charset=utf-8")
