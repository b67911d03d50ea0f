"""Read an RDF document in whatever syntax it is written."""

from __future__ import annotations

import re
from typing import IO

import pyoxigraph as ox

from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import CHUNK, Document, Fetcher
from ckanext.nxopendata.harvest.formats import nesting, salvage
from ckanext.nxopendata.harvest.formats.rdf.contexts import (
    inline_contexts,
    inline_head_contexts,
    lacks_context,
    linked_context,
)
from ckanext.nxopendata.harvest.formats.rdf.graphs import DiskGraph, Graph, MemoryGraph
from ckanext.nxopendata.harvest.formats.rdf.mending import Repairs, has_open_iri, read_pieces

DISK_FROM = 16 * 1024 * 1024
"""Bytes; larger documents are kept in a database on disk instead of in memory."""

NESTING = frozenset({ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.N3})
"""Syntaxes whose nodes stand in each other; JSON-LD is measured where its contexts are read."""

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
    graph = _parse(document, client)
    repairs = graph.repairs
    if repairs.mended and document.size <= salvage.MOST_BYTES:
        body = text.to_utf8(document)
        body.seek(0)
        repairs.lines = salvage.find_lines(body.read().decode("utf-8", "replace"), repairs.mended)
    return graph


def _parse(document: Document, client: Fetcher | None) -> Graph:
    syntax = detect_syntax(document)
    if syntax is None:
        raise FormatError("format_not_recognised", url=document.url, media_type=document.media_type)
    body = text.to_utf8(document, xml=syntax == ox.RdfFormat.RDF_XML)
    if syntax == ox.RdfFormat.RDF_XML and text.has_doctype(body):
        raise FormatError("xml_doctype", url=document.url)
    if syntax in NESTING:
        nesting.refuse_deep(body, document.url, code="rdf_broken")
    if syntax == ox.RdfFormat.JSON_LD:
        linked = linked_context(document.headers.get("link", ""))
        if lacks_context(text.decode_head(document.head(CHUNK))) and not linked:
            raise FormatError("context_missing", url=document.url)
        try:
            if document.size < DISK_FROM:
                body = inline_contexts(body, document.url, client, linked)
            else:
                body = inline_head_contexts(body, document.url, client)
        except FormatError as error:
            if error.code != "json_broken":
                raise
            return _read_pieces(document, body, syntax, error)
    try:
        # A strict parser drops what is no IRI or language tag from JSON-LD without a word.
        return _load(document, body, syntax, lenient=syntax == ox.RdfFormat.JSON_LD)
    except (SyntaxError, ValueError):
        pass
    try:
        if syntax in NESTING and document.size <= salvage.MOST_BYTES:
            body.seek(0)
            if has_open_iri(body.read().decode("utf-8", "replace")):
                raise ValueError("an address does not end in its line")
        return _load(document, body, syntax, lenient=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or _line_in(str(error))
        reason = getattr(error, "msg", None) or str(error)
        broken = FormatError("rdf_broken", url=document.url, line=line, reason=reason)
        broken.__cause__ = error
        return _read_pieces(document, body, syntax, broken)


def _load(document: Document, body: IO[bytes], syntax: ox.RdfFormat, *, lenient: bool) -> Graph:
    """Parse a document.

    Args:
        lenient: What is no IRI or language tag comes through and is mended; else it is an error.
    """
    body.seek(0)
    triples = ox.parse(body, format=syntax, base_iri=document.url, lenient=lenient)
    if syntax.supports_datasets:  # the names of the graphs say nothing of the datasets
        triples = (quad.triple for quad in triples)
    return (MemoryGraph if document.size < DISK_FROM else DiskGraph)(triples, Repairs(needed=lenient))


def _line_in(message: str) -> str:
    found = re.search(r"\bline (\d+)|\b(\d+):\d+\b", message)
    return (found[1] or found[2]) if found else "?"


def _read_pieces(document: Document, body: IO[bytes], syntax: ox.RdfFormat, error: FormatError) -> Graph:
    """Read a broken document piece by piece.

    Raises:
        FormatError: ``error``, when no piece can be read or the document is too large for this.
    """
    if document.size > salvage.MOST_BYTES:
        raise error
    body.seek(0)
    content = body.read().decode("utf-8", "replace")
    repairs = Repairs()
    triples = read_pieces(content, syntax, document.url, repairs)
    graph = MemoryGraph(iter(triples), repairs)
    if next(graph.datasets(), None) is None:
        if repairs.broken and error.params.get("line") == "?":
            line, reason = repairs.broken[0]
            raise FormatError("rdf_broken", url=document.url, line=line, reason=reason) from error
        raise error
    if not repairs.broken and not repairs.mended:
        repairs.broken.append((error.params.get("line", "?"), str(error.params.get("reason", ""))))
    return graph


_STATEMENT = re.compile(
    r"(?:#[^\n]*\n|\s+)*+(?:<[a-z][a-z0-9+.-]*:[^>\n]*>|_:\S+)[ \t]+<[^>\n]*>[ \t]+"
    r"""(?:<[^>\n]*>|_:\S+|"(?:[^"\\\n]|\\.)*"(?:@[\w-]+|\^\^<[^>\n]*>)?)"""
    r"(?:[ \t]+(?:<[^>\n]*>|_:\S+))?[ \t]*\.[ \t\r]*\n"
)
"""A line of N-Triples or N-Quads, which may speak of the namespace of RDF/XML."""


def detect_syntax(document: Document) -> ox.RdfFormat | None:
    """Detect the RDF syntax by media type, else by a look at the first bytes, else by the address's suffix."""
    if known := MEDIA_TYPES.get(document.media_type):
        return known
    head = text.decode_head(document.head()).lstrip("\ufeff \t\r\n")
    if _STATEMENT.match(head):
        return ox.RdfFormat.N_QUADS  # every line of N-Triples is one of N-Quads
    if head.startswith("<"):
        lowered = head[:4096].lower()
        if "<rdf:rdf" in lowered or "22-rdf-syntax-ns#" in lowered:
            return ox.RdfFormat.RDF_XML
        return ox.RdfFormat.N_TRIPLES if head.startswith(("<http", "<urn")) else None
    if head.startswith(("{", "[")):
        is_linked = bool(linked_context(document.headers.get("link", "")))
        return ox.RdfFormat.JSON_LD if '"@' in head or is_linked else None
    if head.lower().startswith(("@prefix", "@base", "prefix ", "base ", "#")):
        return ox.RdfFormat.TURTLE
    suffix = document.url.partition("?")[0].rpartition(".")[2].lower()
    return SUFFIXES.get(suffix) if not document.media_type.startswith(("text/html", "image/")) else None
