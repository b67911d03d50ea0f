"""DCAT catalogues of the demo departments as RDF/XML, Turtle (paged with Hydra) and JSON-LD.

Dataset names are absolute and stable; files are named relative to the document, because the port of the
server that serves them varies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from typing import Any
from urllib.parse import quote

import facts
from model import Dataset, Department, File
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

NX = Namespace("https://data.nx.example/ns/catalogue#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
THEME = "https://data.nx.example/ns/theme/"
IANA = "https://www.iana.org/assignments/media-types/"
EU = "http://publications.europa.eu/resource/authority/"
PREFIXES = {
    "dcat": DCAT,
    "dct": DCTERMS,
    "foaf": FOAF,
    "skos": SKOS,
    "xsd": XSD,
    "nx": NX,
    "vcard": VCARD,
    "spdx": SPDX,
    "hydra": HYDRA,
    "rdf": RDF,
    "xml": URIRef("http://www.w3.org/XML/1998/namespace"),
}
FREQUENCY = {"6": "ANNUAL", "9": "IRREG"}
FILE_TYPE = {"csv": "CSV", "xlsx": "XLSX", "geojson": "GEOJSON"}
MEDIA_TYPE = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


class Catalogue:
    """A graph being filled with the catalogue of one department.

    ``contents`` holds the bytes of the files by name (``stem.kind``), ``themes`` the Chinese names of themes by
    code. ``format_words`` writes formats as words ("CSV", "text/csv"), as many cities do, in place of the
    addresses DCAT-AP asks for. Blank nodes carry names of their own so that the
    written documents do not change from run to run.
    """

    def __init__(
        self,
        department: Department,
        contents: Mapping[str, bytes],
        themes: Mapping[str, str],
        *,
        format_words: bool = False,
    ) -> None:
        self.department = department
        self.contents = contents
        self.themes = themes
        self.format_words = format_words
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in PREFIXES.items():
            self.graph.bind(prefix, namespace)
        self.catalogue = URIRef(f"{department.base}/catalog")

    def add(self, subject: Node, *pairs: tuple[Node, Node]) -> Node:
        """State ``pairs`` of predicate and object of one subject; the subject."""
        for predicate, value in pairs:
            self.graph.add((subject, predicate, value))
        return subject

    def add_catalogue(self, datasets: Sequence[Dataset]) -> None:
        """The catalogue itself with its publisher and ``datasets``."""
        name, name_en = self.department.name, self.department.name_en
        self.add(
            self.catalogue,
            (RDF.type, DCAT.Catalog),
            (DCTERMS.title, Literal(f"{name}公共数据目录（演示数据）", "zh")),
            (DCTERMS.title, Literal(f"Public data catalogue of {name_en} (demo data)", "en")),
            (DCTERMS.description, Literal(self.department.description, "zh")),
            (DCTERMS.publisher, self.publisher()),
            (DCTERMS.language, URIRef(f"{EU}language/ZHO")),
            (DCTERMS.modified, date(max(d.modified for d in self.department.datasets))),
        )
        for dataset in datasets:
            self.add(self.catalogue, (DCAT.dataset, self.add_dataset(dataset)))

    def publisher(self) -> Node:
        """The department as foaf:Organization with its (synthetic) unified social credit code."""
        return self.add(
            URIRef(f"{self.department.base}/organization"),
            (RDF.type, FOAF.Organization),
            (FOAF.name, Literal(self.department.name, "zh")),
            (FOAF.name, Literal(self.department.name_en, "en")),
            (DCTERMS.identifier, Literal(self.department.uscc)),
        )

    def add_dataset(self, dataset: Dataset) -> Node:
        """A dataset with the elements of DCAT and of the compilation guide."""
        department = self.department
        node = URIRef(f"{department.base}/dataset/{dataset.id}")
        contact = self.add(
            BNode(f"{dataset.id}.contact"),
            (RDF.type, VCARD.Organization),
            (VCARD.fn, Literal("演示联系人", "zh")),
            (VCARD.hasEmail, URIRef(f"mailto:{department.email}")),
            (VCARD.hasTelephone, URIRef("tel:0951-0000000")),
        )
        self.add(
            node,
            (RDF.type, DCAT.Dataset),
            (DCTERMS.identifier, Literal(dataset.id)),
            (DCTERMS.title, Literal(dataset.title, "zh")),
            (DCTERMS.title, Literal(dataset.title_en, "en")),
            (DCTERMS.description, Literal(dataset.description, "zh")),
            (DCTERMS.description, Literal(dataset.description_en, "en")),
            (DCTERMS.source, Literal(dataset.source, "zh")),
            (DCTERMS.publisher, self.publisher()),
            (DCAT.contactPoint, contact),
            (DCTERMS.accrualPeriodicity, URIRef(f"{EU}frequency/{FREQUENCY[dataset.cycle]}")),
            (DCTERMS.issued, date(dataset.issued)),
            (DCTERMS.modified, date(dataset.modified)),
            (DCTERMS.spatial, self.place(dataset)),
            (DCTERMS.license, licence(dataset.licence)),
            (DCTERMS.language, URIRef(f"{EU}language/ZHO")),
        )
        for keyword in (*dataset.keywords, "演示数据"):
            self.add(node, (DCAT.keyword, Literal(keyword, "zh")))
        for code in dataset.themes:
            self.add(node, (DCAT.theme, self.theme(code)))
        if dataset.start or dataset.end:
            self.add(node, (DCTERMS.temporal, self.period(dataset)))
        self.add_guide_elements(node, dataset)
        for number, file in enumerate(dataset.files, 1):
            self.add(node, (DCAT.distribution, self.distribution(dataset, number, file)))
        return node

    def place(self, dataset: Dataset) -> Node:
        """The division a dataset is about, by its six-digit code (GB/T 2260)."""
        code = self.department.region_of(dataset)
        return self.add(
            BNode(f"{dataset.id}.place"),
            (RDF.type, DCTERMS.Location),
            (DCTERMS.identifier, Literal(code)),
            (SKOS.prefLabel, Literal(facts.name_of(code), "zh")),
        )

    def theme(self, code: str) -> Node:
        """A theme as concept with its code as notation."""
        return self.add(
            URIRef(THEME + code),
            (RDF.type, SKOS.Concept),
            (SKOS.notation, Literal(code)),
            (SKOS.prefLabel, Literal(self.themes[code], "zh")),
        )

    def period(self, dataset: Dataset) -> Node:
        """The time the data cover; an unknown start or end is left out."""
        node = self.add(BNode(f"{dataset.id}.period"), (RDF.type, DCTERMS.PeriodOfTime))
        for predicate, value in ((DCAT.startDate, dataset.start), (DCAT.endDate, dataset.end)):
            if value:
                self.add(node, (predicate, date(value)))
        return node

    def add_guide_elements(self, node: Node, dataset: Dataset) -> None:
        """The elements of 发改高技〔2017〕1272号 that DCAT has no words for."""
        texts = {
            NX.providerUnit: self.department.unit,
            NX.classCode: dataset.class_code,
            NX.formatCategory: "2",
            NX.formatType: dataset.format_type,
            NX.shareType: dataset.share_type,
            NX.shareCondition: dataset.share_condition,
            NX.shareMethodCategory: "platform",
            NX.shareMethod: "2",
            NX.isOpen: "1",
            NX.openCondition: dataset.open_condition,
            NX.updateCycle: dataset.cycle,
            NX.publishDate: dataset.issued,
            NX.industry: dataset.industry,
        }
        self.add(node, *((predicate, Literal(text)) for predicate, text in texts.items() if text))
        self.add(node, *((NX.relatedCode, Literal(code)) for code in dataset.related))
        for number, column in enumerate(dataset.items, 1):
            item = BNode(f"{dataset.id}.item{number:02}")
            values = {
                NX.itemName: column.name,
                NX.itemNameEn: column.name_en,
                NX.itemType: column.type,
                NX.itemLength: column.length,
                NX.itemDescription: column.description,
            }
            self.add(item, (NX.itemOrder, Literal(number)))
            self.add(item, *((predicate, Literal(value)) for predicate, value in values.items() if value))
            self.add(node, (NX.item, item))

    def distribution(self, dataset: Dataset, number: int, file: File) -> Node:
        """A file with a relative download address, size in bytes and SHA-256."""
        content = self.contents[f"{file.name}.{file.kind}"]
        checksum = self.add(
            BNode(f"{dataset.id}.sum{number:02}"),
            (RDF.type, SPDX.Checksum),
            (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
            (SPDX.checksumValue, Literal(hashlib.sha256(content).hexdigest(), datatype=XSD.hexBinary)),
        )
        address = URIRef(file_address(file))
        return self.add(
            URIRef(f"{self.department.base}/dataset/{dataset.id}/distribution/{number}"),
            (RDF.type, DCAT.Distribution),
            (DCTERMS.title, Literal(file.title, "zh")),
            (DCTERMS.title, Literal(file.title_en, "en")),
            (DCAT.downloadURL, address),
            (DCAT.accessURL, address),
            (DCTERMS.format, self.named_format(f"{EU}file-type/", FILE_TYPE[file.kind])),
            (DCAT.mediaType, self.named_format(IANA, MEDIA_TYPE[file.kind])),
            (DCAT.byteSize, Literal(len(content), datatype=XSD.nonNegativeInteger)),
            (SPDX.checksum, checksum),
            (DCTERMS.license, licence(dataset.licence)),
        )

    def named_format(self, vocabulary: str, name: str) -> Node:
        """A file format as word, or as address in ``vocabulary``."""
        return Literal(name) if self.format_words else URIRef(vocabulary + name)

    def add_page(self, pages: Sequence[str], number: int) -> None:
        """Hydra's view of page ``number`` (from 0) of the relative addresses ``pages``."""
        page = URIRef(pages[number])
        total = Literal(len(self.department.datasets))
        self.add(
            page,
            (RDF.type, HYDRA.PagedCollection),
            (RDF.type, HYDRA.PartialCollectionView),
            (HYDRA.totalItems, total),
            (HYDRA.first, URIRef(pages[0])),
            (HYDRA.last, URIRef(pages[-1])),
        )
        if number > 0:
            self.add(page, (HYDRA.previous, URIRef(pages[number - 1])))
        if number + 1 < len(pages):
            self.add(page, (HYDRA.next, URIRef(pages[number + 1])))
        self.add(self.catalogue, (HYDRA.totalItems, total), (HYDRA.view, page))


