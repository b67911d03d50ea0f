"""Pages of the code lists: ``/codelist``, ``/codelist/<list>``, ``/codelist/<list>/<code>``.

A list and a code answer in HTML, Turtle, JSON-LD, RDF/XML and CSV, by ``Accept`` or by ending.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, make_response
from rdflib import Graph

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.exchange.codelists import skos
from ckanext.nxopendata.exchange.dcat import profile

codelist = Blueprint("nx_codelist", __name__)

SYNTAXES = {
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("pretty-xml", "application/rdf+xml"),
}
"""Ending -> name of the syntax in rdflib, media type."""

MEDIA_TYPES = ["text/html", *(media for _, media in SYNTAXES.values()), "text/csv"]
ENDINGS = {media: ending for ending, (_, media) in SYNTAXES.items()} | {"text/csv": "csv", "text/html": "html"}


def wanted_ending() -> str:
    """The ending that the reader's ``Accept`` asks for; ``html`` when it asks for nothing we have."""
    best = tk.request.accept_mimetypes.best_match(MEDIA_TYPES, default="text/html")
    return ENDINGS[best]


def overview() -> str:
    """All lists."""
    return tk.render("codelist/overview.html", {"codelists": tk.get_action("nx_codelist_list")({}, {})})


def show(name: str) -> Any:
    return _list(name, wanted_ending(), negotiated=True)


def show_as(name: str, ending: str) -> Any:
    return _list(name, ending, negotiated=False)


def _list(name: str, ending: str, *, negotiated: bool) -> Any:
    if name not in codelists.names():
        return tk.abort(404, tk._("There is no such code list"))
    if ending == "csv":
        # Excel takes CSV for UTF-8 only with a byte order mark.
        return _answer("\ufeff" + skos.as_csv(name), "text/csv", negotiated=negotiated)
    if ending in SYNTAXES:
        return _graph(skos.scheme(name, profile.links()), ending, negotiated=negotiated)
    if ending != "html":
        return tk.abort(404, tk._("Endings are .ttl, .jsonld, .rdf and .csv"))
    page = tk.render("codelist/read.html", {"codelist": tk.get_action("nx_codelist_show")({}, {"id": name})})
    return _answer(page, "text/html", negotiated=negotiated)


def show_code(name: str, code: str) -> Any:
    """One code; in HTML its place on the page of the list."""
    if name not in codelists.names() or code not in codelists.load(name):
        return tk.abort(404, tk._("There is no such code"))
    ending = wanted_ending()
    if ending in SYNTAXES:
        return _graph(skos.concept(name, code, profile.links()), ending, negotiated=True)
    return tk.redirect_to(tk.url_for("nx_codelist.show", name=name, _anchor=f"code-{code}"))


def _graph(graph: Graph, ending: str, *, negotiated: bool) -> Response:
    syntax, media = SYNTAXES[ending]
    options: dict[str, Any] = {"auto_compact": True} if ending == "jsonld" else {}
    return _answer(graph.serialize(format=syntax, **options), media, negotiated=negotiated)


def _answer(body: str, media: str, *, negotiated: bool) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = f"{media}; charset=utf-8"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if negotiated:
        response.headers["Vary"] = "Accept, Accept-Language, Cookie"
    return response


codelist.add_url_rule("/codelist", view_func=overview)
codelist.add_url_rule("/codelist/<name>", view_func=show)
codelist.add_url_rule("/codelist/<name>.<ending>", view_func=show_as)
codelist.add_url_rule("/codelist/<name>/<code>", view_func=show_code)
