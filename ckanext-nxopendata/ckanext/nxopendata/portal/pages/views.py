"""The pages of the portal that CKAN does not have, and the home page in place of CKAN's."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
import segno
from flask import Blueprint, Response, request, stream_with_context

from ckanext.nxopendata.core import caching, departments
from ckanext.nxopendata.core.solr_connection import connect
from ckanext.nxopendata.core.web import csv_response
from ckanext.nxopendata.portal import bulk_download as bulk_files
from ckanext.nxopendata.portal import helpers, outage, warmup
from ckanext.nxopendata.portal.announcements import announcement_store
from ckanext.nxopendata.portal.results import facets, views
from ckanext.nxopendata.portal.usage import classify, usage_store
from ckanext.nxopendata.portal.usage import statistics as series
from ckanext.nxopendata.search.query import solr

log = logging.getLogger(__name__)

portal = Blueprint("nx_portal", __name__)

PUBLIC = '+capacity:"public" +dataset_type:dataset'
BULK = {
    "csv": (bulk_files.csv_lines, "text/csv; charset=utf-8"),
    "jsonl": (bulk_files.json_lines, "application/x-ndjson; charset=utf-8"),
    "nt": (bulk_files.rdf_lines, "application/n-triples; charset=utf-8"),
}
BULK_PAGE = 500
HOME_NOTICES = 4
EXAMPLES_LOOKED_AT = 20
LONGEST_SHARED = 600
SVG = '<svg xmlns="http://www.w3.org/2000/svg" '
SITEMAP_PART = 1000
MOST_PARTS = 2_000_000
"""What the search index can count to, in parts."""
PAGES = (
    "home.index",
    "dataset.search",
    "organization.index",
    "nx_portal.statistics",
    "nx_portal.developers",
    "nx_announcement.index",
    "nx_licence.index",
    "home.about",
    "nx_portal.help",
    "nx_portal.terms",
    "nx_portal.privacy",
    "nx_portal.accessibility",
    "nx_portal.site_map",
)
CHARTS = ("nx_theme", "organization", "nx_region", "res_format", "license_id", "nx_update_cycle", "nx_is_open")


def _figures() -> dict[str, Any]:
    return tk.get_action("nx_portal_figures")({}, {})


@portal.before_app_request
def before_the_first_page() -> None:
    """Have style sheets and scripts ready."""
    warmup.prepare_for_first_page()


@portal.before_app_request
def close_pages_of_developers() -> None:
    """Show CKAN's own pages for testing only where it is debugged (OWASP ASVS 4.0.3, 14.2.2)."""
    if request.endpoint in ("util.primer", "util.custom_form_fields") and not tk.config["debug"]:
        tk.abort(404)


@portal.after_app_request
def count(response: Response) -> Response:
    """Count what the request was use of. The answer stands, whatever becomes of the count."""
    try:
        found = classify.classify_request(
            method=request.method,
            endpoint=request.endpoint or "",
            status=response.status_code,
            values=request.view_args or {},
            query=request.args,
            headers=dict(request.headers),
        )
        if found:
            usage_store.count(found)
    except Exception:
        log.exception("use was not counted")
    return response


@portal.route("/")
def home() -> str:
    """The home page."""
    figures = _figures()
    return tk.render(
        "nx/home.html",
        {
            "figures": figures,
            "hot_words": tk.get_action("nx_portal_hot_words")({}, {}),
            "most_used": tk.get_action("nx_portal_most_used")({}, {}),
            "notices": caching.cached("portal:notices", _notices),
        },
    )


@portal.route("/health")
def health() -> Response:
    """Whether each service answers, for monitoring."""
    return outage.health()


def _notices() -> list[dict[str, Any]]:
    return [announcement_store.to_api(row) for row in announcement_store.list_current(HOME_NOTICES)]


@portal.route("/developers")
def developers() -> str:
    """How programs read the site."""
    figures = _figures()
    example = caching.cached("portal:examples", _find_example)
    return tk.render(
        "nx/developers.html",
        {
            "example": example,
            "facets": figures["facets"],
            "limits": {
                "datasets": tk.config["ckan.search.rows_max"],
                "rows": tk.config["ckan.datastore.search.rows_max"],
                "file": views.FILE_MOST,
                "table_rows": tk.config.get("ckanext.nxopendata.tables.most_rows", 0),
                "calls": tk.config["ckanext.nxopendata.limits.calls_per_hour"],
                "downloads": tk.config["ckanext.nxopendata.limits.downloads_per_hour"],
            },
        },
    )


