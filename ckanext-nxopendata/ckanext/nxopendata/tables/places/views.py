"""Pages of places: all of them, one, several beside each other; each as JSON too."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify, request

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.tables.page import svg_chart

nx_places = Blueprint("nx_places", __name__)


@nx_places.route("/place/")
def index() -> str:
    """All places, on the map and as a list."""
    region = {"code": gazetteer.REGION, "name": gazetteer.name_of(gazetteer.REGION, reader_language())}
    return tk.render("nx_places/index.html", {"region": region})


@nx_places.route("/place/compare")
def compare() -> Any:
    """Several places beside each other; without a choice, the form to choose."""
    chosen = [code for part in request.args.getlist("codes") for code in part.split(",") if code]
    found, error = None, ""
    if chosen:
        try:
            found = tk.get_action("nx_place_compare")({}, {"codes": ",".join(chosen)})
        except tk.ValidationError as problem:
            error = " ".join(map(str, problem.error_summary.values()))
    language = reader_language()
    options = [(code, gazetteer.name_of(code, language)) for code in gazetteer.list_codes()]
    page = {"found": found, "error": error, "options": options, "chosen": chosen}
    body = tk.render("nx_places/compare.html", page)
    return (body, 400) if error else body


@nx_places.route("/place/compare.json")
def compare_json() -> Response:
    """The same as JSON."""
    try:
        codes = ",".join(request.args.getlist("codes"))
        return jsonify(tk.get_action("nx_place_compare")({}, {"codes": codes}))
    except tk.ValidationError as problem:
        return _refuse(" ".join(map(str, problem.error_summary.values())), 400)


@nx_places.route("/place/<code>.json")
def show_json(code: str) -> Response:
    """A place as JSON."""
    try:
        return jsonify(_read(code))
    except tk.ObjectNotFound as problem:
        return _refuse(str(problem), 404)


@nx_places.route("/place/<code>")
def show(code: str) -> Any:
    """A place."""
    known = gazetteer.find_code(code)
    if known and known != code:
        return tk.redirect_to("nx_places.show", code=known)
    try:
        place = _read(code)
    except tk.ObjectNotFound as problem:
        return tk.abort(404, str(problem))
    charts = {
        number: svg_chart.draw_lines(
            [(figure["indicator"], [(point["period"], point["value"]) for point in figure["series"]])],
            figure["unit_text"],
        )
        for number, figure in enumerate(place["figures"])
        if len(figure["series"]) > 2
    }
    return tk.render("nx_places/show.html", {"place": place, "charts": charts})


def _read(code: str) -> dict[str, Any]:
    name = f"place:{code[:60]}:{reader_language()}"
    return caching.cached(name, lambda: tk.get_action("nx_place_show")({}, {"code": code}))


def _refuse(message: str, status: int) -> Response:
    response = jsonify({"error": message})
    response.status_code = status
    return response
