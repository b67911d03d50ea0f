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
class Rank:
    """The precedence of a source; the smaller one wins."""

    priority: int
    created: dt.datetime
    source_id: str


@dataclass(frozen=True, slots=True)
class Holder:
    """The source that maintains a dataset."""

    dataset_id: str
    source_name: str
    rank: Rank


def keys(guid: str, dataset: Mapping[str, Any]) -> tuple[str, ...]:
    """What a dataset is recognised by in any source, the surest first; empty when it has nothing of the kind.

    :param guid: its identifier at the source
    :param dataset: in the portal's words
    """
    found = []
    if _IRI.fullmatch(guid):
        found.append(f"iri:{guid}")
    if code := dataset.get("nx_resource_code"):
        found.append(f"code:{code}")
    return tuple(found)


def verdict(own: Rank, holder: Holder | None) -> Verdict:
    """What a source does with a dataset that ``holder`` maintains, or nobody if it is None."""
    if holder is None or holder.rank.source_id == own.source_id:
        return "own"
    return "take_over" if own < holder.rank else "duplicate"
