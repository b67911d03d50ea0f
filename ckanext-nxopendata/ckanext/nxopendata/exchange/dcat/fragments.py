"""RDF that is kept: a dataset's triples as Turtle without prefixes, ready to be joined to a page.

Plain text work, no CKAN. The pieces have no blank nodes (see :mod:`.writer`), so a page is its head and the pieces
written one after the other; other syntaxes are made from that by pyoxigraph.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
from rdflib import Graph

from ckanext.nxopendata.exchange.dcat.iris import PREFIXES

NAMESPACES = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}
HEAD = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in NAMESPACES.items())

SYNTAXES = {
    "xml": ox.RdfFormat.RDF_XML,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "n3": ox.RdfFormat.N3,
    "ttl": ox.RdfFormat.TURTLE,
}
"""Ending of the address -> syntax, as ckanext-dcat offers them."""


def piece(graph: Graph, node: str = "") -> str:
    """A graph as Turtle that counts on the prefixes of :data:`HEAD`.

    Args:
        node: the IRI whose parts (``<node>#…``) get a short prefix of their own.
    """
    # Sorted, so that what is said of one node stands together and equal graphs are equal text.
    lines = "\n".join(sorted(graph.serialize(format="nt").splitlines()))
    prefixes = NAMESPACES | ({"this": f"{node}#"} if node else {})
    triples = (quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
    text = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes)
    assert text is not None  # noqa: S101  without an output argument it returns bytes
    kept = (line for line in text.decode().split("\n") if not line.startswith("@prefix ") or "@prefix this:" in line)
    return "\n".join(kept)


def page(pieces: Iterable[str], syntax: str) -> str:
    """A document of pieces.

    Args:
        pieces: of :func:`piece`.
        syntax: a key of :data:`SYNTAXES`.
    """
    text = HEAD + "".join(pieces)
    if SYNTAXES[syntax] in (ox.RdfFormat.TURTLE, ox.RdfFormat.N3):
        return text
    triples = {quad.triple: None for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)}
    document = ox.serialize(triples, format=SYNTAXES[syntax], prefixes=NAMESPACES)
    assert document is not None  # noqa: S101  the same
    return document.decode()
