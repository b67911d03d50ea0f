"""The vocabularies of DCAT catalogues, and IRIs as terms of N-Triples."""

from __future__ import annotations

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
        "dct:accessRights",
        "dct:license",
        "dct:provenance",
        "dct:publisher",
        "dct:rights",
        "dct:spatial",
        "dct:temporal",
        "nx:item",
        "nx:tag",
        "spdx:checksum",
        "time:hasBeginning",
        "time:hasEnd",
        "vcard:hasEmail",
        "vcard:hasFN",
        "vcard:hasTelephone",
    }
)
"""Predicates whose object is described as part of the dataset; all others stay references."""

DATASET = PREFIXES["dcat"] + "Dataset"

INSIDE = PREFIXES["dcat"] + "catalog"

LISTS = (
    *(PREFIXES["dcat"] + name for name in ("dataset", "seriesMember", "servesDataset")),
    PREFIXES["hydra"] + "member",
)
"""Predicates by which a catalogue lists its datasets."""

HYDRA_NEXT = tuple(PREFIXES["hydra"] + name for name in ("next", "nextPage"))

HYDRA_TOTAL = PREFIXES["hydra"] + "totalItems"

LOOKED_UP = (HYDRA_TOTAL, INSIDE, *HYDRA_NEXT, *LISTS)
"""Predicates that are looked up without knowing their subject."""


def token(iri: str) -> bytes:
    """Return an IRI as a term of N-Triples."""
    return f"<{iri}>".encode()


def iri(subject: bytes) -> str | None:
    """Return the IRI of a subject; None for a blank node."""
    return None if subject.startswith(b"_") else subject[1:-1].decode()


def line_start(predicate: str) -> bytes:
    """Return what the lines with this predicate begin with."""
    return b"%s " % token(predicate)


def type_line(type_iri: str) -> bytes:
    """Return the line that says that a node is of this type."""
    return line_start(PREFIXES["rdf"] + "type") + token(type_iri)


_CURIES: dict[str, str] = {}


def curie(iri: str) -> str:
    """Return ``prefix:name`` for the namespaces of :data:`PREFIXES`, the IRI itself otherwise."""
    name = _CURIES.get(iri)
    if name is None:
        name = iri
        for prefix, namespace in PREFIXES.items():
            if iri.startswith(namespace):
                name = f"{prefix}:{iri[len(namespace) :]}"
                break
        if len(_CURIES) < 10_000:
            _CURIES[iri] = name
    return name
