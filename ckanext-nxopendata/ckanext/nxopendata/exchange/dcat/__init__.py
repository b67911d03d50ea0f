"""Datasets as DCAT-AP 3, and the catalogue's RDF pages."""
