"""DCAT catalogues in any RDF syntax, one document or Hydra pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pyoxigraph as ox

from ckanext.nxopendata.harvest.errors import HarvestError, Problem
from ckanext.nxopendata.harvest.fetching import addresses
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import READ_TO_THE_END, Reading, Record
from ckanext.nxopendata.harvest.formats.rdf import descriptions, graphs, parsing, vocabulary

DEEPEST_CATALOGUE = 5
HOLDS = vocabulary.line_start(vocabulary.PREFIXES["dcat"] + "dataset")
HAS_FILE = vocabulary.line_start(vocabulary.PREFIXES["dcat"] + "distribution")
IS_CATALOGUE = vocabulary.type_line(vocabulary.PREFIXES["dcat"] + "Catalog")
LISTS = tuple(map(vocabulary.line_start, vocabulary.LISTS))
TYPE = vocabulary.line_start(vocabulary.PREFIXES["rdf"] + "type")
MOST_NAMED = 100
IS_SERIES = vocabulary.type_line(vocabulary.PREFIXES["dcat"] + "DatasetSeries")


@dataclass(slots=True)
class _Walk:
    """What reading carries from page to page.

    Attributes:
        requested: Addresses that were asked for.
        digests: Of the documents that were read.
        inside: Catalogues that are still to be read, and how deep they stand.
        total: Datasets that the catalogues say they have; ``totals`` of them said it.
        described: Hashes of the subjects that were described.
        undescribed: Datasets that were listed only, and the page that lists them.
    """

    reading: Reading
    requested: set[str]
    digests: set[str] = field(default_factory=set)
    inside: list[tuple[str, int]] = field(default_factory=list)
    total: int = 0
    totals: int = 0
    described: set[int] = field(default_factory=set)
    undescribed: dict[bytes, str] = field(default_factory=dict)

    def list_dataset(self, subject: bytes, page: str) -> None:
        """Note a dataset that a page lists and does not describe; another page may."""
        if hash(subject) not in self.described:
            self.undescribed.setdefault(subject, page)

    def describe(self, subject: bytes) -> None:
        """Note that a dataset is described."""
        self.described.add(hash(subject))
        if self.undescribed:
            self.undescribed.pop(subject, None)


class DcatFormat:
    """DCAT in RDF/XML, Turtle, N-Triples, N-Quads, TriG, N3 or JSON-LD."""

    name: ClassVar[str] = "dcat"
    accept: ClassVar[str] = (
        "text/turtle, application/rdf+xml;q=0.9, application/n-triples;q=0.9, application/ld+json;q=0.8, */*;q=0.1"
    )
    mapping: ClassVar[str] = "dcat"

    def recognises(self, document: Document) -> bool:
        return parsing.detect_syntax(document) is not None

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Follow the Hydra pages from ``first``, then the catalogues in the catalogue that are on the same host.

        A page that cannot be read ends the reading of its catalogue, which then is not complete; what was read before
        it stays.

        Raises:
            FormatError: The first document is not readable.
        """
        walk = _Walk(reading, {reading.url, first.url})
        yield from self._catalogue(first, walk, 0)
        while walk.inside:
            url, depth = walk.inside.pop(0)
            if depth > DEEPEST_CATALOGUE:
                reading.add_issue("catalogue_too_deep", url, limit=DEEPEST_CATALOGUE)
            elif url not in walk.requested and (page := reading.open(url, walk.requested, self.accept)):
                yield from self._catalogue(page, walk, depth)
        completeness = reading.completeness
        completeness.declared_total = walk.total if walk.totals else None
        for subject, page in list(walk.undescribed.items())[:MOST_NAMED]:
            reading.add_issue("listed_not_described", page, name=vocabulary.iri(subject) or "")
        completeness.closed = set(completeness.issues) <= READ_TO_THE_END

    def _catalogue(self, first: Document, walk: _Walk, depth: int) -> Iterator[Record]:
        """Yield the records of one catalogue, page by page."""
        reading, completeness = walk.reading, walk.reading.completeness
        total: int | None = None
        page: Document | None = first
        while page is not None:
            completeness.add_page(page)
            if page.sha256 in walk.digests:
                completeness.add_issue("page_repeated")
                reading.report(Problem("page_repeated", "page", position=page.url))
                break
            walk.digests.add(page.sha256)
            try:
                graph = parsing.parse(page, reading.client)
            except HarvestError as error:
                if completeness.pages == 1:
                    raise
                completeness.add_issue("page_unreadable")
                reading.report(Problem.from_error(error, "page", page.url))
                break
            finally:
                page.body.close()
            self._report_repairs(graph, page, walk)
            try:
                following = _next(graph, page.url)
                with reading.ahead(following, walk.requested, self.accept):
                    yield from self._records(graph, page.url, walk)
                total = _total(graph) if total is None else total
                completeness.declared_total = walk.total + (total or 0) if total is not None else None
                self._note_catalogues(graph, page.url, walk, depth)
            finally:
                graph.close()
            page = reading.open(following, walk.requested, self.accept) if following else None
        if total is not None:
            walk.totals += 1
            walk.total += total

    def _records(self, graph: graphs.Graph, url: str, walk: _Walk) -> Iterator[Record]:
        listed = {_as_subject(line.partition(b" ")[2]) for line in graph.looked_up() if line.startswith(LISTS)} - {b""}
        mentioned: set[bytes] | None = None
        for subject in itertools.chain(graph.datasets(), sorted(listed)):
            if hash(subject) in walk.described and subject in listed:
                continue  # was yielded as a typed one
            own = graph.lines(subject) or []
            if IS_SERIES in own and not any(line.startswith(HAS_FILE) for line in own):
                walk.total -= 1  # a series only holds its members together; they are records of their own
                walk.describe(subject)
                continue
            if IS_CATALOGUE in own:
                walk.describe(subject)
                continue
            if all(line.startswith(TYPE) for line in own):
                if subject in listed:
                    if subject.startswith(b"<"):
                        walk.list_dataset(subject, url)
                    continue
                mentioned = graph.objects() if mentioned is None else mentioned
                if subject in mentioned:
                    continue  # another record speaks of it; it is none itself
            if subject in listed:
                walk.describe(subject)
            if graph.repairs.broken and _lacks_files(graph, own):
                graph.repairs.broken.append(("?", f"files of {subject.decode()}"))
                walk.reading.completeness.add_issue("records_unreadable")
                name = subject.decode().strip("<>")
                walk.reading.report(Problem("record_incomplete", "page", position=url, params={"name": name}))
                continue
            iri = vocabulary.iri(subject)
            if iri and "%20http" in iri:  # two addresses in one
                iri = None
            try:
                description = descriptions.Description(graph, subject, own)
            except descriptions.TooManyNodesError:
                yield Record(iri, {"@oversized": descriptions.MOST_NODES}, url)
                continue
            guid = iri or _identifier(description)
            yield Record(guid, description, iri or url, canonical=description.canonical)

    def _report_repairs(self, graph: graphs.Graph, page: Document, walk: _Walk) -> None:
        """Say what was mended in a page, and which of its records are not read."""
        repairs, reading = graph.repairs, walk.reading
        for line, reason in repairs.broken[:MOST_NAMED]:
            reading.completeness.add_issue("records_unreadable")
            facts = {"url": page.url, "line": line, "reason": reason}
            reading.report(Problem("record_broken", "page", position=f"{page.url}#line={line}", params=facts))
        found = set[str]()
        for value, line in dict.fromkeys(itertools.zip_longest(repairs.mended, repairs.lines)):
            if line is None and value in found:
                continue  # one value that several statements repeat
            found.add(value)
            position = f"{page.url}#line={line}" if line else page.url
            reading.report(Problem("value_mended", "page", position=position, params={"value": value}, refuses=False))

    def _note_catalogues(self, graph: graphs.Graph, url: str, walk: _Walk, depth: int) -> None:
        """Remember the catalogues in this one whose datasets this document does not hold."""
        for term in sorted(graphs.find_objects(graph, vocabulary.INSIDE), key=str):
            if not isinstance(term, ox.NamedNode):
                continue
            if any(line.startswith(HOLDS) for line in graph.lines(vocabulary.token(term.value)) or ()):
                continue
            address = term.value.partition("#")[0]
            if addresses.origin_of(address) == addresses.origin_of(url):
                walk.inside.append((address, depth + 1))
            elif address not in walk.requested:
                walk.requested.add(address)
                walk.reading.report(Problem("catalogue_elsewhere", "page", position=address, refuses=False))


