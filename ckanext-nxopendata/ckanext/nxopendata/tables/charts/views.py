"""Charts by their address: page, embed, SVG, PNG, CSV, JSON, oEmbed."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
import resvg_py
from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.tables.charts import data, token
from ckanext.nxopendata.tables.charts.data import Chart, NoChartError
from ckanext.nxopendata.tables.exports import formats

nx_charts = Blueprint("nx_charts", __name__)

FONT = "Noto Sans CJK SC"
STATUS = {"missing": 404, "guarded": 403, "wrong": 400}
MEDIA = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8", "json": "application/json"}
EMBED_HEIGHT = 560


@nx_charts.route("/c/<chart_id>")
def show(chart_id: str) -> Any:
    """The page of a chart."""
    chart = _read(chart_id)
    return tk.render("nx_charts/show.html", {"chart": chart, "chart_id": chart_id, "picture": _inline(chart)})


@nx_charts.route("/c/<chart_id>/embed")
def embed(chart_id: str) -> Any:
    """The chart alone, for a frame on another site."""
    chart = _read(chart_id)
    page = tk.render("nx_charts/embed.html", {"chart": chart, "chart_id": chart_id, "picture": _inline(chart)})
    return Response(page, content_type="text/html; charset=utf-8")


@nx_charts.route("/c/<chart_id>.<any(svg, png, csv, json):ending>")
def file(chart_id: str, ending: str) -> Response:
    """The chart as a picture, or its numbers."""
    chart = _read(chart_id)
    response = Response(content_type=MEDIA[ending])
    facts = f"{ending} {chart_id} {chart.changed} {reader_language()} {chart.about['updated']} {chart.plot.notes}"
    response.set_etag(hashlib.sha256(facts.encode()).hexdigest()[:32])
    if response.make_conditional(request).status_code == 304:
        return response
    response.headers.pop("Content-Length", None)
    if ending == "svg":
        response.data = data.draw_svg(chart)
    elif ending == "png":
        picture = data.draw_svg(chart)
        response.data = bytes(resvg_py.svg_to_bytes(svg_string=picture, font_family=FONT, zoom=2))
    elif ending == "csv":
        response.data = _to_csv(chart)
    else:
        response.data = jsonify(_to_json(chart, chart_id)).data
    response.headers["Content-Disposition"] = (
        f'{"inline" if ending != "csv" else "attachment"}; filename="chart.{ending}"'
    )
    return response


@nx_charts.route("/oembed")
def oembed() -> Any:
    """A chart for sites that embed by oEmbed 1.0 (JSON)."""
    path = urlsplit(str(request.args.get("url") or "")).path
    chart_id = path.rstrip("/").rpartition("/c/")[2].removesuffix("/embed")
    if str(request.args.get("format") or "json") != "json":
        return Response(status=501)
    if "/c/" not in path:
        return tk.abort(404)
    chart = _read(chart_id)
    width = _limit("maxwidth", 800)
    height = _limit("maxheight", EMBED_HEIGHT)
    address = tk.h.url_for("nx_charts.embed", chart_id=chart_id, qualified=True)
    frame = Markup('<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>')
    return jsonify(
        {
            "version": "1.0",
            "type": "rich",
            "title": chart.plot.title,
            "provider_name": chart.about["provider"],
            "provider_url": chart.about["url"],
            "width": width,
            "height": height,
            "html": str(frame.format(address, width, height, chart.plot.title)),
            "thumbnail_url": tk.h.url_for("nx_charts.file", chart_id=chart_id, ending="png", qualified=True),
            "thumbnail_width": 1600,
            "thumbnail_height": 1000,
        }
    )


def _limit(name: str, default: int) -> int:
    value = str(request.args.get(name) or "")
    return min(max(int(value), 200), 2000) if value.isascii() and value.isdecimal() and len(value) < 6 else default


def _read(chart_id: str) -> Chart:
    try:
        return data.read_chart(token.from_token(chart_id))
    except token.TokenError:
        return tk.abort(404, tk._("There is no such chart"))
    except NoChartError as problem:
        return tk.abort(STATUS[problem.code], problem.message)


def _inline(chart: Chart) -> Markup:
    """The picture inside a page: it is made here, and each text in it is escaped."""
    return Markup(data.draw_svg(chart, fluid=True))  # noqa: S704


def _to_csv(chart: Chart) -> bytes:
    lines = ([formats.to_guarded_text(cell) for cell in line] for line in (chart.labels, *chart.rows))
    return "".join(csv_out.write(lines, guard=str)).encode()


def _to_json(chart: Chart, chart_id: str) -> dict[str, Any]:
    about = {key: chart.about[key] for key in ("dataset", "provider", "licence", "updated", "filters", "url")}
    return {
        "id": chart_id,
        "title": chart.plot.title,
        "kind": chart.plot.kind,
        "columns": list(chart.labels),
        "rows": [list(row) for row in chart.rows],
        "source": about,
    }
