"""The IRIs in a dataset's RDF: namespaces, our own elements, names of codes, departments, licences and formats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from rdflib import CSVW, DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, Literal, Namespace, URIRef
from rdflib.term import Node

from ckanext.nxopendata.exchange.dcat import vocabularies

NX = Namespace("https://data.nx.example/ns/catalogue#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
PREFIXES = {
    "adms": ADMS,
    "csvw": CSVW,
    "dcat": DCAT,
    "dct": DCTERMS,
    "foaf": FOAF,
    "hydra": HYDRA,
    "nx": NX,
    "owl": Namespace("http://www.w3.org/2002/07/owl#"),
    "rdf": RDF,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}

DCAT_VERSION = URIRef(f"{DCAT}version")
"""New in DCAT 3, which rdflib does not know yet."""

UNLISTED = ("name", "tag_string", "owner_org", "license_id", "url")
"""Dataset fields of CKAN's own, which :func:`describe` writes one by one."""

WRITTEN_APART = frozenset(
    {
        *UNLISTED,
        *("version", "tags_translated"),
        *("title_translated", "notes_translated", "nx_theme", "nx_region", "nx_update_cycle", "nx_publish_date"),
        *("nx_temporal_start", "nx_temporal_end", "nx_contact_name", "nx_contact_phone", "nx_contact_email"),
        "nx_items",
    }
)
RESOURCE_APART = frozenset({"url", "name", "description", "format", "license", "mimetype", "size", "hash"})


@dataclass(frozen=True, slots=True)
class Links:
    """Where our IRIs begin, and the addresses of licences.

    ``base`` is the site's address without closing slash; ``licences`` gives the address of a licence id.
    """

    base: str
    licences: Mapping[str, str]

    def concept(self, codelist: str, code: str) -> URIRef:
        """The IRI of a code, as ``/codelist/<list>`` serves it."""
        return URIRef(f"{self.base}/codelist/{codelist}/{quote(code, safe='')}")

    def scheme(self, codelist: str) -> URIRef:
        return URIRef(f"{self.base}/codelist/{codelist}")

    def organization(self, identifier: str) -> URIRef:
        return URIRef(f"{self.base}/organization/{quote(identifier, safe='')}")

    def licence(self, identifier: str) -> URIRef:
        """The licence's own address; one of ours where it has none."""
        address = self.licences.get(identifier, "")
        return URIRef(iri(address) if absolute(address) else f"{self.base}/licence/{quote(identifier, safe='')}")

    def code_of(self, node: Node, codelist: str) -> str | None:
        """The code that a concept IRI of ours or a literal means."""
        if isinstance(node, Literal):
            return str(node)
        prefix = f"{self.base}/codelist/{codelist}/"
        return unquote(str(node)[len(prefix) :]) if str(node).startswith(prefix) else None


def iri(address: str) -> str:
    """``address`` as an IRI: what RFC 3987 forbids, and any white space, is percent-encoded."""
    return re.sub(r"[\s\x00-\x20<>\"{}|\\^`\x7f-\xa0]", lambda found: quote(found.group()), address)


def absolute(address: str) -> bool:
    """Whether ``address`` is absolute and has a scheme that a file or page can have."""
    return re.match(r"(https?|ftp|urn):[^\s]", address, re.IGNORECASE) is not None


def camel(name: str) -> str:
    """``nx_share_type`` as ``shareType``."""
    first, *rest = name.removeprefix("nx_").split("_")
    return first + "".join(word.title() for word in rest)


def predicate(name: str) -> URIRef:
    """The guide's own element for a field of the dataset or of a resource."""
    return NX[camel(name)]


def format_of(node: Node) -> str:
    """The format a ``dct:format`` IRI of ours stands for."""
    text = str(node)
    if text.startswith(vocabularies.EU + "file-type/"):
        code = text.rpartition("/")[2]
        return vocabularies.reverse_crosswalk("file-type").get(code, code)
    return unquote(text.removeprefix(str(NX["format-"])))
