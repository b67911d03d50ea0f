"""Pages of the code lists: ``/codelist``, ``/codelist/<list>``, ``/codelist/<list>/<code>``.

A list and a code answer in HTML, Turtle, JSON-LD, RDF/XML and CSV, by ``Accept`` or by ending. The supervising office
keeps some lists on pages of their own: ``/codelist/<list>/add``, ``/log`` and ``/codelist/<list>/<code>/edit``.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, make_response
from rdflib import Graph

from ckanext.nxopendata.core import codelists, localised
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.web import act, require_access, require_login
from ckanext.nxopendata.exchange.codelists import rules, skos, store
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


# Keeping a list


def add(name: str) -> Any:
    """The form of a new code; a POST adds it."""
    shown = _editable(name)
    values = {field: tk.request.form.get(field, "") for field in NEW}
    values["parent"] = values["parent"] or tk.request.args.get("parent", "")
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        try:
            act("nx_code_create", codelist=name, **values)
            tk.h.flash_success(tk._("{code} was added.").format(code=f"{values['code']} {values['label_zh']}"))
            return tk.redirect_to("nx_codelist.show", name=name, _anchor=f"code-{values['code']}")
        except tk.ValidationError as error:
            errors = error.error_dict
    source = localised.choose(rules.editable()[name].source, reader_language())[0]
    page = {"codelist": shown, "values": values, "errors": errors, "source": source, "options": _options(shown)}
    return tk.render("codelist/add.html", page)


def edit(name: str, code: str) -> Any:
    """Rename, retire or restore a code; its log."""
    shown = _editable(name)
    entry = next((entry for entry in shown["codes"] if entry["code"] == code), None)
    if entry is None:
        return tk.abort(404, tk._("There is no such code"))
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        form = tk.request.form
        step = form.get("step", "")
        if step not in STEPS:
            return tk.abort(400, tk._("Choose what to do"))
        values = {field: form.get(field, "") for field in STEPS[step]}
        try:
            act(f"nx_code_{step}", codelist=name, code=code, **values)
            tk.h.flash_success(tk._("Saved; forms and harvests follow at once."))
            return tk.redirect_to("nx_codelist.edit", name=name, code=code)
        except tk.ValidationError as error:
            errors = error.error_dict
            entry |= {"step": step, **values}
    fields = [field["field_name"] for field in _fields_of(name)]
    page = {
        "codelist": shown,
        "entry": entry,
        "errors": errors,
        "uses": store.count_uses(fields, code),
        "log": act("nx_code_change_list", codelist=name, code=code),
        "today": today().isoformat(),
        "options": [option for option in _options(shown) if option[0] != code],
    }
    return tk.render("codelist/edit.html", page)


def changes(name: str) -> Any:
    """The log of a list."""
    return tk.render(
        "codelist/log.html", {"codelist": _editable(name), "log": act("nx_code_change_list", codelist=name)}
    )


NEW = ("code", "label_zh", "label_en", "parent", "valid_from", "reason")

STEPS = {
    "update": ("label_zh", "label_en", "reason"),
    "retire": ("retired_on", "successor", "reason"),
    "restore": ("reason",),
}
"""What is done with a code -> the fields of its form."""


def _editable(name: str) -> dict[str, Any]:
    require_login(tk._("Log in to keep code lists"))
    require_access("nx_code_create", codelist=name)
    if name not in rules.editable():
        return tk.abort(404, tk._("There is no such code list, or it is the standard's own"))
    return act("nx_codelist_show", id=name)


def _options(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """The codes in force, for a selection."""
    in_force = [entry for entry in shown["codes"] if entry["status"] == codelists.CURRENT and not entry["retired_on"]]
    return [(entry["code"], f"{entry['code']} {entry['label_zh']}") for entry in in_force]


def _fields_of(name: str) -> list[dict[str, Any]]:
    schema = tk.h.scheming_get_dataset_schema("dataset") if "scheming_get_dataset_schema" in tk.h else None
    return [field for field in (schema or {}).get("dataset_fields", ()) if field.get("codelist") == name]


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
codelist.add_url_rule("/codelist/<name>/add", view_func=add, methods=["GET", "POST"])
codelist.add_url_rule("/codelist/<name>/log", view_func=changes)
codelist.add_url_rule("/codelist/<name>/<code>/edit", view_func=edit, methods=["GET", "POST"])
