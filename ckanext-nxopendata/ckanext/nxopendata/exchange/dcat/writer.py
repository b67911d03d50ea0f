"""Describing a dataset in DCAT-AP 3: nothing of it is lost, :mod:`.reader` reads it back.

What DCAT has words for is said in DCAT's words (:func:`describe` shows which); every other field of
``schemas/dataset.yaml`` is said in the namespace :data:`~.iris.NX`, ``nx_share_type`` as ``nx:shareType``. Codes are
the IRIs of our SKOS code lists. There are no blank nodes: what belongs to a dataset is named
``<dataset>#contact``, so equal datasets give equal graphs and graphs can be joined by writing them one after
the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from rdflib import CSVW, DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.exchange import fields
from ckanext.nxopendata.exchange.dcat import vocabularies
from ckanext.nxopendata.exchange.dcat.iris import (
    ADMS,
    DCAT_VERSION,
    NX,
    RESOURCE_APART,
    SPDX,
    VCARD,
    WRITTEN_APART,
    Links,
    absolute,
    camel,
    format_of,
    iri,
    predicate,
)
from ckanext.nxopendata.exchange.dcat.licence_nodes import describe_unknown, own_address
from ckanext.nxopendata.exchange.fields import Field, Kind

LITERAL_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), XSD.dateTime),
    (re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"), XSD.date),
    (re.compile(r"\d{4}-(0[1-9]|1[0-2])"), XSD.gYearMonth),
    (re.compile(r"\d{4}"), XSD.gYear),
)
"""Shape of a date -> its XSD type (GB/T 7408, ISO 8601): a date keeps its precision."""

HASHES = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""Hexadecimal digits -> SPDX 2 checksum algorithm."""


def describe(dataset: Mapping[str, Any], node: URIRef, links: Links, graph: Graph) -> None:
    """Add a dataset to ``graph``.

    Args:
        dataset: as ``package_show`` gives it.
        node: the dataset's IRI.
    """
    _Writer(dataset, node, links, graph).write()


