"""What a run would do, decided from what is known and what was seen. Nothing here reads or writes anything.

Two rules keep datasets from being lost. A dataset is withdrawn only when the reading proved that it saw the
whole catalogue (:func:`doubts`); and when many would be withdrawn, the run waits for a person (:func:`fuse`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ckanext.nxopendata.harvest.formats import Evidence
from ckanext.nxopendata.harvest.planning import duplicates
from ckanext.nxopendata.harvest.planning.duplicates import Holder, Rank

Kind = Literal["create", "update", "unchanged", "withdraw", "restore", "refused", "duplicate"]
KINDS: tuple[Kind, ...] = ("create", "update", "unchanged", "withdraw", "restore", "refused", "duplicate")

THERE = ("present", "duplicate")
"""States of the records that the source was seen to have."""


@dataclass(frozen=True, slots=True)
class Known:
    """What we remember of a record of the source.

    :param hash: of the content last written; "" when it was never written
    :param state: ``present``, ``withdrawn``, or ``duplicate`` when another source maintains the dataset
    """

    guid: str
    dataset_id: str
    hash: str
    state: str


@dataclass(frozen=True, slots=True)
class Fuse:
    """How many withdrawals a run may do by itself: no more than ``share`` of what is present, nor ``number``."""

    share: float = 0.10
    number: int = 20

    def holds(self, withdrawals: int, present: int) -> bool:
        """Whether so many withdrawals wait for a person.

        :param present: datasets of the source that are public before the run
        """
        return withdrawals > self.number or withdrawals > self.share * present


def decide(new_hash: str, known: Known | None) -> Kind:
    """What becomes of a record that was seen and is in order, as far as its own source knows."""
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

    :param dataset_id: of the dataset it describes; "" for a new one
    :param holder: the source that maintains the dataset, if it is another: it keeps or loses it
    """

    kind: Kind
    dataset_id: str
    holder: Holder | None = None


def settle(kind: Kind, known: Known | None, own: Rank, others: Sequence[str], holders: Mapping[str, Holder]) -> Settled:
    """Bring a decision in line with what other sources have.

    :param kind: what :func:`decide` said
    :param own: precedence of the record's source
    :param others: datasets that are recognised as the same by its keys, the surest first
    :param holders: dataset -> the source that maintains it
    """
    if known and known.state == "present":
        return Settled(kind, known.dataset_id)
    candidates = [known.dataset_id, *others] if known else list(others)
    if not candidates:
        return Settled("create", "")
    dataset_id = candidates[0]
    holder = holders.get(dataset_id)
    match duplicates.verdict(own, holder):
        case "own":
            return Settled("restore", dataset_id)
        case "take_over":
            return Settled("update", dataset_id, holder)
        case "duplicate":
            return Settled("duplicate", dataset_id, holder)


def doubts(evidence: Evidence) -> list[str]:
    """Why the reading does not prove that it saw the whole catalogue; empty when it does.

    Proof asks for all of: the last page was read to its end, no page was repeated or failed, every record had
    an identifier of its own, the declared total was reached, and there was a record at all.
    """
    found = list(evidence.doubts)
    if not evidence.closed:
        found.append("reading_not_finished")
    if evidence.records == 0 and evidence.whole:
        found.append("catalogue_empty")
    if evidence.declared_total is not None and evidence.records < evidence.declared_total:
        found.append("total_not_reached")
    return list(dict.fromkeys(found))


def vanished(known: Iterable[Known], seen: set[str]) -> Iterable[Known]:
    """The datasets that are public and were not seen."""
    return (entry for entry in known if entry.state == "present" and entry.guid not in seen)


def counts(kinds: Iterable[Kind]) -> dict[str, int]:
    """How often each kind occurs; kinds that do not occur count 0."""
    result: dict[str, int] = dict.fromkeys(KINDS, 0)
    for kind in kinds:
        result[kind] += 1
    return result