def _find_example() -> dict[str, str]:
    """A dataset for examples, the oldest of those with a table, which stays; placeholders where there is none."""
    found = _search(rows=EXAMPLES_LOOKED_AT, sort="metadata_created asc, id asc")["results"]
    files = [(dataset, file) for dataset in found for file in dataset["resources"]]
    chosen = next(((dataset, file) for dataset, file in files if file.get("datastore_active")), None)
    if chosen is None:
        return {"name": found[0]["name"] if found else "NAME", "table": "", "column": "", "value": ""}
    return {"name": chosen[0]["name"], "table": chosen[1]["id"], **_find_example_row(chosen[1]["id"])}


def _find_example_row(resource_id: str) -> dict[str, str]:
    try:
        found = tk.get_action("datastore_search")({"user": ""}, {"resource_id": resource_id, "limit": 1})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return {"column": "", "value": ""}
    texts = ((name, value) for name, value in (found["records"] or [{}])[0].items() if isinstance(value, str))
    column, value = next(texts, ("", ""))
    return {"column": column, "value": value[:40]}


@portal.route("/statistics")
def statistics() -> str:
    """The site in figures."""
    figures = _figures()
    titles = facets.list_titles(facets.FIGURES)
    counted = caching.cached(f"portal:series:{tk.h.lang()}", lambda: [asdict(one) for one in _series(figures)])
    charts = [{"field": field, "title": titles[field], "rows": _chart(figures, field, link=True)} for field in CHARTS]
    return tk.render(
        "nx/statistics.html",
        {
            "figures": figures,
            "charts": [chart for chart in charts if chart["rows"]],
            "series": [
                {**one, "picture": series.draw(one["title"], one["kind"], one["columns"], one["rows"])}
                for one in counted
            ],
        },
    )


def _series(figures: dict[str, Any]) -> list[series.Series]:
    return [series.count_growth(), series.count_freshness(figures["datasets"]), series.count_use()]


@portal.route("/statistics/<field>.csv")
def statistics_csv(field: str) -> Response:
    """The numbers of one chart, UTF-8 with BOM."""
    figures = _figures()
    found = next((one for one in _series(figures) if one.field == field), None)
    if found is None and field not in CHARTS:
        return tk.abort(404)
    if found:
        return csv_response([found.columns, *found.rows])
    chart = _chart(figures, field, link=False)
    return csv_response(
        [(facets.list_titles(facets.FIGURES)[field], tk._("Datasets")), *((row[0], row[1]) for row in chart)]
    )


def _chart(figures: dict[str, Any], field: str, *, link: bool) -> list[tuple[str, int, str | None]]:
    items = facets.list_values(field, {field: {"items": figures["facets"].get(field, ())}}, [])
    return [
        (item.label, item.number, tk.h.url_for("dataset.search", **{field: item.name}) if link else None)
        for item in items
    ]


@portal.route("/bulk/catalogue.<kind>")
def bulk(kind: str) -> Response:
    """The whole public catalogue as one file, with an ETag of its state."""
    if kind not in BULK:
        return tk.abort(404)
    lines, content_type = BULK[kind]
    tag = hashlib.sha256(f"{kind} {_state_of_the_catalogue()}".encode()).hexdigest()[:32]
    body = caching.cached_file(bulk_files.folder(), f"catalogue.{kind}", tag, lambda: lines(_all_datasets()))
    response = Response(stream_with_context(body), content_type=content_type)
    response.set_etag(tag)
    response.headers["Content-Disposition"] = f'attachment; filename="catalogue.{kind}"'
    response.make_conditional(request)
    return response


def _state_of_the_catalogue() -> str:
    """Differs whenever a public dataset came, went or changed, or a department has another name.

    The sum of the moments of change moves also when a dataset turns public or is withdrawn without being written.
    """
    answer = connect().search(
        "*:*",
        fq=[*solr.visibility_filters(None), *PUBLIC.split()],
        rows=0,
        stats="true",
        **{"stats.field": "metadata_modified"},
    )
    numbers = answer.stats["stats_fields"].get("metadata_modified") or {}
    return f"{answer.hits} {numbers.get('sum')} {numbers.get('max')} {departments.tree('zh')}"


