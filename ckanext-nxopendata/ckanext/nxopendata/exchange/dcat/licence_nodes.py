"""Licences as a source wrote them: their own addresses, and the words of those that nobody knows."""

from __future__ import annotations

from collections.abc import Callable

from rdflib import DCTERMS, RDF, RDFS, Literal, URIRef
from rdflib.term import Node

from ckanext.nxopendata.exchange.dcat.iris import absolute, iri
from ckanext.nxopendata.licences import registry


def own_address(identifier: str, verbatim: str) -> URIRef | None:
    """Return the address that a source gives for a licence, with its version and port; None where it gives none."""
    is_own = absolute(verbatim) and registry.normaliser()(verbatim).id == identifier
    return URIRef(iri(verbatim)) if is_own else None


def describe_unknown(add: Callable[..., None], subject: Node, verbatim: str, statement: Node) -> None:
    """Describe a licence that is not in the register, in words that other harvesters read.

    Args:
        add: Takes a node and pairs of a predicate and its object.
        statement: The node that holds words.
    """
    if absolute(verbatim):
        add(subject, (DCTERMS.license, URIRef(iri(verbatim))))
        add(URIRef(iri(verbatim)), (RDF.type, DCTERMS.LicenseDocument))
    else:
        add(subject, (DCTERMS.rights, statement))
        add(statement, (RDF.type, DCTERMS.RightsStatement), (RDFS.label, Literal(verbatim)))
