"""RDF documents as the descriptions of their datasets.

A description is a tree: CURIE -> list of values, where a value is a string, ``{"@value", "@language"}``, ``{"@id"}``
or the tree of a node that belongs to the dataset. Values are sorted and blank nodes have no labels, so that equal
descriptions are equal JSON whatever their order or syntax.

A document is kept as lines of N-Triples, not as terms: whether a description has changed is told by its lines, and
only of a changed one the tree is built.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import IO, Any, Protocol
from urllib.parse import urljoin

import pyoxigraph as ox

from ckanext.nxopendata.harvest.errors import FetchError, FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import CHUNK, Document, Fetcher

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "nx": "https://data.nx.example/ns/catalogue#",
    "odrs": "http://schema.theodi.org/odrs#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

OWNED = frozenset(
    {
        "adms:identifier",
        "dcat:contactPoint",
        "dcat:distribution",
        "dcat:theme",
        "dct:accrualPeriodicity",
        "dct:creator",
        "dct:format",
        "dct:license",
        "dct:publisher",
        "dct:rights",
        "dct:spatial",
        "dct:temporal",
        "nx:item",
        "spdx:checksum",
        "time:hasBeginning",
        "time:hasEnd",
        "vcard:hasEmail",
        "vcard:hasTelephone",
    }
)
"""Predicates whose object is described as part of the dataset; all others stay references."""

DEEPEST = 4
MOST_NODES = 20_000
"""A single dataset with more nodes than this is refused rather than expanded."""

DATASET = PREFIXES["dcat"] + "Dataset"
INSIDE = PREFIXES["dcat"] + "catalog"
HYDRA_NEXT = tuple(PREFIXES["hydra"] + name for name in ("next", "nextPage"))
HYDRA_TOTAL = PREFIXES["hydra"] + "totalItems"

DISK_FROM = 16 * 1024 * 1024
"""Bytes; larger documents are kept in a database on disk instead of in memory."""

TRIPLES = 50_000
"""Written as N-Triples at once."""

ASKED = (HYDRA_TOTAL, INSIDE, *HYDRA_NEXT)
"""Predicates that are looked up without knowing their subject."""

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

Lines = list[bytes]
"""What is said of one node: ``<predicate> object`` in N-Triples."""

Terms = list[Any]
Nodes = dict[str, dict[str, Terms]]
"""Subject -> predicate -> objects. Subjects are IRIs, or ``_:label`` for blank nodes."""


class Graph(Protocol):
    """What is asked of a parsed document. Subjects are terms of N-Triples: ``<iri>`` or ``_:label``."""

    def lines(self, subject: bytes) -> Lines | None: ...
    def datasets(self) -> Iterator[bytes]: ...
    def asked(self) -> Lines: ...
    def close(self) -> None: ...


def token(iri: str) -> bytes:
    """An IRI as a term of N-Triples."""
    return f"<{iri}>".encode()


def iri(subject: bytes) -> str | None:
    """The IRI of a subject; None of a blank node."""
    return None if subject.startswith(b"_") else subject[1:-1].decode()


def begins(predicate: str) -> bytes:
    """What the lines with this predicate begin with."""
    return b"%s " % token(predicate)


def is_a(type_iri: str) -> bytes:
    """The line that says that a node is of this type."""
    return begins(PREFIXES["rdf"] + "type") + token(type_iri)


QUOTE = ord('"')
IS_DATASET = is_a(DATASET)
_ASKED = tuple(map(begins, ASKED))
_OWNED = frozenset(token(PREFIXES[prefix] + name) for prefix, _, name in (key.partition(":") for key in OWNED))


def objects(graph: Graph, *predicates: str) -> list[Any]:
    """The objects of predicates of :data:`ASKED`, whatever their subjects."""
    wanted = tuple(map(begins, predicates))
    lines = (b"_:x %s ." % line for line in graph.asked() if line.startswith(wanted))
    return [quad.object for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES)]


def _written(triples: Iterator[Any]) -> Iterator[list[bytes]]:
    """The document as lines ``subject predicate object``, part by part."""
    while part := ox.serialize(itertools.islice(triples, TRIPLES), format=ox.RdfFormat.N_TRIPLES):
        yield part[:-3].split(b" .\n")


def _gather(lines: list[bytes], nodes: dict[bytes, Lines], asked: Lines) -> None:
    """Put the lines under their subjects, and those of :data:`ASKED` beside them as well."""
    for line in lines:
        subject, _, said = line.partition(b" ")
        if subject in nodes:
            nodes[subject].append(said)
        else:
            nodes[subject] = [said]
        if said.startswith(_ASKED):
            asked.append(said)


class MemoryGraph:
    """A document as subject -> lines."""

    def __init__(self, triples: Iterator[Any]) -> None:
        self._nodes: dict[bytes, Lines] = {}
        self._asked: Lines = []
        for part in _written(triples):
            _gather(part, self._nodes, self._asked)

    def lines(self, subject: bytes) -> Lines | None:
        return self._nodes.get(subject)

    def datasets(self) -> Iterator[bytes]:
        return (subject for subject, lines in self._nodes.items() if IS_DATASET in lines)

    def asked(self) -> Lines:
        return self._asked

    def close(self) -> None:
        self._nodes = {}


class DiskGraph:
    """The same in a database on disk, for documents too large for memory.

    What the parser gives is written down as it comes; a subject that occurs in several places has several rows.
    Memory does not grow with the document.
    """

    def __init__(self, triples: Iterator[Any]) -> None:
        self._folder = tempfile.mkdtemp(prefix="nx-harvest-")
        self._database = sqlite3.connect(f"{self._folder}/graph", isolation_level=None)
        self._asked: Lines = []
        try:
            self._load(triples)
        except BaseException:
            self.close()
            raise

    def _load(self, triples: Iterator[Any]) -> None:
        database = self._database
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -16000", "locking_mode = exclusive"):
            database.execute(f"PRAGMA {setting}")
        database.execute("CREATE TABLE node (subject BLOB, lines BLOB)")
        database.execute("CREATE TABLE dataset (subject BLOB)")
        database.execute("BEGIN")
        for part in _written(triples):
            nodes: dict[bytes, Lines] = {}
            _gather(part, nodes, self._asked)
            database.executemany("INSERT INTO node VALUES (?, ?)", ((k, b"\n".join(v)) for k, v in nodes.items()))
            datasets = ((subject,) for subject, lines in nodes.items() if IS_DATASET in lines)
            database.executemany("INSERT INTO dataset VALUES (?)", datasets)
        database.execute("COMMIT")
        database.execute("CREATE INDEX by_subject ON node (subject)")

    def lines(self, subject: bytes) -> Lines | None:
        rows = self._database.execute("SELECT lines FROM node WHERE subject = ? ORDER BY rowid", (subject,))
        return [line for (lines,) in rows for line in lines.split(b"\n")] or None

    def datasets(self) -> Iterator[bytes]:
        query = "SELECT subject FROM dataset GROUP BY subject ORDER BY min(rowid)"
        return (subject for (subject,) in self._database.execute(query))

    def asked(self) -> Lines:
        return self._asked

    def close(self) -> None:
        self._database.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def parse(document: Document, door: Fetcher | None = None) -> Graph:
    """The graph of ``document``; its address is the base of relative references.

    :param door: reads the remote contexts of a JSON-LD document; without it they are refused
    :raises FormatError: not RDF, broken off, or XML with a document type
    """
    syntax = syntax_of(document)
    if syntax is None:
        raise FormatError("format_not_recognised", url=document.url, media_type=document.media_type)
    body = text.as_utf8(document, xml=syntax == ox.RdfFormat.RDF_XML)
    if syntax == ox.RdfFormat.RDF_XML and text.has_doctype(body):
        raise FormatError("xml_doctype", url=document.url)
    if syntax == ox.RdfFormat.JSON_LD:
        inline = _with_contexts if document.size < DISK_FROM else _with_context_of_head
        body = inline(body, document.url, door)
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


def syntax_of(document: Document) -> ox.RdfFormat | None:
    """The RDF syntax by media type, else by a look at the first bytes, else by the address's suffix."""
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


