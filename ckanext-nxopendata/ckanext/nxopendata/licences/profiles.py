"""``dct:license`` and ``odrl:hasPolicy`` in DCAT and Croissant: the licence by its own address, the policy by ours."""

from __future__ import annotations

from typing import Any

from ckanext.dcat.profiles import RDFProfile
from ckanext.dcat.utils import resource_uri
from rdflib import Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from ckanext.nxopendata.licences import helpers, registry
from ckanext.nxopendata.licences.odrl.policy import Policy

ODRL = Namespace("http://www.w3.org/ns/odrl/2/")


class NxLicenceProfile(RDFProfile):
    """Adds the policy, and the licence where none is written, to every dataset and distribution.

    Goes after the profile that writes them. An address that stands already is left alone: it is a fact of the source.
    """

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Write the least open licence on the dataset, and each file's own on its distribution."""
        self.g.bind("odrl", ODRL)
        shown = registry.shown_licence(dataset_dict)
        self._write(dataset_ref, shown)
        for resource in dataset_dict.get("resources") or []:
            distribution = URIRef(resource_uri(resource))
            if (distribution, RDF.type, DCAT.Distribution) in self.g:
                own = registry.policy_of(resource.get("license") or dataset_dict.get("license_id"))
                self._write(distribution, own)

    def _write(self, subject: URIRef, policy: Policy) -> None:
        address = URIRef(helpers.policy_url(policy))
        self.g.set((subject, ODRL.hasPolicy, address))
        self.g.add((address, RDF.type, ODRL.Policy))  # DCAT-AP 3 wants what hasPolicy leads to be called a policy
        written = self.g.value(subject, DCTERMS.license)
        if policy.legal_text and not str(written or "").startswith(("https://", "http://")):
            licence = URIRef(helpers.legal_url(policy, "en"))
            self.g.set((subject, DCTERMS.license, licence))
            self.g.add((licence, RDF.type, DCTERMS.LicenseDocument))