def _search(**query: Any) -> dict[str, Any]:
    # The empty user sees what the public sees, whoever asks: the file is the same for everybody.
    found = tk.get_action("package_search")({"user": "", "ignore_auth": False}, {"fq": PUBLIC, **query})
    if found.get("partial"):
        return tk.abort(503, tk._("The search took too long. Please try again in a minute."))
    return found


def _all_datasets() -> Iterator[dict[str, Any]]:
    start = 0
    while page := _search(rows=BULK_PAGE, start=start, sort="id asc")["results"]:
        yield from page
        start += len(page)


@portal.route("/sitemap.xml")
def sitemap() -> Response:
    """The site map of the search engines: an index of the parts."""
    parts = -(-_search(rows=0)["count"] // SITEMAP_PART)
    text = tk.render("nx/sitemap_index.xml", {"parts": range(parts + 1)})
    return Response(text, content_type="application/xml; charset=utf-8")


@portal.route("/sitemap-<int:part>.xml")
def sitemap_part(part: int) -> Response:
    """Part 0 are the site's own pages and the departments, the others so many datasets each."""
    if part > MOST_PARTS:
        return tk.abort(404)
    query = {"rows": SITEMAP_PART, "start": (part - 1) * SITEMAP_PART, "sort": "id asc", "fl": "name,metadata_modified"}
    found = _search(**query)["results"] if part else []
    if part and not found:
        return tk.abort(404)
    text = tk.render(
        "nx/sitemap_part.xml",
        {"datasets": found, "pages": [] if part else PAGES, "departments": [] if part else departments.tree("zh")},
    )
    return Response(text, content_type="application/xml; charset=utf-8")


@portal.route("/llms.txt")
def llms() -> Response:
    """What programs that read for people should know of the site (llmstxt.org)."""
    root = tk.h.url_for("home.index", qualified=True, locale="default").rstrip("/")
    text = tk.render("nx/llms.txt", {"root": root, "api": f"{root}/api/3/action/"})
    return Response(text, content_type="text/plain; charset=utf-8")


@portal.route("/site-map")
def site_map() -> str:
    """The site map for people."""
    return tk.render("nx/site_map.html", {"departments": departments.tree(tk.h.lang())})


@portal.route("/favicon.ico")
def favicon() -> Any:
    """The icon, for browsers that look for it before they read a page."""
    return tk.redirect_to(tk.h.url_for_static("/nx/mark.svg"))


@portal.route("/share.svg")
def share() -> Response:
    """An address of this site as a QR code, to open it on a phone: ``of`` is its path."""
    path = request.args.get("of", "/")
    if not path.startswith("/") or path.startswith("//") or len(path) > LONGEST_SHARED:
        return tk.abort(404)
    url = tk.config["ckan.site_url"].rstrip("/") + path
    text = segno.make(url, error="m").svg_inline(scale=4, border=3, dark="#000", light="#fff")
    response = Response(f'<?xml version="1.0"?>{text.replace("<svg ", SVG, 1)}', content_type="image/svg+xml")
    response.add_etag()
    response.make_conditional(request)
    return response


@portal.route("/nx-colours.css")
def colours() -> Response:
    """The accent colours of the operator; no page holds styles of its own."""
    return Response(helpers.colours_css(), content_type="text/css; charset=utf-8")


@portal.route("/opensearch.xml")
def opensearch() -> Response:
    """How a browser searches this site from its address bar."""
    text = tk.render("nx/opensearch.xml")
    return Response(text, content_type="application/opensearchdescription+xml; charset=utf-8")


@portal.route("/api/i18n/zh_Hans-CN")
def script_texts() -> Any:
    """The texts of CKAN's scripts in Chinese: CKAN's own script asks for them by a misspelt locale and gets 400."""
    return tk.redirect_to("/api/i18n/zh_Hans_CN")


def _text_page(name: str) -> str:
    titles = {
        "help": tk._("Help"),
        "terms": tk._("Terms of use"),
        "privacy": tk._("Privacy"),
        "accessibility": tk._("Accessibility"),
    }
    return tk.render("nx/text_page.html", {"name": name, "title": titles[name]})


for page in ("help", "terms", "privacy", "accessibility"):
    portal.add_url_rule(f"/{page}", page, _text_page, defaults={"name": page})
