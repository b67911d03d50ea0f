"""Code lists as SKOS concept schemes and as CSV. Plain module.

The addresses are stable: a list is ``/codelist/<list>``, a code ``/codelist/<list>/<code>``. A retired code
keeps its address and says ``owl:deprecated``.
"""

from __future__ import annotations

from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.exchange.dcat import iris

COLUMNS = ("code", "label_zh", "label_en", "parent", "status")
LIFE = ("successor", "valid_from", "retired_on")
"""Columns that a file has only when one of its codes has them."""


def scheme(name: str, links: iris.Links) -> Graph:
    """The whole list.

    Raises:
        KeyError: there is no such list.
    """
    graph = Graph(bind_namespaces="core")
    for prefix, namespace in {"dct": DCTERMS, "skos": SKOS, "owl": OWL}.items():
        graph.bind(prefix, namespace)
    entries = codelists.load(name)
    node = links.scheme(name)
    graph.add((node, RDF.type, SKOS.ConceptScheme))
    for language, title in codelists.titles()[name].items():
        graph.add((node, DCTERMS.title, Literal(title, language)))
    for code, entry in entries.items():
        concept = links.concept(name, code)
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.inScheme, node))
        graph.add((concept, SKOS.notation, Literal(code)))
        graph.add((concept, SKOS.prefLabel, Literal(entry.label_zh, "zh")))
        if entry.label_en:
            graph.add((concept, SKOS.prefLabel, Literal(entry.label_en, "en")))
        if entry.parent:
            graph.add((concept, SKOS.broader, links.concept(name, entry.parent)))
            graph.add((links.concept(name, entry.parent), SKOS.narrower, concept))
        else:
            graph.add((node, SKOS.hasTopConcept, concept))
            graph.add((concept, SKOS.topConceptOf, node))
        if entry.status == codelists.RETIRED:
            graph.add((concept, OWL.deprecated, Literal(True)))
        if entry.successor:
            graph.add((concept, DCTERMS.isReplacedBy, links.concept(name, entry.successor)))
    return graph


def concept(name: str, code: str, links: iris.Links) -> Graph:
    """One code with its broader and narrower ones.

    Raises:
        KeyError: there is no such list or code.
    """
    codelists.load(name)[code]
    whole, node = scheme(name, links), links.concept(name, code)
    graph = Graph(bind_namespaces="core")
    for prefix, namespace in whole.namespaces():
        graph.bind(prefix, namespace)
    for triple in whole.triples((node, None, None)):
        graph.add(triple)
    return graph


def as_csv(name: str) -> str:
    """The list as a file of ``schemas/codelists``: the columns :data:`COLUMNS`, and those of :data:`LIFE` in use.

    Raises:
        KeyError: there is no such list.
    """
    entries = codelists.load(name).values()
    columns = (*COLUMNS, *(column for column in LIFE if any(getattr(entry, column) for entry in entries)))
    rows = [columns, *([getattr(entry, column) for column in columns] for entry in entries)]
    return "".join(csv_out.write(rows, bom=False))
