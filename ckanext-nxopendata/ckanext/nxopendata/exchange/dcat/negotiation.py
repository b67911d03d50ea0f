"""RDF of the catalogue and of datasets for who takes that rather than a page, by ``Accept`` (RFC 9110, 12.5.1)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.utils import read_dataset_page
from flask import Response

RDF = {
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
    "text/n3": "n3",
}
"""Media type -> the ending of its address."""

OTHERS = ("text/html", "application/xhtml+xml", "application/json")
"""What a program may take rather than RDF: the page, or what another room answers."""

TEXTS = frozenset({"text/turtle", "text/n3"})
DATASET = "dataset.read"
CATALOGUES = frozenset({"organization.read", "nx_portal.home", "home.index"})


def answer() -> Any:
    """Answer a page's address in RDF; None for who takes the page.

    RDF of a dataset is sent at once, that of a catalogue, which has pages, from the address that it has of its own.
    """
    request = tk.request
    if request.endpoint not in {DATASET, *CATALOGUES} or request.method not in ("GET", "HEAD"):
        return None
    ending = RDF.get(request.accept_mimetypes.best_match([*OTHERS, *RDF], default=OTHERS[0]))
    if ending is None:
        return None
    name = str((request.view_args or {}).get("id") or "")
    if request.endpoint == DATASET:
        response = read_dataset_page(name, ending)
        response.headers["Content-Location"] = tk.url_for("dcat.read_dataset", _id=name, _format=ending)
        return response
    part = {"fq": f"organization:{name}"} if request.endpoint == "organization.read" else {}
    response = Response(status=303)
    response.headers["Location"] = tk.url_for("dcat.read_catalog", _format=ending, **part)
    return response


def describe(response: Response) -> Response:
    """Say that a page's address answers by what its reader takes, and that Turtle and N3 are UTF-8.

    Without the charset clients take text for Latin-1.
    """
    if tk.request.endpoint in {DATASET, *CATALOGUES}:
        response.vary.add("Accept")
    if response.mimetype in TEXTS and "charset" not in response.headers.get("Content-Type", ""):
        response.headers["Content-Type"] = f"{response.mimetype}; charset=utf-8"
    return response
