"""Reading a dataset from the RDF that :mod:`.writer` writes, or from another catalogue's DCAT-AP 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from rdflib import DCAT, DCTERMS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.exchange import fields
from ckanext.nxopendata.exchange.dcat import vocabularies
from ckanext.nxopendata.exchange.dcat.iris import (
    DCAT_VERSION,
    NX,
    RESOURCE_APART,
    SPDX,
    VCARD,
    WRITTEN_APART,
    Links,
    camel,
    format_of,
    predicate,
)
from ckanext.nxopendata.exchange.fields import Field, Kind


def read(graph: Graph, node: Node, links: Links) -> dict[str, Any]:
    """The dataset that ``graph`` describes at ``node``: the inverse of :func:`.writer.describe`.

    Returns:
        A dict in the words of ``package_create``, with only what the graph says.
    """
    return _Reader(graph, node, links).read()


class _Reader:
    def __init__(self, graph: Graph, node: Node, links: Links) -> None:
        self.graph, self.node, self.links = graph, node, links

    def values(self, subject: Node, which: URIRef) -> list[Node]:
        return list(self.graph.objects(subject, which))

    def value(self, subject: Node, which: URIRef) -> Node | None:
        return self.graph.value(subject, which, any=True)

    def text(self, subject: Node, *whiches: URIRef) -> str | None:
        for which in whiches:
            if (value := self.value(subject, which)) is not None:
                return str(value)
        return None

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = dict(self.own())
        for name, which in (("title", DCTERMS.title), ("notes", DCTERMS.description)):
            if texts := self.localised(self.node, which):
                found[f"{name}_translated"] = texts
                found[name] = texts.get("zh") or next(iter(texts.values()))
        found |= self.tags()
        for field in fields.dataset().values():
            if field.name not in WRITTEN_APART:
                self.element(found, self.node, field)
        found |= self.contact()
        if items := self.items():
            found["nx_items"] = items
        if resources := self.resources():
            found["resources"] = resources
        return {name: value for name, value in found.items() if value not in (None, "", [], {})}

    def tags(self) -> dict[str, Any]:
        """The keywords in Chinese or of no language, else all; those of other languages with the Chinese ones."""
        words = [value for value in self.values(self.node, DCAT.keyword) if isinstance(value, Literal)]
        own = [word for word in words if not word.language or word.language.startswith("zh")]
        found: dict[str, Any] = {"tags": [{"name": tag} for tag in sorted(set(map(str, own or words)))]}
        texts: dict[str, list[str]] = {}
        for node in self.ordered(self.values(self.node, NX.tag), NX.order):
            for language, word in self.localised(node, SKOS.prefLabel).items():
                texts.setdefault(language, []).append(word)
        if len({len(tags) for tags in texts.values()}) == 1:
            found["tags_translated"] = texts
        return found

    def own(self) -> Iterator[tuple[str, Any]]:
        """Fields that DCAT has words for."""
        yield "id", self.text(self.node, DCTERMS.identifier)
        yield "name", self.text(self.node, NX.name)
        yield "url", self.text(self.node, NX.landingPage, DCAT.landingPage)
        yield "version", self.text(self.node, DCAT_VERSION)
        yield "license_id", self.text(self.node, NX.licenceId)
        publisher, prefix = self.text(self.node, DCTERMS.publisher) or "", f"{self.links.base}/organization/"
        yield "owner_org", unquote(publisher.removeprefix(prefix)) if publisher.startswith(prefix) else None
        yield "nx_publish_date", self.text(self.node, DCTERMS.issued)
        yield "nx_update_cycle", self.cycle()
        yield "nx_theme", self.codes(self.values(self.node, DCAT.theme), "theme")
        yield "nx_region", next(iter(self.codes(self.values(self.node, DCTERMS.spatial), "region")), None)
        period = self.value(self.node, DCTERMS.temporal)
        if period is not None:
            yield "nx_temporal_start", self.text(period, NX.startDate, DCAT.startDate)
            yield "nx_temporal_end", self.text(period, NX.endDate, DCAT.endDate)

    def cycle(self) -> str | None:
        node = self.value(self.node, DCTERMS.accrualPeriodicity)
        if node is None:
            return None
        prefix = vocabularies.EU + "frequency/"
        if str(node).startswith(prefix):
            return vocabularies.reverse_crosswalk("frequency").get(str(node)[len(prefix) :])
        return self.links.code_of(node, "update_cycle")

    def codes(self, values: Iterable[Node], codelist: str) -> list[str]:
        """The codes of ours among the values, in the order of the code list, unknown ones last."""
        codes = {code for value in values if (code := self.links.code_of(value, codelist))}
        known = [code for code in codelists.load(codelist) if code in codes]
        return [*known, *sorted(codes.difference(known))]

    def localised(self, subject: Node, which: URIRef) -> dict[str, str]:
        texts: dict[str, str] = {}
        for value in sorted(self.values(subject, which), key=str):
            if isinstance(value, Literal):
                texts.setdefault((value.language or "zh").split("-")[0], str(value))
        return texts

    def contact(self) -> dict[str, str | None]:
        node = self.value(self.node, DCAT.contactPoint)
        if node is None:
            return {}
        return {
            "nx_contact_name": self.text(node, VCARD.fn),
            "nx_contact_email": _without(self.text(node, VCARD.hasEmail), "mailto:"),
            "nx_contact_phone": _without(self.text(node, VCARD.hasTelephone), "tel:"),
        }

    def items(self) -> list[dict[str, Any]]:
        parts = fields.dataset()["nx_items"].parts
        nodes = self.ordered(self.values(self.node, NX.item), NX.itemOrder)
        return [self.parts(node, parts, "item_") for node in nodes]

    def parts(self, node: Node, parts: Mapping[str, Field], prefix: str = "") -> dict[str, Any]:
        entry: dict[str, Any] = {}
        for field in parts.values():
            self.element(entry, node, field, NX[camel(prefix + field.name)])
        return entry

    def ordered(self, nodes: Iterable[Node], which: URIRef) -> list[Node]:
        def place(node: Node) -> tuple[int, str]:
            number = self.text(node, which) or ""
            return (int(number) if number.isdecimal() else 1_000_000, str(node))

        return sorted(nodes, key=place)

    def element(self, found: dict[str, Any], subject: Node, field: Field, which: URIRef | None = None) -> None:
        which = predicate(field.name) if which is None else which
        values = self.values(subject, which)
        if not values:
            return
        if field.kind is Kind.LOCALISED:
            found[field.name] = self.localised(subject, which)
        elif field.kind in (Kind.CODE, Kind.CODES):
            codes = self.codes(values, field.codelist)
            found[field.name] = codes if field.kind is Kind.CODES else next(iter(codes), None)
        elif field.kind is Kind.PARTS:
            found[field.name] = [self.parts(node, field.parts) for node in self.ordered(values, NX.order)]
        elif field.kind is Kind.TEXTS:
            found[field.name] = sorted(map(str, values))
        else:
            found[field.name] = str(values[0])

    def resources(self) -> list[dict[str, Any]]:
        nodes = self.ordered(self.values(self.node, DCAT.distribution), NX.order)
        return [self.resource(node) for node in nodes]

    def resource(self, node: Node) -> dict[str, Any]:
        address = self.text(node, NX.url, DCAT.downloadURL, DCAT.accessURL)
        found: dict[str, Any] = {
            "id": unquote(str(node).rpartition("/resource/")[2]) if "/resource/" in str(node) else None,
            "url": None if address == str(node) else address,
            "name": self.preferred(node, DCTERMS.title),
            "description": self.preferred(node, DCTERMS.description),
            "license": self.text(node, NX.licenceId),
            "format": self.format(node),
            "mimetype": _without(self.text(node, DCAT.mediaType), vocabularies.IANA),
            "hash": self.text(node, NX.hash),
        }
        if size := self.text(node, DCAT.byteSize):
            found["size"] = int(size) if size.isdecimal() else None
        if (checksum := self.value(node, SPDX.checksum)) is not None:
            found["hash"] = self.text(checksum, SPDX.checksumValue)
        for field in fields.resource().values():
            if field.name not in RESOURCE_APART:
                self.element(found, node, field)
        return {name: value for name, value in found.items() if value not in (None, "", [], {})}

    def preferred(self, node: Node, which: URIRef) -> str | None:
        texts = self.localised(node, which)
        return texts.get("zh") or next(iter(texts.values()), None)

    def format(self, node: Node) -> str | None:
        if (written := self.text(node, NX["format"])) is not None:
            return written
        value = self.value(node, DCTERMS.format)
        return None if value is None else format_of(value)


def _without(text: str | None, prefix: str) -> str | None:
    return unquote(text.removeprefix(prefix)) if text else None
