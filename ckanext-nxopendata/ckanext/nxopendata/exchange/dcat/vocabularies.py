"""Crosswalks between our codes and the European controlled vocabularies: ``schemas/vocabularies/eu.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

FILE = resources.files("ckanext.nxopendata.schemas") / "vocabularies" / "eu.yaml"
EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"


@cache
def crosswalk(name: str) -> Mapping[str, str]:
    """Our code -> the code of the EU authority table ``name``.

    Raises:
        KeyError: the file has no such table.
    """
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {str(ours): str(theirs) for ours, theirs in data[name].items()}


@cache
def reverse_crosswalk(name: str) -> Mapping[str, str]:
    """Return the EU code -> our code; the first of several that share one."""
    codes: dict[str, str] = {}
    for ours, theirs in crosswalk(name).items():
        codes.setdefault(theirs, ours)
    return codes


def eu_iri(name: str, code: str) -> str | None:
    """Return the IRI in the EU authority table ``name`` for our ``code``; None when there is none."""
    theirs = crosswalk(name).get(code)
    return f"{EU}{name}/{theirs}" if theirs else None