def _with_contexts(body: IO[bytes], url: str, door: Fetcher | None) -> IO[bytes]:
    """Put the remote contexts of a JSON-LD document inside it.

    :raises FormatError: not JSON, or a context that cannot be read
    """
    try:
        data = json.load(body)
    except (ValueError, RecursionError) as error:
        raise FormatError(
            "json_broken", url=url, line=getattr(error, "lineno", "?"), reason=getattr(error, "msg", "")
        ) from error
    if not _inline_contexts(data, url, door, depth=0):
        body.seek(0)
        return body
    inlined = tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115  freed with the graph
    inlined.write(json.dumps(data, ensure_ascii=False).encode())
    inlined.seek(0)
    return inlined


_CONTEXT = re.compile(rb'"@context"\s*:\s*')


def _with_context_of_head(body: IO[bytes], url: str, door: Fetcher | None) -> IO[bytes]:
    """The same for a document that is too large to be read whole: its context must stand at its beginning.

    :raises FormatError: a context that cannot be read
    """
    body.seek(0)
    head = body.read(CHUNK)
    found = _CONTEXT.search(head)
    if not found:
        body.seek(0)
        return body
    rest = head[found.end() :].decode("utf-8", errors="ignore")
    try:
        context, end = json.JSONDecoder().raw_decode(rest)
    except ValueError as error:
        raise FormatError("context_unreadable", url=url) from error
    data = {"@context": context}
    if not _inline_contexts(data, url, door, depth=0):
        body.seek(0)
        return body
    inlined = tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115  freed with the graph
    inlined.write(head[: found.end()] + json.dumps(data["@context"], ensure_ascii=False).encode())
    body.seek(found.end() + len(rest[:end].encode()))
    shutil.copyfileobj(body, inlined)
    inlined.seek(0)
    return inlined


