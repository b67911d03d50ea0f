"""Read an RDF document in whatever syntax it is written."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher
from ckanext.nxopendata.harvest.formats.rdf.contexts import inline_contexts, inline_head_contexts
from ckanext.nxopendata.harvest.formats.rdf.graphs import DiskGraph, Graph, MemoryGraph

DISK_FROM = 16 * 1024 * 1024
"""Bytes; larger documents are kept in a database on disk instead of in memory."""

MEDIA_TYPES: dict[str, ox.RdfFormat] = {
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "text/n3": ox.RdfFormat.N3,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}

SUFFIXES: dict[str, ox.RdfFormat] = {
    "rdf": ox.RdfFormat.RDF_XML,
    "xml": ox.RdfFormat.RDF_XML,
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "n3": ox.RdfFormat.N3,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def parse(document: Document, client: Fetcher | None = None) -> Graph:
    """Parse ``document``; its address is the base of relative references.

    Args:
        client: Reads the remote contexts of a JSON-LD document; without it they are refused.

    Raises:
        FormatError: Not RDF, broken off, or XML with a document type.
    """
    syntax = detect_syntax(document)
    if syntax is None:
        raise FormatError("format_not_recognised", url=document.url, media_type=document.media_type)
    body = text.to_utf8(document, xml=syntax == ox.RdfFormat.RDF_XML)
    if syntax == ox.RdfFormat.RDF_XML and text.has_doctype(body):
        raise FormatError("xml_doctype", url=document.url)
    if syntax == ox.RdfFormat.JSON_LD:
        inline = inline_contexts if document.size < DISK_FROM else inline_head_contexts
        body = inline(body, document.url, client)
    options: dict[str, Any] = {"format": syntax, "base_iri": document.url, "lenient": False}
    try:
        triples = ox.parse(body, **options)
        if syntax.supports_datasets:  # the names of the graphs say nothing of the datasets
            triples = (quad.triple for quad in triples)
        return (MemoryGraph if document.size < DISK_FROM else DiskGraph)(triples)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise FormatError(
            "rdf_broken", url=document.url, line=line or "?", reason=getattr(error, "msg", None) or str(error)
        ) from error


def detect_syntax(document: Document) -> ox.RdfFormat | None:
    """Detect the RDF syntax by media type, else by a look at the first bytes, else by the address's suffix."""
    if known := MEDIA_TYPES.get(document.media_type):
        return known
    head = text.decode_head(document.head()).lstrip("\ufeff \t\r\n")
    if head.startswith("<"):
        lowered = head[:4096].lower()
        if "<rdf:rdf" in lowered or "22-rdf-syntax-ns#" in lowered:
            return ox.RdfFormat.RDF_XML
        return ox.RdfFormat.N_TRIPLES if head.startswith(("<http", "<urn")) else None
    if head.startswith(("{", "[")):
        return ox.RdfFormat.JSON_LD if '"@' in head else None
    if head.lower().startswith(("@prefix", "@base", "prefix ", "base ", "#")):
        return ox.RdfFormat.TURTLE
    suffix = document.url.partition("?")[0].rpartition(".")[2].lower()
    return SUFFIXES.get(suffix) if not document.media_type.startswith(("text/html", "image/")) else None