class _Writer:
    def __init__(self, dataset: Mapping[str, Any], node: URIRef, links: Links, graph: Graph) -> None:
        self.dataset, self.node, self.links, self.graph = dataset, node, links, graph

    def add(self, subject: Node, *pairs: tuple[Node, Node]) -> None:
        for which, value in pairs:
            self.graph.add((subject, which, value))

    def part(self, name: str) -> URIRef:
        return URIRef(f"{self.node}#{name}")

    def text(self, name: str) -> str:
        value = self.dataset.get(name)
        return str(value) if value not in (None, "") else ""

    def write(self) -> None:
        self.add(self.node, (RDF.type, DCAT.Dataset))
        self.identity()
        for name, which in (("title_translated", DCTERMS.title), ("notes_translated", DCTERMS.description)):
            self.localised(
                self.node, which, self.dataset.get(name) or self.dataset.get(name.removesuffix("_translated"))
            )
        self.tags()
        self.times()
        self.codes()
        self.contact()
        self.items()
        self.notes()
        for field in fields.dataset().values():
            if field.name not in WRITTEN_APART:
                self.element(self.node, field, self.dataset.get(field.name))
        for number, resource in enumerate(self.dataset.get("resources") or (), 1):
            self.resource(resource, number)

    def identity(self) -> None:
        """Identifier, address, landing page, publisher and licence."""
        if identifier := self.text("id"):
            self.add(self.node, (DCTERMS.identifier, Literal(identifier)))
        if name := self.text("name"):
            self.add(self.node, (NX.name, Literal(name)))
        if code := self.text("nx_resource_code"):
            other = self.part("resource-code")
            self.add(self.node, (ADMS.identifier, other))
            self.add(other, (RDF.type, ADMS.Identifier), (SKOS.notation, Literal(code)))
        if url := self.text("url"):
            self.page(self.node, DCAT.landingPage, url, NX.landingPage)
        if owner := self.text("owner_org"):
            self.add(self.node, (DCTERMS.publisher, self.links.organization(owner)))
        if licence := self.text("license_id"):
            self.add(
                self.node,
                (NX.licenceId, Literal(licence)),
                (DCTERMS.license, self.licence(licence, self.text("nx_license_verbatim"))),
            )
        elif verbatim := self.text("nx_license_verbatim"):
            describe_unknown(self.add, self.node, verbatim, self.part("rights"))
        if modified := self.text("metadata_modified"):
            self.add(self.node, (DCTERMS.modified, _instant(modified)))
        for language in sorted(self.languages()):
            if (address := vocabularies.eu_iri("language", language)) is not None:
                self.add(self.node, (DCTERMS.language, URIRef(address)))
                self.add(URIRef(address), (RDF.type, DCTERMS.LinguisticSystem))

    def languages(self) -> Iterable[str]:
        """The languages of the data; where they are not told, those of the title."""
        if languages := self.dataset.get("nx_language"):
            return languages
        title = self.dataset.get("title_translated")
        return title if isinstance(title, Mapping) and title else ("zh",)

    def page(self, subject: URIRef, which: URIRef, address: str, verbatim: URIRef) -> None:
        """An address as IRI; as ``verbatim`` text too when it is not one, so that it comes back as it was."""
        if absolute(address):
            self.add(subject, (which, URIRef(iri(address))))
            kind = FOAF.Document if which == DCAT.landingPage else RDFS.Resource
            self.add(URIRef(iri(address)), (RDF.type, kind))
        if not absolute(address) or iri(address) != address:
            self.add(subject, (verbatim, Literal(address)))

    def licence(self, identifier: str, verbatim: str = "") -> URIRef:
        node = own_address(identifier, verbatim) or self.links.licence(identifier)
        self.add(node, (RDF.type, DCTERMS.LicenseDocument))
        return node

    def localised(self, subject: Node, which: URIRef, texts: Any) -> None:
        if isinstance(texts, str):
            texts = {"zh": texts}
        for language, text in (texts or {}).items():
            if text:
                self.add(subject, (which, Literal(text, language)))

    def tags(self) -> None:
        """Keywords, in every language they are told in; then which of them mean the same, too."""
        for tag in self.dataset.get("tags") or ():
            self.add(self.node, (DCAT.keyword, Literal(tag["name"], "zh")))
        texts = self.dataset.get("tags_translated")
        if not isinstance(texts, Mapping):
            return
        for language, words in texts.items():
            for number, word in enumerate(words, 1):
                node = self.part(f"tag-{number}")
                self.add(self.node, (DCAT.keyword, Literal(word, language)), (NX.tag, node))
                self.add(node, (NX.order, Literal(number)), (SKOS.prefLabel, Literal(word, language)))

    def times(self) -> None:
        """Publication date, update cycle and the time covered."""
        if issued := self.text("nx_publish_date"):
            self.add(self.node, (DCTERMS.issued, dated(issued)))
        if cycle := self.text("nx_update_cycle"):
            frequency = URIRef(vocabularies.eu_iri("frequency", cycle) or self.links.concept("update_cycle", cycle))
            self.add(self.node, (DCTERMS.accrualPeriodicity, frequency))
            self.add(frequency, (RDF.type, DCTERMS.Frequency))
        bounds = {DCAT.startDate: self.text("nx_temporal_start"), DCAT.endDate: self.text("nx_temporal_end")}
        if any(bounds.values()):
            period = self.part("period")
            self.add(self.node, (DCTERMS.temporal, period))
            self.add(period, (RDF.type, DCTERMS.PeriodOfTime))
            for which, text in bounds.items():
                value = dated(text)
                if text and value.datatype:
                    self.add(period, (which, value))
                elif text:
                    self.add(period, (NX[which.fragment], value))

    def codes(self) -> None:
        """Themes and place, as concepts with their labels: DCAT-AP wants these described."""
        for theme in self.dataset.get("nx_theme") or ():
            self.add(self.node, (DCAT.theme, self.concept("theme", theme)))
            if (address := vocabularies.eu_iri("data-theme", theme)) is not None:
                self.add(self.node, (DCAT.theme, URIRef(address)))
                self.add(
                    URIRef(address),
                    (RDF.type, SKOS.Concept),
                    (SKOS.prefLabel, Literal(address.rpartition("/")[2])),
                )
        if region := self.text("nx_region"):
            place = self.concept("region", region)
            self.add(place, (RDF.type, DCTERMS.Location), (DCTERMS.identifier, Literal(region)))
            self.add(self.node, (DCTERMS.spatial, place))
        if (address := vocabularies.eu_iri("access-right", self.text("nx_is_open"))) is not None:
            self.add(self.node, (DCTERMS.accessRights, URIRef(address)))
            self.add(URIRef(address), (RDF.type, DCTERMS.RightsStatement))

    def concept(self, codelist: str, code: str) -> URIRef:
        node = self.links.concept(codelist, code)
        self.add(node, (RDF.type, SKOS.Concept), (SKOS.inScheme, self.links.scheme(codelist)))
        if (entry := codelists.load(codelist).get(code)) is not None:
            self.localised(node, SKOS.prefLabel, {"zh": entry.label_zh, "en": entry.label_en})
        self.add(self.links.scheme(codelist), (RDF.type, SKOS.ConceptScheme))
        self.localised(self.links.scheme(codelist), DCTERMS.title, codelists.titles()[codelist])
        return node

    def contact(self) -> None:
        name, phone, email = (self.text(f"nx_contact_{part}") for part in ("name", "phone", "email"))
        if not (name or phone or email):
            return
        node = self.part("contact")
        self.add(self.node, (DCAT.contactPoint, node))
        self.add(node, (RDF.type, VCARD.Organization), (RDF.type, VCARD.Kind))
        if name:
            self.add(node, (VCARD.fn, Literal(name, "zh")))
        if email:
            self.add(node, (VCARD.hasEmail, URIRef(f"mailto:{quote(email, safe='@')}")))
        if phone:
            self.add(node, (VCARD.hasTelephone, URIRef(f"tel:{quote(phone, safe='+-()')}")))

    def items(self) -> None:
        """The information items as the columns of a CSVW schema, with the guide's own words beside."""
        items = [item for item in self.dataset.get("nx_items") or () if isinstance(item, Mapping)]
        if not items:
            return
        schema = self.part("schema")
        self.add(self.node, (CSVW.tableSchema, schema))
        self.add(schema, (RDF.type, CSVW.Schema))
        self.add(schema, (CSVW.column, self.part("item-1-list")))
        for number, item in enumerate(items, 1):
            column, cell = self.part(f"item-{number}"), self.part(f"item-{number}-list")
            self.add(self.node, (NX.item, column))
            self.add(column, (RDF.type, CSVW.Column), (NX.itemOrder, Literal(number)))
            last = number == len(items)
            self.add(cell, (RDF.first, column), (RDF.rest, RDF.nil if last else self.part(f"item-{number + 1}-list")))
            self.item(column, item)

    def item(self, column: URIRef, item: Mapping[str, Any]) -> None:
        if name := item.get("name"):
            self.add(column, (CSVW.title, Literal(name, "zh")))
        if name_en := item.get("name_en"):
            self.add(column, (CSVW.title, Literal(name_en, "en")))
        if datatype := vocabularies.crosswalk("datatype").get(str(item.get("type"))):
            self.add(column, (CSVW.datatype, URIRef(f"{XSD}{datatype}")))
        for field in fields.dataset()["nx_items"].parts.values():
            self.element(column, field, item.get(field.name), NX[camel(f"item_{field.name}")])

    def notes(self) -> None:
        """DCAT's words for what the guide's extensions say too: version, place, origin, standards."""
        if version := self.text("version"):
            self.add(self.node, (DCAT_VERSION, Literal(version)))
        if place := self.text("nx_spatial"):
            node = self.part("place")
            self.add(self.node, (DCTERMS.spatial, node))
            self.add(node, (RDF.type, DCTERMS.Location), (SKOS.prefLabel, Literal(place, "zh")))
        if origin := self.text("nx_provenance"):
            node = self.part("provenance")
            self.add(self.node, (DCTERMS.provenance, node))
            self.add(node, (RDF.type, DCTERMS.ProvenanceStatement), (RDFS.label, Literal(origin, "zh")))
        for number, standard in enumerate(self.dataset.get("nx_conforms_to") or (), 1):
            node = URIRef(iri(standard)) if absolute(standard) else self.part(f"standard-{number}")
            self.add(self.node, (DCTERMS.conformsTo, node))
            self.add(node, (RDF.type, DCTERMS.Standard), (DCTERMS.title, Literal(standard, "zh")))

    def element(self, subject: URIRef, field: Field, value: Any, which: URIRef | None = None) -> None:
        """A field in the guide's own words."""
        which = predicate(field.name) if which is None else which
        if value in (None, "", [], {}):
            return
        if field.kind is Kind.LOCALISED:
            self.localised(subject, which, value)
        elif field.kind in (Kind.CODE, Kind.CODES):
            for code in value if isinstance(value, list) else [value]:
                self.add(subject, (which, self.links.concept(field.codelist, str(code))))
        elif field.kind is Kind.PARTS:
            for number, entry in enumerate(value, 1):
                node = self.part(f"{camel(field.name)}-{number}")
                self.add(subject, (which, node))
                self.add(node, (NX.order, Literal(number)))
                for part in field.parts.values():
                    self.element(node, part, entry.get(part.name))
        elif field.kind is Kind.TEXTS:
            self.add(subject, *((which, Literal(text)) for text in value))
        elif field.kind is Kind.DATE:
            self.add(subject, (which, dated(str(value))))
        else:
            self.add(subject, (which, Literal(str(value))))

    # Distributions

    def resource(self, resource: Mapping[str, Any], number: int) -> None:
        identifier = str(resource.get("id") or number)
        node = URIRef(f"{self.node}/resource/{quote(identifier, safe='')}")
        self.add(self.node, (DCAT.distribution, node))
        self.add(node, (RDF.type, DCAT.Distribution), (NX.order, Literal(number)))
        for name, which in (("name", DCTERMS.title), ("description", DCTERMS.description)):
            if resource.get(name):
                self.localised(node, which, resource[name])
        for name, which in (("created", DCTERMS.issued), ("last_modified", DCTERMS.modified)):
            if resource.get(name):
                self.add(node, (which, _instant(str(resource[name]))))
        self.access(node, resource)
        self.file(node, resource)
        licence = resource.get("license") or ""
        if licence:
            self.add(node, (NX.licenceId, Literal(licence)))
        verbatim = resource.get("nx_license_verbatim") or ""
        if licence or (self.text("license_id") and not verbatim):
            written = verbatim if licence else self.text("nx_license_verbatim")
            self.add(node, (DCTERMS.license, self.licence(licence or self.text("license_id"), written)))
        elif verbatim:
            describe_unknown(self.add, node, verbatim, self.part(f"rights-{number}"))
        for field in fields.resource().values():
            if field.name not in RESOURCE_APART:
                self.element(node, field, resource.get(field.name))

    def access(self, node: URIRef, resource: Mapping[str, Any]) -> None:
        url = resource.get("url") or ""
        self.page(node, DCAT.accessURL, url, NX.url) if url else None
        if absolute(url) and resource.get("url_type") == "upload":
            self.add(node, (DCAT.downloadURL, URIRef(iri(url))))
        if not absolute(url):
            self.add(node, (DCAT.accessURL, node), (RDF.type, RDFS.Resource))

    def file(self, node: URIRef, resource: Mapping[str, Any]) -> None:
        """Format, media type, size and checksum."""
        if written := resource.get("format"):
            address = URIRef(
                vocabularies.eu_iri("file-type", written.upper()) or NX[f"format-{quote(written, safe='')}"]
            )
            self.add(node, (DCTERMS.format, address))
            self.add(address, (RDF.type, DCTERMS.MediaTypeOrExtent))
            if format_of(address) != written:
                self.add(node, (NX["format"], Literal(written)))
        if media := resource.get("mimetype"):
            address = URIRef(vocabularies.IANA + quote(media, safe="/+.-"))
            self.add(node, (DCAT.mediaType, address))
            self.add(address, (RDF.type, DCTERMS.MediaType))
        size = resource.get("size")
        if size is not None and str(size).isdecimal():
            self.add(node, (DCAT.byteSize, Literal(str(int(size)), datatype=XSD.nonNegativeInteger)))
        self.checksum(node, resource.get("hash") or "")

    def checksum(self, node: URIRef, value: str) -> None:
        bare = value.rpartition(":")[2]
        algorithm = HASHES.get(len(bare))
        if not value:
            return
        if algorithm and re.fullmatch(r"[0-9a-f]+", bare) and bare == value:
            checksum = URIRef(f"{node}#checksum")
            self.add(node, (SPDX.checksum, checksum))
            self.add(
                checksum,
                (RDF.type, SPDX.Checksum),
                (SPDX.algorithm, SPDX[f"checksumAlgorithm_{algorithm}"]),
                (SPDX.checksumValue, Literal(bare, datatype=XSD.hexBinary)),
            )
            self.add(SPDX[f"checksumAlgorithm_{algorithm}"], (RDF.type, SPDX.ChecksumAlgorithm))
        else:
            self.add(node, (NX.hash, Literal(value)))


