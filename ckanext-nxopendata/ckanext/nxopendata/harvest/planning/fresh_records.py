"""Records that are new, or not as they were last written, on their way into a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.nxopendata.harvest.formats import Record
from ckanext.nxopendata.harvest.mapping import mapper
from ckanext.nxopendata.harvest.mirror import copy
from ckanext.nxopendata.harvest.models import Json
from ckanext.nxopendata.harvest.planning import decisions, validation


@dataclass(slots=True)
class FreshRecord:
    """A record that is new, or that is not as it was last written."""

    record: Record
    guid: str
    kind: decisions.Kind
    hash: str
    before: decisions.Known | None
    dataset: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writable:
    """A record that would be written, and the dataset that it would become."""

    entry: FreshRecord
    settled: decisions.Settled
    candidate: validation.Candidate


def title_of(dataset: Mapping[str, Any]) -> str:
    """Return the Chinese title of a dataset; "" when it has none."""
    return dataset.get("title_translated", {}).get("zh", "")


def maintainer_change(old: str | None, new: str | None) -> Json:
    """Make the change of the source that maintains a dataset."""
    return {"field": decisions.SOURCE_CHANGE, "old": old, "new": new}


def compare(written: Mapping[str, Any], data: Json) -> list[Json]:
    """List the fields that differ from what was last written."""
    return [
        {"field": name, "old": old, "new": new}
        for name, old, new in mapper.compare(copy.as_linked(written), data)
        if name != "resources" or not copy.same_files(old or (), new or ())
    ]
