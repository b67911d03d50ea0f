"""The description of the API, and a page to try it."""

from __future__ import annotations

import shlex
from importlib import metadata
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify, request

from ckanext.nxopendata.portal import helpers
from ckanext.nxopendata.portal.api import openapi

nx_api = Blueprint("nx_api", __name__)


def _root() -> str:
    return tk.h.url_for("home.index", qualified=True, locale="default").rstrip("/")


@nx_api.route("/openapi.json")
def description() -> Response:
    """The public API in OpenAPI 3.1."""
    response = jsonify(
        openapi.make_description(_root(), helpers.nx_site_title(), metadata.version("ckanext-nxopendata"))
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@nx_api.route("/developers/console")
def console() -> str:
    """A form for each action; it asks the API itself, so it works without scripts too."""
    operations = {one.name: one for one in openapi.list_operations()}
    name = request.args.get("action", "package_search")
    chosen = operations.get(name) or operations["package_search"]
    given = {one.name: value for one in chosen.parameters if (value := request.args.get(one.name, "").strip())}
    url = f"{_root()}/api/3/action/{chosen.name}"
    asked = f"{url}?{urlencode(given)}" if given else url
    return tk.render(
        "nx/console.html",
        {
            "operations": list(operations.values()),
            "chosen": chosen,
            "given": given,
            "url": url,
            "codes": _write_code(url, asked, given),
            "unknown": name if name not in operations else "",
        },
    )


def _write_code(url: str, asked: str, given: dict[str, Any]) -> list[tuple[str, str]]:
    """The question as programs, ready to run: language and text."""
    pairs = [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in given.items()]
    curl = " ".join(["curl -sG", shlex.quote(url), *pairs])
    lines = [
        "import json, urllib.parse, urllib.request",
        "",
        f"question = {given!r}",
        f"url = {url!r} + '?' + urllib.parse.urlencode(question)",
        "with urllib.request.urlopen(url) as answer:",
        "    print(json.load(answer)['result'])",
    ]
    python = "\n".join(lines)
    quoted = asked.replace("'", "%27")
    script = f"const answer = await fetch('{quoted}');\nconsole.log((await answer.json()).result);"
    r = f"library(jsonlite)\nstr(fromJSON('{quoted}')$result)"
    return [("curl", curl), ("Python", python), ("JavaScript", script), ("R", r)]
