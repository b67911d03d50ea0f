"""DCAT catalogues in any RDF syntax, one document or Hydra pages.

A record is the description of one ``dcat:Dataset`` as a tree: CURIE -> list of values, where a value is a
string, ``{"@value", "@language"}``, ``{"@id"}`` or the tree of a node that belongs to the dataset. Values are
sorted and blank nodes have no labels, so that equal descriptions are equal JSON whatever their order or syntax.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, ClassVar, Protocol
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

from ckanext.nxopendata.harvest import text
from ckanext.nxopendata.harvest.errors import FetchError, FormatError, HarvestError, Problem
from ckanext.nxopendata.harvest.fetch import CHUNK, Document, Fetcher
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
INSIDE = PREFIXES["dcat"] + "catalog"
HOLDS = PREFIXES["dcat"] + "dataset"
DEEPEST_CATALOGUE = 5
RDF_TYPE = PREFIXES["rdf"] + "type"
HYDRA_NEXT = tuple(PREFIXES["hydra"] + name for name in ("next", "nextPage"))
HYDRA_TOTAL = PREFIXES["hydra"] + "totalItems"
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

DISK_FROM = 16 * 1024 * 1024
"""Bytes; larger documents are kept in a database on disk instead of in memory."""

ROWS = 2_000
"""Nodes that are written to it at once."""

ASKED = frozenset({RDF_TYPE, HYDRA_TOTAL, INSIDE, *HYDRA_NEXT})
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
        before, node = None, dict[str, Terms]()
        for quad in quads:
            subject = quad.subject
            if subject != before:  # what is said of one node mostly stands together
                before = subject
                node = {} if isinstance(subject, ox.Triple) else self._nodes.setdefault(key_of(subject), {})
            predicate = quad.predicate.value
            if predicate in node:
                node[predicate].append(quad.object)
            else:
                node[predicate] = [quad.object]

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
    """The same in a database on disk, for documents too large for memory.

    What the parser gives is written down node by node as it comes; a subject that occurs in several places has
    several rows. Memory does not grow with the document.
    """

    def __init__(self, quads: Iterable[Any]) -> None:
        self._folder = tempfile.mkdtemp(prefix="nx-harvest-")
        self._database = sqlite3.connect(f"{self._folder}/graph", isolation_level=None)
        try:
            self._load(quads)
        except BaseException:
            self.close()
            raise

    def _load(self, quads: Iterable[Any]) -> None:
        database = self._database
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -16000", "locking_mode = exclusive"):
            database.execute(f"PRAGMA {setting}")
        database.execute("CREATE TABLE node (subject TEXT, terms TEXT)")
        database.execute("CREATE TABLE asked (predicate TEXT, subject TEXT, term TEXT)")
        database.execute("BEGIN")
        rows, asked = list[tuple[str, str]](), list[tuple[str, str, str]]()
        for key, terms in itertools.groupby(_plain_subjects(quads), lambda quad: key_of(quad.subject)):
            node: dict[str, list[list[str]]] = {}
            for quad in terms:
                predicate, term = quad.predicate.value, _dumped(quad.object)
                node.setdefault(predicate, []).append(term)
                if predicate in ASKED:
                    asked.append((predicate, key, json.dumps(term)))
            rows.append((key, json.dumps(node, ensure_ascii=False)))
            if len(rows) >= ROWS:
                database.executemany("INSERT INTO node VALUES (?, ?)", rows)
                database.executemany("INSERT INTO asked VALUES (?, ?, ?)", asked)
                rows, asked = [], []
        database.executemany("INSERT INTO node VALUES (?, ?)", rows)
        database.executemany("INSERT INTO asked VALUES (?, ?, ?)", asked)
        database.execute("COMMIT")
        database.execute("CREATE INDEX by_subject ON node (subject)")

    def node(self, subject: str) -> Node | None:
        node: dict[str, Terms] = {}
        for (terms,) in self._database.execute("SELECT terms FROM node WHERE subject = ?", (subject,)):
            for predicate, objects in json.loads(terms).items():
                node.setdefault(predicate, []).extend(map(_loaded, objects))
        return node or None

    def of_type(self, type_iri: str) -> Iterator[str]:
        wanted = json.dumps(_dumped(ox.NamedNode(type_iri)))
        query = "SELECT subject, min(rowid) FROM asked WHERE predicate = ? AND term = ? GROUP BY subject ORDER BY 2"
        return (subject for subject, _ in self._database.execute(query, (RDF_TYPE, wanted)))

    def objects(self, predicate: str) -> Iterator[Any]:
        query = "SELECT term FROM asked WHERE predicate = ?"
        return (_loaded(json.loads(term)) for (term,) in self._database.execute(query, (predicate,)))

    def close(self) -> None:
        self._database.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _plain_subjects(quads: Iterable[Any]) -> Iterator[Any]:
    return (quad for quad in quads if not isinstance(quad.subject, ox.Triple))


def _dumped(term: Any) -> list[str]:
    """A term as JSON: an IRI, a blank node, a literal with language or datatype."""
    if isinstance(term, ox.NamedNode):
        return ["i", term.value]
    if isinstance(term, ox.BlankNode):
        return ["b", term.value]
    if isinstance(term, ox.Literal):
        return ["l", term.value, term.language] if term.language else ["l", term.value]
    return ["l", str(term)]


def _loaded(term: list[str]) -> Any:
    match term:
        case ["i", value]:
            return ox.NamedNode(value)
        case ["b", value]:
            return ox.BlankNode(value)
        case ["l", value, language]:
            return ox.Literal(value, language=language)
        case _:
            return ox.Literal(term[1])


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
        return (MemoryGraph if document.size < DISK_FROM else DiskGraph)(ox.parse(body, **options))
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
        terms, name = node[predicate], _CURIES.get(predicate) or curie(predicate)
        budget[0] -= len(terms)
        if budget[0] < 0:
            raise TooManyNodesError
        if name == "rdf:type":
            result["@type"] = sorted(curie(term.value) for term in terms if isinstance(term, ox.NamedNode))
            continue
        owned = name in OWNED and len(above) <= DEEPEST
        values = [
            term.value if type(term) is ox.Literal and not term.language else _value(graph, term, owned, above, budget)
            for term in terms
        ]
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


@dataclass(slots=True)
class _Walk:
    """What reading carries from page to page.

    :param asked: addresses that were asked for
    :param digests: of the documents that were read
    :param inside: catalogues that are still to be read, and how deep they stand
    :param total: datasets that the catalogues say they have; ``totals`` of them said it
    """

    reading: Reading
    asked: set[str]
    digests: set[str] = field(default_factory=set)
    inside: list[tuple[str, int]] = field(default_factory=list)
    total: int = 0
    totals: int = 0


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
        """Follow the Hydra pages from ``first``, then the catalogues in the catalogue that are on the same host.

        A page that cannot be read ends the reading of its catalogue with a doubt; what was read before it stays.

        :raises FormatError: the first document is not readable
        """
        walk = _Walk(reading, {reading.url, first.url})
        yield from self._catalogue(first, walk, 0)
        while walk.inside:
            url, depth = walk.inside.pop(0)
            if depth > DEEPEST_CATALOGUE:
                reading.flaw("page_loop", url, limit=reading.max_pages)
            elif url not in walk.asked and (page := reading.open(url, walk.asked, self.accept)):
                yield from self._catalogue(page, walk, depth)
        evidence = reading.evidence
        evidence.declared_total = walk.total if walk.totals else None
        evidence.closed = not evidence.doubts or set(evidence.doubts) <= {"record_without_identifier"}

    def _catalogue(self, first: Document, walk: _Walk, depth: int) -> Iterator[Record]:
        """The records of one catalogue, page by page."""
        reading, evidence = walk.reading, walk.reading.evidence
        total: int | None = None
        page: Document | None = first
        while page is not None:
            evidence.page(page)
            if page.sha256 in walk.digests:
                evidence.doubt("page_repeated")
                reading.report(Problem("page_repeated", "page", position=page.url))
                break
            walk.digests.add(page.sha256)
            try:
                graph = parse(page, reading.door)
            except HarvestError as error:
                if evidence.pages == 1:
                    raise
                evidence.doubt("page_unreadable")
                reading.report(Problem.of(error, "page", page.url))
                break
            finally:
                page.body.close()
            try:
                yield from self._records(graph, page.url, walk)
                total = _total(graph) if total is None else total
                evidence.declared_total = walk.total + (total or 0) if total is not None else None
                following = self._next(graph, page.url)
                self._note_catalogues(graph, page.url, walk, depth)
            finally:
                graph.close()
            page = reading.open(following, walk.asked, self.accept) if following else None
        if total is not None:
            walk.totals += 1
            walk.total += total

    def _records(self, graph: Graph, url: str, walk: _Walk) -> Iterator[Record]:
        for subject in graph.of_type(DATASET):
            try:
                raw = tree(graph, subject)
            except TooManyNodesError:
                guid = None if subject.startswith("_:") else subject
                yield Record(guid, {"@oversized": MOST_NODES}, url)
                continue
            if "dcat:DatasetSeries" in raw.get("@type", ()) and "dcat:distribution" not in raw:
                walk.total -= 1  # a series only holds its members together; they are records of their own
                continue
            if "dcat:Catalog" in raw.get("@type", ()):
                continue
            yield Record(self._guid(subject, raw), raw, raw.get("@id", url))

    def _note_catalogues(self, graph: Graph, url: str, walk: _Walk, depth: int) -> None:
        """Remember the catalogues in this one whose datasets this document does not hold."""
        for term in sorted(graph.objects(INSIDE), key=str):
            if not isinstance(term, ox.NamedNode) or HOLDS in (graph.node(term.value) or {}):
                continue
            address = term.value.partition("#")[0]
            if urlsplit(address)[:2] == urlsplit(url)[:2]:
                walk.inside.append((address, depth + 1))
            elif address not in walk.asked:
                walk.asked.add(address)
                walk.reading.report(Problem("catalogue_elsewhere", "page", position=address, refuses=False))

    def _guid(self, subject: str, raw: Mapping[str, Any]) -> str | None:
        """The IRI; for a blank node ``dct:identifier``. Without either there is no identifier."""
        if not subject.startswith("_:"):
            return subject
        for value in raw.get("dct:identifier", ()):
            plain = value if isinstance(value, str) else value.get("@value", "")
            if plain.strip():
                return plain.strip()
        return None

    def _next(self, graph: Graph, url: str) -> str | None:
        following = {urljoin(url, term.value) for name in HYDRA_NEXT for term in graph.objects(name)}
        following.discard(url)
        return min(following) if following else None


def _total(graph: Graph) -> int | None:
    """The number of datasets that a page says its catalogue has."""
    totals = [int(term.value) for term in graph.objects(HYDRA_TOTAL) if term.value.isdigit()]
    return max(totals) if totals else None


FORMAT = DcatFormat()