def _inline_contexts(data: Any, url: str, door: Fetcher | None, depth: int) -> bool:
    """Only the contexts at the top are remote in practice; deeper ones are refused by the parser."""
    changed = False
    for item in data if isinstance(data, list) else [data]:
        if not isinstance(item, dict) or "@context" not in item:
            continue
        contexts = item["@context"] if isinstance(item["@context"], list) else [item["@context"]]
        inlined: list[Any] = []
        for context in contexts:
            if isinstance(context, str):
                changed = True
                loaded = _load_context(urljoin(url, context), door, depth)
                inlined.extend(loaded if isinstance(loaded, list) else [loaded])
            else:
                inlined.append(context)
        item["@context"] = inlined
    return changed


def _load_context(url: str, door: Fetcher | None, depth: int) -> Any:
    if door is None or depth > 2:
        raise FormatError("context_unreadable", url=url)
    try:
        with door.get(url, accept="application/ld+json, application/json;q=0.9") as document:
            data = json.load(document.body)
    except (FetchError, ValueError) as error:
        raise FormatError("context_unreadable", url=url) from error
    _inline_contexts(data, url, door, depth + 1)
    return data.get("@context", {}) if isinstance(data, dict) else {}


class TooManyNodesError(Exception):
    """A dataset owns more nodes than :data:`MOST_NODES`."""


class Description(Mapping[str, Any]):
    """What a graph says of a subject and of the nodes it owns: a tree that is built when it is looked at.

    Does not need the graph once it is made.

    :param lines: what the graph says of the subject itself
    :ivar canonical: equal for equal descriptions, whatever the order of their statements and the labels of their
        blank nodes
    :raises TooManyNodesError: it is too large to be one dataset
    """

    def __init__(self, graph: Graph, subject: bytes, lines: Lines) -> None:
        self.subject = subject
        self._owned: dict[bytes, Lines] = {}
        self._budget = MOST_NODES
        self.canonical = self._told(graph, subject, lines, frozenset())

    def _told(self, graph: Graph, subject: bytes, lines: Lines, above: frozenset[bytes]) -> bytes:
        """The lines in order, those that lead to owned nodes with what is said of these."""
        self._budget -= len(lines)
        if self._budget < 0:
            raise TooManyNodesError
        self._owned[subject] = lines
        above = above | {subject}
        told = []
        for line in lines:
            if line[-1] == QUOTE:  # most are plain texts, which lead nowhere
                told.append(line)
                continue
            predicate, _, term = line.partition(b" ")
            blank = term.startswith(b"_")
            if (blank or predicate in _OWNED) and term not in above and len(above) <= DEEPEST:
                node = graph.lines(term)
                if node:
                    told.append(b"%s %s" % (predicate, self._told(graph, term, node, above)))
                    continue
            told.append(predicate if blank else line)
        told.sort()
        return b"%s{%s}" % (b"" if subject.startswith(b"_") else subject, b"\n".join(told))

    @cached_property
    def tree(self) -> dict[str, Any]:
        lines = (b"%s %s ." % (subject, line) for subject, lines in self._owned.items() for line in lines)
        nodes: Nodes = {}
        for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES):
            nodes.setdefault(_key(quad.subject), {}).setdefault(quad.predicate.value, []).append(quad.object)
        return _tree(nodes, iri(self.subject) or self.subject.decode(), frozenset())

    def __getitem__(self, key: str) -> Any:
        return self.tree[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tree)

    def __len__(self) -> int:
        return len(self.tree)


def _key(term: Any) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value


def _tree(nodes: Nodes, subject: str, above: frozenset[str]) -> dict[str, Any]:
    result: dict[str, Any] = {} if subject.startswith("_:") else {"@id": subject}
    node, above = nodes.get(subject, {}), above | {subject}
    for predicate in sorted(node):
        terms, name = node[predicate], curie(predicate)
        if name == "rdf:type":
            result["@type"] = sorted(curie(term.value) for term in terms if isinstance(term, ox.NamedNode))
            continue
        values = [_value(nodes, term, name in OWNED, above) for term in terms]
        if len(values) > 1:
            values.sort(key=_order)
        result[name] = values
    return result


def _value(nodes: Nodes, term: Any, owned: bool, above: frozenset[str]) -> Any:
    if isinstance(term, ox.Literal):
        return {"@value": term.value, "@language": term.language.lower()} if term.language else term.value
    if isinstance(term, ox.Triple):
        return str(term)
    key = _key(term)
    if (owned or isinstance(term, ox.BlankNode)) and key not in above and len(above) <= DEEPEST and key in nodes:
        return _tree(nodes, key, above)
    return {} if isinstance(term, ox.BlankNode) else {"@id": key}


def _order(value: Any) -> str:
    """A key that depends on the content alone: trees are built with their keys in order."""
    return value if isinstance(value, str) else repr(value)


_CURIES: dict[str, str] = {}


def curie(iri: str) -> str:
    """``prefix:name`` for the namespaces of :data:`PREFIXES`, the IRI itself otherwise."""
    found = _CURIES.get(iri)
    if found is None:
        found = iri
        for prefix, namespace in PREFIXES.items():
            if iri.startswith(namespace):
                found = f"{prefix}:{iri[len(namespace) :]}"
                break
        if len(_CURIES) < 10_000:
            _CURIES[iri] = found
    return found