def dated(text: str) -> Literal:
    """A date with the XSD type of its precision; a plain literal when it is none of them."""
    for shape, datatype in LITERAL_DATES:
        if shape.fullmatch(text):
            return Literal(text, datatype=datatype, normalize=False)
    return Literal(text)


def _instant(text: str) -> Literal:
    """CKAN's times are UTC without saying so."""
    zoned = text if re.search(r"(Z|[+-]\d\d:\d\d)$", text) else f"{text}Z"
    return Literal(zoned, datatype=XSD.dateTime, normalize=False)


def describe_publisher(organization: Mapping[str, Any], links: Links, graph: Graph) -> None:
    """Add a department: its names and its unified social credit code (GB 32100) as identifier.

    Args:
        organization: id, and title_translated or title, nx_uscc.
    """
    node = links.organization(organization["id"])
    graph.add((node, RDF.type, FOAF.Agent))
    graph.add((node, RDF.type, FOAF.Organization))
    names = organization.get("title_translated")
    if not isinstance(names, Mapping) or not names:
        names = {"zh": organization.get("title") or organization.get("name") or organization["id"]}
    for language, name in names.items():
        graph.add((node, FOAF.name, Literal(name, language)))
    if code := organization.get("nx_uscc"):
        graph.add((node, DCTERMS.identifier, Literal(code)))
