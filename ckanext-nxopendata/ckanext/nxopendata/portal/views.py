"""The pages of the portal that CKAN does not have, and the home page in place of CKAN's."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, request, stream_with_context

from ckanext.nxopendata.portal import announcements, counting, facets, helpers, kept, use
from ckanext.nxopendata.portal import bulk as bulk_files

portal = Blueprint("nx_portal", __name__)

PUBLIC = '+capacity:"public" +dataset_type:dataset'
BULK = {
    "csv": (bulk_files.csv_lines, "text/csv; charset=utf-8"),
    "jsonl": (bulk_files.json_lines, "application/x-ndjson; charset=utf-8"),
}
BULK_PAGE = 500
HOME_NOTICES = 4
CHARTS = ("nx_theme", "organization", "nx_region", "res_format", "license_id", "nx_update_cycle", "nx_is_open")


def _figures() -> dict[str, Any]:
    return tk.get_action("nx_portal_figures")({}, {})


@portal.after_app_request
def count(response: Response) -> Response:
    """Count what the request was use of."""
    found = counting.of_request(
        method=request.method,
        endpoint=request.endpoint or "",
        status=response.status_code,
        values=request.view_args or {},
        query=request.args,
        headers=dict(request.headers),
    )
    if found:
        use.count(found)
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
            "notices": kept.get("notices", _notices),
        },
    )


def _notices() -> list[dict[str, Any]]:
    return [announcements.as_dict(row) for row in announcements.current(HOME_NOTICES)]


@portal.route("/developers")
def developers() -> str:
    """How programs read the site."""
    newest = _figures()["newest"]
    return tk.render("nx/developers.html", {"example": newest[0] if newest else None})


@portal.route("/statistics")
def statistics() -> str:
    """The site in figures."""
    figures = _figures()
    titles = facets.of_datasets()
    charts = [{"field": field, "title": titles[field], "rows": _chart(figures, field, link=True)} for field in CHARTS]
    return tk.render("nx/statistics.html", {"figures": figures, "charts": [chart for chart in charts if chart["rows"]]})


@portal.route("/statistics/<field>.csv")
def statistics_csv(field: str) -> Response:
    """The numbers of one chart, UTF-8 with BOM."""
    if field not in CHARTS:
        return tk.abort(404)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([facets.of_datasets()[field], tk._("Datasets")])
    writer.writerows((label, number) for label, number, _ in _chart(_figures(), field, link=False))
    return Response(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")


def _chart(figures: dict[str, Any], field: str, *, link: bool) -> list[tuple[str, int, str | None]]:
    items = helpers.nx_facet_items(field, {field: {"items": figures["facets"].get(field, ())}})
    return [
        (item["label"], item["count"], tk.h.url_for("dataset.search", **{field: item["name"]}) if link else None)
        for item in items
    ]


@portal.route("/bulk/catalogue.<kind>")
def bulk(kind: str) -> Response:
    """The whole public catalogue as one file, with an ETag of its state."""
    if kind not in BULK:
        return tk.abort(404)
    lines, content_type = BULK[kind]
    newest = _search(rows=1, sort="metadata_modified desc")
    state = f"{kind} {newest['count']} {[dataset['metadata_modified'] for dataset in newest['results']]}"
    response = Response(stream_with_context(lines(_all_datasets())), content_type=content_type)
    response.set_etag(hashlib.sha256(state.encode()).hexdigest()[:32])
    response.headers["Content-Disposition"] = f'attachment; filename="catalogue.{kind}"'
    response.make_conditional(request)
    return response


def _search(**query: Any) -> dict[str, Any]:
    # The empty user sees what the public sees, whoever asks: the file is the same for everybody.
    return tk.get_action("package_search")({"user": "", "ignore_auth": False}, {"fq": PUBLIC, **query})


def _all_datasets() -> Iterator[dict[str, Any]]:
    start = 0
    while page := _search(rows=BULK_PAGE, start=start, sort="id asc")["results"]:
        yield from page
        start += len(page)


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
