"""``/catalog.*`` from the pieces of RDF that stand in the search index."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context
from ckanext.dcat import logic as dcat_logic
from ckanext.dcat.processors import RDFSerializer
from ckanext.dcat.utils import catalog_uri
from dateutil.parser import parse as parse_date
from rdflib import DCAT, Graph, URIRef

from ckanext.nxopendata.catalogue import dcat
from ckanext.nxopendata.catalogue.exchange import rdf, stored

log = logging.getLogger(__name__)

FIELD = "nx_rdf"
"""The field of the index document (``schema.xml``: stored, not indexed)."""


def index_piece(document: dict[str, Any]) -> None:
    """Put the RDF of a dataset into its index document; without it when it cannot be made.

    Args:
        document: what ``IPackageController.before_dataset_index`` receives.
    """
    if document.get("type", document.get("dataset_type")) != "dataset":
        return
    try:
        dataset = json.loads(document["validated_data_dict"])
        document[FIELD] = piece_of(dataset)
    except Exception:  # a dataset that cannot be said in RDF must still be found
        log.exception("No RDF for dataset %s", document.get("id"))


def piece_of(dataset: Mapping[str, Any]) -> str:
    """A dataset's RDF by the configured profiles, without its publisher, whose names may change later."""
    serializer = _Serializer()
    graph: Graph = serializer.g
    node = serializer.graph_from_dataset(dict(dataset))
    owner = dataset.get("owner_org")
    if owner:
        for triple in list(graph.triples((dcat.links().organization(owner), None, None))):
            graph.remove(triple)
    # Joined into a page, the dataset belongs to the catalogue.
    graph.add((URIRef(catalog_uri()), DCAT.dataset, node))
    return stored.piece(graph, str(node))


def catalogue_page(context: Context, data_dict: dict[str, Any]) -> str:
    """A page of the catalogue, of what the caller may see.

    Args:
        data_dict: as for ckanext-dcat's ``dcat_catalog_show``: page, modified_since, q, fq, format.
    """
    found = _search(context, data_dict)
    pieces = [document.get(FIELD) or _made_now(document["id"]) for document in found["results"]]
    return stored.page([_head(found, data_dict), *pieces], data_dict.get("format") or "xml")


def _search(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The page's datasets in the order of ckanext-dcat, as ids, departments and pieces of RDF."""
    rows = int(tk.config["ckanext.dcat.datasets_per_page"])
    page = _page(data_dict)
    filters = ["-dataset_type:harvest", "-dataset_type:showcase"]
    if since := data_dict.get("modified_since"):
        try:
            filters.append(f"metadata_modified:[{parse_date(since).isoformat()}Z TO NOW]")
        except (ValueError, AttributeError, OverflowError):
            raise tk.ValidationError(
                {"modified_since": [tk._("Write the date as YYYY-MM-DD, for example 2024-05-31")]}
            ) from None
    query = {
        "q": data_dict.get("q") or "*:*",
        "fq": data_dict.get("fq") or "",
        "fq_list": filters,
        "sort": "metadata_modified desc",
        "rows": rows,
        "start": rows * (page - 1),
        "fl": ["id", "organization", "metadata_modified", FIELD],
    }
    return tk.get_action("package_search")(context, query)


def _page(data_dict: Mapping[str, Any]) -> int:
    try:
        page = int(data_dict.get("page") or 1)
    except ValueError:
        page = 0
    if page < 1:
        raise dcat_logic.wrong_page_exception
    return page


def _head(found: Mapping[str, Any], data_dict: dict[str, Any]) -> str:
    """The catalogue itself, its page and the departments of the page."""
    graph = Graph(bind_namespaces="none")
    newest = _newest(found, data_dict)
    dcat.describe_catalogue(graph, URIRef(catalog_uri()), {}, newest)
    serializer = _Head(graph)
    if pagination := dcat_logic._pagination_info(dict(found), data_dict):
        serializer._add_pagination_triples(pagination)
    names = {document["organization"] for document in found["results"] if document.get("organization")}
    groups = model.Session.query(model.Group).filter(model.Group.name.in_(names)) if names else ()
    for group in groups:
        rdf.describe_publisher(dcat.publisher(group), dcat.links(), graph)
    return stored.piece(graph)


@cache
def _profiles(names: tuple[str, ...]) -> list[Any]:
    """The classes of RDF profiles. Looking for them reads the metadata of every package that is installed."""
    return RDFSerializer(list(names))._profiles


class _Serializer(RDFSerializer):
    """ckanext-dcat's, with profiles that are looked for once a process and not for each dataset."""

    def _load_profiles(self, profile_names: list[str]) -> list[Any]:
        return _profiles(tuple(profile_names))


class _Head(RDFSerializer):
    """ckanext-dcat's words for pages, without the cost of loading profiles."""

    def __init__(self, graph: Graph) -> None:
        self.g: Any = graph


def _newest(found: Mapping[str, Any], data_dict: Mapping[str, Any]) -> str | None:
    """When the newest dataset changed; known from the first page of an unfiltered catalogue, else left out."""
    results = found["results"]
    filtered = any(data_dict.get(name) for name in ("q", "fq", "modified_since"))
    if filtered or _page(data_dict) > 1 or not results:
        return None
    return str(results[0]["metadata_modified"])


def _made_now(identifier: str) -> str:
    """The piece of a dataset that was indexed before pieces were kept."""
    return piece_of(tk.get_action("package_show")({"ignore_auth": True}, {"id": identifier}))
