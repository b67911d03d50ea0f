"""What a run would do, decided from what is known and what was seen. Nothing here reads or writes anything.

Two rules keep datasets from being lost. A dataset is withdrawn only when the reading proved that it saw the
whole catalogue (:func:`find_issues`); and when many would be withdrawn, the run waits for a person
(:mod:`..withdrawal.limit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ckanext.nxopendata.harvest.formats import Completeness
from ckanext.nxopendata.harvest.planning import duplicates
from ckanext.nxopendata.harvest.planning.duplicates import Maintainer, Precedence

Kind = Literal["create", "update", "unchanged", "withdraw", "restore", "refused", "withheld", "duplicate"]
KINDS: tuple[Kind, ...] = ("create", "update", "unchanged", "withdraw", "restore", "refused", "withheld", "duplicate")
"""``withheld`` are records that the source does not offer to the public and that never came in: only counted."""

THERE = ("present", "duplicate")
"""States of the records that the source was seen to have."""


SOURCE_CHANGE = "@source"
"""The "field" of a step's changes that names the source which maintained the dataset, and which does now."""

SUCCESSOR = "heir"
"""Key in the data of a step that hands a dataset over: id of the source that maintains it from now on."""


@dataclass(frozen=True, slots=True)
class Known:
    """What we remember of a record of the source.

    Attributes:
        hash: Of the content last written; "" when it was never written.
        state: ``present``, ``withdrawn``, or ``duplicate`` when another source maintains the dataset.
    """

    guid: str
    dataset_id: str
    hash: str
    state: str


def decide(new_hash: str, known: Known | None) -> Kind:
    """Decide what becomes of a record that was seen and is in order, as far as its own source knows."""
    if known is None or not known.dataset_id:
        return "create"
    if known.state == "withdrawn":
        return "restore"
    if known.state == "duplicate":
        return "duplicate"
    return "unchanged" if known.hash == new_hash else "update"


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a record when all sources are considered.

    Attributes:
        dataset_id: Of the dataset it describes; "" for a new one.
        maintainer: The source that maintains the dataset, if it is another: it keeps or loses it.
    """

    kind: Kind
    dataset_id: str
    maintainer: Maintainer | None = None


def settle(
    kind: Kind, known: Known | None, own: Precedence, others: Sequence[str], maintainers: Mapping[str, Maintainer]
) -> Settled:
    """Bring a decision in line with what other sources have.

    Args:
        kind: What :func:`decide` returned.
        known: What is remembered of the record; None for nothing.
        own: Precedence of the record's source.
        others: Datasets that are recognised as the same by its keys, the surest first.
        maintainers: Dataset -> the source that maintains it.
    """
    if known and known.state == "present":
        return Settled(kind, known.dataset_id)
    candidates = [known.dataset_id, *others] if known else list(others)
    if not candidates:
        return Settled("create", "")
    dataset_id = candidates[0]
    maintainer = maintainers.get(dataset_id)
    match duplicates.compare_precedence(own, maintainer):
        case "own":
            return Settled("restore", dataset_id)
        case "take_over":
            return Settled("update", dataset_id, maintainer)
        case "duplicate":
            return Settled("duplicate", dataset_id, maintainer)


def find_issues(completeness: Completeness) -> list[str]:
    """List why the reading does not prove that it saw the whole catalogue; empty when it does.

    Proof asks for all of: the last page was read to its end, no page was repeated or failed, every record had
    an identifier of its own, the declared total was reached, and there was a record at all.
    """
    issues = list(completeness.issues)
    if not completeness.closed:
        issues.append("reading_not_finished")
    if completeness.records == 0 and completeness.whole:
        issues.append("catalogue_empty")
    if completeness.declared_total is not None and completeness.records < completeness.declared_total:
        issues.append("total_not_reached")
    return list(dict.fromkeys(issues))


def find_vanished(known: Iterable[Known], seen: set[str]) -> Iterable[Known]:
    """Find the datasets that are public and were not seen."""
    return (entry for entry in known if entry.state == "present" and entry.guid not in seen)
