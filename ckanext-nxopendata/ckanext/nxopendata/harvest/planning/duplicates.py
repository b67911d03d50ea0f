"""The same dataset in two sources: what it is recognised by, and whose description counts.

Recognised by what the standards make unique: the dataset's IRI (RDF 1.1, 3.2) and the resource code (发改高技
〔2017〕1272号, 三). Titles are no proof: two cities have a dataset of the same title. Of two sources the one with the
lower priority number maintains the dataset, of equals the older one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

_IRI = re.compile(r"(?:https?://|urn:[a-z0-9][a-z0-9-]{0,31}:|doi:|ark:/)\S+", re.IGNORECASE)

Verdict = Literal["own", "duplicate", "take_over"]


@dataclass(frozen=True, slots=True, order=True)
class Precedence:
    """The precedence of a source; the smaller one wins."""

    priority: int
    created: dt.datetime
    source_id: str


@dataclass(frozen=True, slots=True)
class Maintainer:
    """The source that maintains a dataset."""

    dataset_id: str
    source_name: str
    precedence: Precedence


def identity_keys(guid: str, dataset: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a dataset is recognised by in any source, the surest first; empty when it has nothing of the kind.

    Args:
        guid: Its identifier at the source.
        dataset: In the portal's words.
    """
    keys = []
    if _IRI.fullmatch(guid):
        keys.append(f"iri:{guid}")
    if code := dataset.get("nx_resource_code"):
        keys.append(f"code:{code}")
    return tuple(keys)


def compare_precedence(own: Precedence, maintainer: Maintainer | None) -> Verdict:
    """Decide what a source does with a dataset that ``maintainer`` maintains, or nobody if it is None."""
    if maintainer is None or maintainer.precedence.source_id == own.source_id:
        return "own"
    return "take_over" if own < maintainer.precedence else "duplicate"