def file_address(file: File) -> str:
    """The address of a file relative to its catalogue, percent-encoded (RFC 3986)."""
    return f"data/{quote(file.name)}.{file.kind}"


def date(text: str) -> Literal:
    """An xsd:date."""
    return Literal(text, datatype=XSD.date)


def licence(text: str) -> Node:
    """A licence as departments write it: an address, or only a name."""
    return URIRef(text) if text.startswith("http") else Literal(text)


def rdf_xml(department: Department, contents: Mapping[str, bytes], themes: Mapping[str, str]) -> dict[str, bytes]:
    """One RDF/XML document."""
    catalogue = Catalogue(department, contents, themes)
    catalogue.add_catalogue(department.datasets)
    # Deep enough to write every node inside the one that names it: nodes left over would stand in no fixed order.
    text = catalogue.graph.serialize(format="pretty-xml", encoding="utf-8", max_depth=12)
    head, body = text.split(b">\n", 2)[0:2], text.split(b">\n", 2)[2]
    opening, *namespaces = head[1].rstrip(b"\n").split(b"\n")
    return {department.catalogue: b"\n".join([head[0] + b">", opening, *sorted(namespaces)]) + b">\n" + body}


def turtle_pages(
    department: Department, contents: Mapping[str, bytes], themes: Mapping[str, str], per_page: int
) -> dict[str, bytes]:
    """Turtle documents of at most ``per_page`` datasets, chained with Hydra; the first is the catalogue's."""
    stem, _, suffix = department.catalogue.rpartition(".")
    count = -(-len(department.datasets) // per_page)
    pages = [department.catalogue, *(f"{stem}-{number}.{suffix}" for number in range(2, count + 1))]
    documents = {}
    for number, page in enumerate(pages):
        catalogue = Catalogue(department, contents, themes)
        catalogue.add_catalogue(department.datasets[number * per_page : (number + 1) * per_page])
        catalogue.add_page(pages, number)
        documents[page] = catalogue.graph.serialize(format="turtle", encoding="utf-8")
    return documents


def json_ld(department: Department, contents: Mapping[str, bytes], themes: Mapping[str, str]) -> dict[str, bytes]:
    """One JSON-LD document: the catalogue first, what belongs to one node alone written inside it."""
    catalogue = Catalogue(department, contents, themes, format_words=True)
    catalogue.add_catalogue(department.datasets)
    context = {p: str(namespace) for p, namespace in PREFIXES.items() if p not in ("hydra", "rdf", "xml")}
    text = catalogue.graph.serialize(format="json-ld", context=context, auto_compact=False, sort_keys=True)
    nodes = {node["@id"]: node for node in json.loads(text)["@graph"]}
    inner = {name for name in nodes if name.startswith("_:") or "/distribution/" in name}
    graph = [nested(node, nodes, inner) for name, node in sorted(nodes.items()) if name not in inner]
    document = {"@context": context, "@graph": graph}
    return {department.catalogue: (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()}


def nested(value: Any, nodes: Mapping[str, dict[str, Any]], inner: Set[str]) -> Any:
    """A JSON-LD value with references to the nodes ``inner`` replaced by the nodes, blank names left out."""
    if isinstance(value, list):
        items = [nested(item, nodes, inner) for item in value]
        return sorted(items, key=lambda item: item.get("nx:itemOrder", 0) if isinstance(item, dict) else 0)
    if not isinstance(value, dict):
        return value
    if set(value) == {"@id"} and value["@id"] in inner:
        value = nodes[value["@id"]]
    return {
        key: nested(item, nodes, inner) for key, item in value.items() if key != "@id" or not str(item).startswith("_:")
    }
