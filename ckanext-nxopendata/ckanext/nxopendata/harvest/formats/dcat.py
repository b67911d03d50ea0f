"""DCAT catalogues in any RDF syntax, one document or Hydra pages.

A record is the description of one ``dcat:Dataset`` as a tree: CURIE -> list of values, where a value is a
string, ``{"@value", "@language"}``, ``{"@id"}`` or the tree of a node that belongs to the dataset. Values are
sorted and blank nodes have no labels, so that equal descriptions are equal JSON whatever their order or syntax.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, ClassVar, Protocol
from urllib.parse import urljoin

import pyoxigraph as ox

from ckanext.nxopendata.harvest import text
from ckanext.nxopendata.harvest.errors import FetchError, FormatError, HarvestError, Problem
from ckanext.nxopendata.harvest.fetch import Document, Fetcher
from ckanext.nxopendata.harvest.formats import Reading, Record

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
RDF_TYPE = PREFIXES["rdf"] + "type"
HYDRA_NEXT = tuple(PREFIXES["hydra"] + name for name in ("next", "nextPage"))
HYDRA_TOTAL = PREFIXES["hydra"] + "totalItems"
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

DISK_FROM = 48 * 1024 * 1024
"""Bytes; larger documents are kept in a graph store on disk instead of in memory."""

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

Terms = list[Any]
Node = Mapping[str, Terms]


class Graph(Protocol):
    """What is asked of a parsed document. Subjects are IRIs, or ``_:label`` for blank nodes."""

    def node(self, subject: str) -> Node | None: ...
    def of_type(self, type_iri: str) -> Iterator[str]: ...
    def objects(self, predicate: str) -> Iterator[Any]: ...
    def close(self) -> None: ...


def key_of(term: Any) -> str:
    """The subject key of a node."""
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value


class MemoryGraph:
    """A document as subject -> predicate -> objects."""

    def __init__(self, quads: Iterable[Any]) -> None:
        self._nodes: dict[str, dict[str, Terms]] = {}
        nodes = self._nodes
        for subject, predicate, obj, _graph in quads:
            if isinstance(subject, ox.Triple):
                continue
            key = key_of(subject)
            node = nodes.get(key)
            if node is None:
                node = nodes[key] = {}
            node.setdefault(predicate.value, []).append(obj)

    def node(self, subject: str) -> Node | None:
        return self._nodes.get(subject)

    def of_type(self, type_iri: str) -> Iterator[str]:
        wanted = ox.NamedNode(type_iri)
        return (key for key, node in self._nodes.items() if wanted in node.get(RDF_TYPE, ()))

    def objects(self, predicate: str) -> Iterator[Any]:
        return (obj for node in self._nodes.values() for obj in node.get(predicate, ()))

    def close(self) -> None:
        self._nodes = {}


class DiskGraph:
    """The same in a store on disk, for documents too large for memory."""

    def __init__(self, load: Callable[[ox.Store], None]) -> None:
        self._folder = tempfile.mkdtemp(prefix="nx-harvest-")
        try:
            self._store: Any = ox.Store(self._folder)
            load(self._store)
        except BaseException:
            self.close()
            raise

    def node(self, subject: str) -> Node | None:
        term = ox.BlankNode(subject[2:]) if subject.startswith("_:") else ox.NamedNode(subject)
        node: dict[str, Terms] = {}
        for quad in self._store.quads_for_pattern(term, None, None, None):
            node.setdefault(quad.predicate.value, []).append(quad.object)
        return node or None

    def of_type(self, type_iri: str) -> Iterator[str]:
        pattern = (None, ox.NamedNode(RDF_TYPE), ox.NamedNode(type_iri), None)
        return (key_of(quad.subject) for quad in self._store.quads_for_pattern(*pattern))

    def objects(self, predicate: str) -> Iterator[Any]:
        pattern = (None, ox.NamedNode(predicate), None, None)
        return (quad.object for quad in self._store.quads_for_pattern(*pattern))

    def close(self) -> None:
        self._store = None  # lets the store close its files
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
        body = _with_contexts(body, document.url, door)
    options: dict[str, Any] = {"format": syntax, "base_iri": document.url, "lenient": False}
    try:
        if document.size < DISK_FROM:
            return MemoryGraph(ox.parse(body, **options))
        return DiskGraph(lambda store: store.bulk_load(body, **options))
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


def tree(graph: Graph, subject: str) -> dict[str, Any]:
    """The description of ``subject`` and of the nodes it owns.

    :raises TooManyNodesError: it is too large to be one dataset
    """
    budget = [MOST_NODES]
    return _tree(graph, subject, graph.node(subject) or {}, frozenset(), budget)


def _tree(graph: Graph, subject: str, node: Node, above: frozenset[str], budget: list[int]) -> dict[str, Any]:
    result: dict[str, Any] = {} if subject.startswith("_:") else {"@id": subject}
    above = above | {subject}
    for predicate in sorted(node):
        terms, name = node[predicate], curie(predicate)
        budget[0] -= len(terms)
        if budget[0] < 0:
            raise TooManyNodesError
        if name == "rdf:type":
            result["@type"] = sorted(curie(term.value) for term in terms if isinstance(term, ox.NamedNode))
            continue
        owned = name in OWNED and len(above) <= DEEPEST
        values = [_value(graph, term, owned, above, budget) for term in terms]
        if len(values) > 1:
            values.sort(key=_order)
        result[name] = values
    return result


def _value(graph: Graph, term: Any, owned: bool, above: frozenset[str], budget: list[int]) -> Any:
    if isinstance(term, ox.Literal):
        if term.language:
            return {"@value": term.value, "@language": term.language.lower()}
        return term.value
    key = key_of(term)
    if (owned or isinstance(term, ox.BlankNode)) and key not in above and len(above) <= DEEPEST:
        node = graph.node(key)
        if node:
            return _tree(graph, key, node, above, budget)
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


class DcatFormat:
    """DCAT in RDF/XML, Turtle, N-Triples, N-Quads, TriG, N3 or JSON-LD."""

    name: ClassVar[str] = "dcat"
    accept: ClassVar[str] = (
        "text/turtle, application/rdf+xml;q=0.9, application/n-triples;q=0.9, application/ld+json;q=0.8, */*;q=0.1"
    )
    mapping: ClassVar[str] = "dcat"

    def recognises(self, document: Document) -> bool:
        return syntax_of(document) is not None

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Follow the Hydra pages from ``first``.

        A page that cannot be read ends the reading with a doubt; what was read before it stays.

        :raises FormatError: the first document is not readable
        """
        evidence = reading.evidence
        asked, digests = {reading.url, first.url}, set[str]()
        page: Document | None = first
        while page is not None:
            evidence.page(page)
            if page.sha256 in digests:
                evidence.doubt("page_repeated")
                reading.report(Problem("page_repeated", "page", position=page.url))
                return
            digests.add(page.sha256)
            try:
                graph = parse(page, reading.door)
            except HarvestError as error:
                if page is first:
                    raise
                evidence.doubt("page_unreadable")
                reading.report(Problem.of(error, "page", page.url))
                return
            finally:
                page.body.close()
            try:
                yield from self._records(graph, page.url, reading)
                following = self._next(graph, page.url, reading)
            finally:
                graph.close()
            page = reading.open(following, asked, self.accept) if following else None
        evidence.closed = not evidence.doubts or set(evidence.doubts) <= {"record_without_identifier"}

    def _records(self, graph: Graph, url: str, reading: Reading) -> Iterator[Record]:
        for subject in graph.of_type(DATASET):
            try:
                raw = tree(graph, subject)
            except TooManyNodesError:
                guid = None if subject.startswith("_:") else subject
                yield Record(guid, {"@oversized": MOST_NODES}, url)
                continue
            yield Record(self._guid(subject, raw), raw, raw.get("@id", url))

    def _guid(self, subject: str, raw: Mapping[str, Any]) -> str | None:
        """The IRI; for a blank node ``dct:identifier``. Without either there is no identifier."""
        if not subject.startswith("_:"):
            return subject
        for value in raw.get("dct:identifier", ()):
            plain = value if isinstance(value, str) else value.get("@value", "")
            if plain.strip():
                return plain.strip()
        return None

    def _next(self, graph: Graph, url: str, reading: Reading) -> str | None:
        for total in graph.objects(HYDRA_TOTAL):
            if total.value.isdigit():
                reading.evidence.declared_total = int(total.value)
        following = {urljoin(url, term.value) for name in HYDRA_NEXT for term in graph.objects(name)}
        following.discard(url)
        return min(following) if following else None


FORMAT = DcatFormat()