_ADDRESS = re.compile(rb'"(https?://[^"\s<>\\]+|urn:[^"\s<>\\]+)"')


def _as_subject(term: bytes) -> bytes:
    """Return the node that a list names, also where its address is written as a text; "" for another text."""
    if not term.startswith(b'"'):
        return term
    found = _ADDRESS.match(term)
    return b"<%s>" % found[1] if found else b""


def _lacks_files(graph: graphs.Graph, lines: graphs.Lines) -> bool:
    """Tell whether a description names files whose descriptions were in a part that cannot be read."""
    return any(line.startswith(HAS_FILE) and not graph.lines(line.partition(b" ")[2]) for line in lines)


def _identifier(raw: Mapping[str, Any]) -> str | None:
    """Return what identifies a dataset without an IRI: ``dct:identifier``; None if it has none."""
    for value in raw.get("dct:identifier", ()):
        plain = value if isinstance(value, str) else value.get("@value", "")
        if plain.strip():
            return plain.strip()
    return None


def _next(graph: graphs.Graph, url: str) -> str | None:
    """Return the address of the next page; one that leads nowhere as it is written, which then cannot be opened."""
    following = set[str]()
    for term in graphs.find_objects(graph, *vocabulary.HYDRA_NEXT):
        try:
            following.add(addresses.resolve(url, term.value))
        except AddressError:
            following.add(term.value)
    following.discard(url)
    return min(following) if following else None


def _total(graph: graphs.Graph) -> int | None:
    """Return the number of datasets that a page says its catalogue has."""
    totals = [int(term.value) for term in graphs.find_objects(graph, vocabulary.HYDRA_TOTAL) if term.value.isdecimal()]
    return max(totals) if totals else None


FORMAT = DcatFormat()
