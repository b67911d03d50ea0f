"""``/catalog.*``: pages joined from the RDF of their datasets, which is made once and kept (:mod:`.fragment_store`)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context
from ckanext.dcat.processors import RDFSerializer
from ckanext.dcat.utils import catalog_uri
from dateutil.parser import parse as parse_date
from rdflib import DCAT, RDF, Graph, Literal, URIRef

from ckanext.nxopendata.exchange.dcat import fragment_store, fragments, profile, writer
from ckanext.nxopendata.exchange.dcat.iris import HYDRA

log = logging.getLogger(__name__)

PAGE_PARAMETERS = frozenset({"modified_since", "profiles", "q", "fq"})
"""Parameters that the addresses of the other pages repeat."""

AT_ONCE = 100
"""Datasets whose RDF is made of one answer of the index."""


def piece_of(dataset: Mapping[str, Any]) -> str:
    """A dataset's RDF by the configured profiles, without its publisher, whose names may change later."""
    serializer = RDFSerializer()
    graph: Graph = serializer.g
    node = serializer.graph_from_dataset(dict(dataset))
    owner = dataset.get("owner_org")
    if owner:
        for triple in list(graph.triples((profile.links().organization(owner), None, None))):
            graph.remove(triple)
    # Joined into a page, the dataset belongs to the catalogue.
    graph.add((URIRef(catalog_uri()), DCAT.dataset, node))
    return fragments.piece(graph, str(node))


def catalogue_page(context: Context, data_dict: dict[str, Any]) -> str:
    """A page of the catalogue, of what the caller may see.

    Args:
        data_dict: as for ckanext-dcat's ``dcat_catalog_show``: page, modified_since, q, fq, format.
    """
    found = _search(context, data_dict)
    versions = {document["id"]: document["_version_"] for document in found["results"]}
    ready = _ready(versions)
    described = [ready[identifier] for identifier in versions if identifier in ready]
    return fragments.page([_head(found, data_dict), *described], data_dict.get("format") or "xml")


def prepare() -> int:
    """Make the RDF of the public datasets that have none ready, so that nobody waits for it; how many there were."""
    made, after = 0, ""
    while True:
        query = {"q": "*:*", "fq_list": [f"id:{{{json.dumps(after) if after else '*'} TO *]"], "sort": "id asc"}
        found = _index(query | {"rows": AT_ONCE, "fl": ["id", "_version_"]})
        if not found:
            fragment_store.forget()
            return made
        versions = {document["id"]: document["_version_"] for document in found}
        after = found[-1]["id"]
        made += len(_made(versions, versions.keys() - fragment_store.read(versions).keys()))


def _ready(versions: Mapping[str, int]) -> dict[str, str]:
    """Dataset id -> its RDF, kept or made now; without those of which none can be made."""
    kept = fragment_store.read(versions)
    return kept | _made(versions, versions.keys() - kept.keys())


def _made(versions: Mapping[str, int], missing: Iterable[str]) -> dict[str, str]:
    """Make and keep the RDF of datasets, from what the index holds of them."""
    wanted, made = sorted(missing), dict[str, str]()
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        query = {"q": "*:*", "fq_list": [f"id:({' OR '.join(part)})"], "rows": len(part)}
        for document in _index(query | {"fl": ["id", "_version_", "validated_data_dict"]}):
            try:
                made[document["id"]] = piece_of(json.loads(document["validated_data_dict"]))
            except Exception:  # one dataset that cannot be said in RDF must not hide the others
                log.exception("No RDF for dataset %s", document["id"])
    fragment_store.keep(versions, made)
    return made


def _index(query: dict[str, Any]) -> list[dict[str, Any]]:
    """Documents of the index, whoever may see them."""
    more = {"include_private": True, "include_drafts": True, "include_deleted": True}
    return tk.get_action("package_search")({"ignore_auth": True}, query | more)["results"]


def _search(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The page's datasets in the order of ckanext-dcat, as ids, departments and versions."""
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
        "fl": ["id", "organization", "metadata_modified", "_version_"],
    }
    return tk.get_action("package_search")(context, query)


def _page(data_dict: Mapping[str, Any]) -> int:
    try:
        page = int(data_dict.get("page") or 1)
    except ValueError:
        page = 0
    if page < 1:
        raise tk.ValidationError({"page": [tk._("%s must be a whole number of at least 1") % "page"]})
    return page


def _head(found: Mapping[str, Any], data_dict: dict[str, Any]) -> str:
    """The catalogue itself, its page and the departments of the page."""
    graph = Graph(bind_namespaces="none")
    newest = _newest(found, data_dict)
    profile.describe_catalogue(graph, URIRef(catalog_uri()), {}, newest)
    if found["count"]:
        _describe_page(graph, found, _page(data_dict))
    names = {document["organization"] for document in found["results"] if document.get("organization")}
    groups = model.Session.query(model.Group).filter(model.Group.name.in_(names)) if names else ()
    for group in groups:
        writer.describe_publisher(profile.publisher(group), profile.links(), graph)
    return fragments.piece(graph)


def _describe_page(graph: Graph, found: Mapping[str, Any], page: int) -> None:
    """Add the page and its neighbours as a Hydra collection, in the words of ckanext-dcat."""
    rows = int(tk.config["ckanext.dcat.datasets_per_page"])
    last = -(-found["count"] // rows)
    numbers = {"first": 1, "last": last}
    if page > 1:
        numbers["previous"] = min(page - 1, last)
    if page < last:
        numbers["next"] = page + 1
    node = URIRef(_page_address(page))
    graph.bind("hydra", HYDRA)
    graph.add((node, RDF.type, HYDRA.PagedCollection))
    graph.add((node, HYDRA.totalItems, Literal(found["count"])))
    graph.add((node, HYDRA.itemsPerPage, Literal(rows)))
    for name, number in numbers.items():
        for predicate in (HYDRA[name], HYDRA[f"{name}Page"]):
            graph.add((node, predicate, Literal(_page_address(number))))


def _page_address(page: int) -> str:
    kept = [f"{name}={value}" for name, value in tk.request.args.items() if name in PAGE_PARAMETERS]
    return f"{catalog_uri()}{tk.request.path}?{'&'.join([*kept, f'page={page}'])}"


def _newest(found: Mapping[str, Any], data_dict: Mapping[str, Any]) -> str | None:
    """When the newest dataset changed; known from the first page of an unfiltered catalogue, else left out."""
    results = found["results"]
    filtered = any(data_dict.get(name) for name in ("q", "fq", "modified_since"))
    if filtered or _page(data_dict) > 1 or not results:
        return None
    return str(results[0]["metadata_modified"])
