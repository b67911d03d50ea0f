"""The RDF profile ``nx_dcat_ap``: our datasets as DCAT-AP 3, by ckanext-dcat.

It stands on ckanext-dcat's DCAT-AP 3 profile: that one reads what foreign catalogues say and writes the fields
of DCAT-AP that our schema does not have; everything of our schema is written and read by the plain modules
:mod:`ckanext.nxopendata.exchange.dcat.writer` and :mod:`~ckanext.nxopendata.exchange.dcat.reader`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from ckanext.dcat.utils import catalog_uri
from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, Graph, Literal, URIRef

from ckanext.nxopendata.catalogue import config as catalogue_config
from ckanext.nxopendata.core import localised
from ckanext.nxopendata.exchange.dcat import iris, reader, vocabularies, writer

NAME = "nx_dcat_ap"

OURS = frozenset(
    {
        *("title", "notes", "tags", "id", "name", "url", "version", "license_id", "license_title", "license_url"),
        *("owner_org", "organization", "resources", "metadata_created", "metadata_modified", "extras"),
        *("author", "author_email", "maintainer", "maintainer_email"),
        *("title_translated", "notes_translated", "tags_translated"),
    }
)
"""Fields that the profile below us must not write a second time."""

READ_BY_US = frozenset(
    {
        *("issued", "modified", "identifier", "frequency", "theme", "language", "access_rights", "homepage"),
        *("temporal_start", "temporal_end", "spatial_uri", "spatial_text", "spatial", "alternate_identifier"),
        *("publisher_uri", "publisher_name", "publisher_identifier", "publisher_type", "publisher_email"),
        *("contact_name", "contact_email", "contact_uri", "provenance", "conforms_to"),
    }
)
"""Extras of the profile below us that repeat a field of our schema."""


def links() -> iris.Links:
    """Our IRIs: they begin with ``ckanext.dcat.base_uri`` or the site's address."""
    addresses = {licence.id: getattr(licence, "url", "") or "" for licence in _licences()}
    return iris.Links(catalog_uri().rstrip("/"), addresses)


def _licences() -> list[Any]:
    return list(model.Package.get_license_register().values())


def publishers(identifiers: list[str]) -> list[dict[str, Any]]:
    """The departments with these ids: id, title_translated, nx_uscc. One query."""
    if not identifiers:
        return []
    groups = model.Session.query(model.Group).filter(model.Group.id.in_(identifiers))
    return [publisher(group) for group in groups]


def publisher(group: Any) -> dict[str, Any]:
    """What a publisher's description needs of a ``model.Group``."""
    extras = group.extras or {}
    try:
        names = localised.parse(extras.get("title_translated"))
    except localised.LocalisedValueError:
        names = {}
    return {
        "id": group.id,
        "title_translated": names or {"zh": group.title or group.name},
        "nx_uscc": extras.get("nx_uscc"),
    }


class NxDcatApProfile(EuropeanDCATAP3Profile):
    """DCAT-AP 3 with the elements of the 2017 guide."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        bind(self.g)
        self._graph_from_other_fields(dataset_dict, dataset_ref)
        writer.describe(dataset_dict, dataset_ref, links(), self.g)
        for organization in publishers([owner] if (owner := dataset_dict.get("owner_org")) else []):
            writer.describe_publisher(organization, links(), self.g)

    def _graph_from_other_fields(self, dataset: Mapping[str, Any], dataset_ref: URIRef) -> None:
        others = {key: value for key, value in dataset.items() if key not in OURS and not key.startswith("nx_")}
        extras = [extra for extra in dataset.get("extras") or () if extra["key"] not in READ_BY_US]
        super().graph_from_dataset(others | {"extras": extras}, dataset_ref)

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> dict[str, Any]:
        super().parse_dataset(dataset_dict, dataset_ref)
        ours = reader.read(self.g, dataset_ref, links())
        foreign = not str(dataset_ref).startswith(f"{links().base}/dataset/")
        resources = ours.pop("resources", [])
        if foreign:
            # Its identifiers are not ours to give: CKAN wants its own for datasets and files.
            ours.pop("id", None)
            resources = [{key: value for key, value in resource.items() if key != "id"} for resource in resources]
        dataset_dict["resources"] = resources
        dataset_dict |= ours
        dataset_dict["extras"] = [extra for extra in dataset_dict.get("extras", []) if extra["key"] not in READ_BY_US]
        return dataset_dict

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        bind(self.g)
        describe_catalogue(self.g, catalog_ref, catalog_dict or {}, self._last_catalog_modification())


def bind(graph: Graph) -> None:
    for prefix, namespace in iris.PREFIXES.items():
        graph.bind(prefix, namespace)


def describe_catalogue(graph: Graph, node: URIRef, words: Mapping[str, Any], modified: str | None) -> None:
    """The site as ``dcat:Catalog``.

    Args:
        words: title, description, homepage in place of the site's own.
        modified: when a dataset last changed, ISO 8601 in UTC.
    """
    config = tk.config
    title = words.get("title") or config["ckan.site_title"]
    description = words.get("description") or config["ckan.site_description"] or title
    operator = URIRef(f"{links().base}/#operator")
    homepage = URIRef(iris.iri(words.get("homepage") or config["ckan.site_url"]))
    triples = [
        (node, RDF.type, DCAT.Catalog),
        (node, DCTERMS.title, Literal(title, "zh")),
        (node, DCTERMS.description, Literal(description, "zh")),
        (node, FOAF.homepage, homepage),
        (homepage, RDF.type, FOAF.Document),
        (node, DCTERMS.publisher, operator),
        (operator, RDF.type, FOAF.Agent),
        (operator, FOAF.name, Literal(config["ckanext.nxopendata.exchange.operator"] or title, "zh")),
    ]
    for language in catalogue_config.languages():
        if address := vocabularies.eu_iri("language", language):
            triples += [
                (node, DCTERMS.language, URIRef(address)),
                (URIRef(address), RDF.type, DCTERMS.LinguisticSystem),
            ]
    if modified:
        triples.append((node, DCTERMS.modified, Literal(f"{modified.rstrip('Z')}Z", datatype=XSD.dateTime)))
    for triple in triples:
        graph.add(triple)


__all__ = ["NAME", "NxDcatApProfile", "bind", "describe_catalogue", "links", "publisher", "publishers"]
