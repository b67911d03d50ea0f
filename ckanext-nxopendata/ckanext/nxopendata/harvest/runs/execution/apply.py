"""Write and index the steps of a plan, and record in the same transaction what became of them. The caller commits."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pysolr
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.models import Json, KnownRecord, PlanEntry, Source
from ckanext.nxopendata.harvest.planning import decisions, duplicates, findings, identities, merge
from ckanext.nxopendata.harvest.runs.coordination import retry
from ckanext.nxopendata.harvest.withdrawal import marker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that a writer carries out.

    Attributes:
        kind: ``create``, ``update``, ``restore`` or ``withdraw``.
        data: The dataset to write; empty for ``withdraw``.
        base: The dataset as the harvest last wrote it.
    """

    number: int
    kind: str
    guid: str
    position: str
    dataset_id: str
    data: Mapping[str, Any]
    base: Mapping[str, Any]


@dataclass(slots=True)
class Outcome:
    """What became of a step.

    Attributes:
        state: ``written``, ``refused`` or ``skipped``.
        written: The dataset as it now is, the fields of the harvest only.
        kept: Fields where a person's edit stands against the source.
        before: The dataset as it was, for ``undo``; None when there was none.
    """

    step: Step
    state: str
    written: Json = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    before: Json | None = None
    problems: list[Problem] = field(default_factory=list)


class Writer(Protocol):
    """Writes datasets into the session's transaction, and indexes what was committed."""

    def write(self, steps: Sequence[Step]) -> list[Outcome]:
        """Write ``steps``; the caller commits."""
        ...

    def index(self, dataset_ids: Sequence[str]) -> None:
        """Bring the search index in line with the database for these datasets."""
        ...

    def revert(self, dataset_id: str, before: Json | None) -> None:
        """Give a dataset its former content, or delete it when there was none; the caller commits."""
        ...


WRITTEN_KINDS = frozenset({"create", "update", "restore", "withdraw"})
"""Kinds of steps that write a dataset; the others only change what is remembered of a record."""


def write_steps(run_id: str, source_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Write those of some steps that are planned, and what became of them, for the caller to commit together.

    Safe to repeat: a step that is written is not written again.

    Args:
        run_id: Id of the run.
        source_id: Id of its source.
        numbers: Of the steps.
        writer: Writes their datasets.
    """
    query = (
        sa.select(PlanEntry)
        .where(PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers), PlanEntry.state == "planned")
        .order_by(PlanEntry.number)
        .with_for_update()
    )
    entries = {entry.number: entry for entry in model.Session.scalars(query)}
    if not entries:
        return
    overtaken = _claim(entries.values(), source_id)
    bases = _find_bases(source_id, entries.values())
    steps = [
        _step(entry, bases.get(entry.dataset_id, {}))
        for entry in entries.values()
        if entry.kind in WRITTEN_KINDS and entry.number not in overtaken
    ]
    outcomes = writer.write(steps) if steps else []
    _record(run_id, source_id, entries, outcomes, overtaken)


def _claim(entries: Iterable[PlanEntry], source_id: str) -> dict[int, str]:
    """Claim the identities of what is written: number of a creation that another source was faster with -> its
    dataset."""
    keys = {
        entry.number: duplicates.identity_keys(entry.guid, entry.data)
        for entry in entries
        if entry.kind in ("create", "update")
    }
    owners = {entry.number: entry for entry in entries}
    claims = {key: owners[number].dataset_id for number, own in reversed(keys.items()) for key in own}
    taken = identities.claim_keys(claims)
    if not taken:
        return {}
    maintainers = identities.find_maintainers(set(taken.values()))
    return {
        number: taken[key]
        for number, own in keys.items()
        for key in reversed(own)
        if owners[number].kind == "create"
        and key in taken
        and (maintainer := maintainers.get(taken[key]))
        and maintainer.precedence.source_id != source_id
    }


def _find_bases(source_id: str, entries: Iterable[PlanEntry]) -> dict[str, Json]:
    """Dataset -> what a harvest last wrote of it: this source, else the one that maintained it before."""
    ids = [entry.dataset_id for entry in entries if entry.kind in WRITTEN_KINDS]
    query = (
        sa.select(KnownRecord.dataset_id, KnownRecord.written)
        .where(KnownRecord.dataset_id.in_(ids), KnownRecord.state != "duplicate")
        .order_by(KnownRecord.state == "present", KnownRecord.source_id == source_id, KnownRecord.modified)
    )
    return {row.dataset_id: row.written for row in model.Session.execute(query)}


def find_records(source_id: str, guids: Sequence[str]) -> dict[str, KnownRecord]:
    """Map identifiers to the rows that remember their records."""
    query = sa.select(KnownRecord).where(KnownRecord.source_id == source_id, KnownRecord.guid.in_(guids))
    return {record.guid: record for record in model.Session.scalars(query)}


def _step(entry: PlanEntry, base: Json) -> Step:
    return Step(
        number=entry.number,
        kind=entry.kind,
        guid=entry.guid,
        position=entry.position,
        dataset_id=entry.dataset_id,
        data=entry.data,
        base=base,
    )


def _record(
    run_id: str,
    source_id: str,
    entries: Mapping[int, PlanEntry],
    outcomes: Sequence[Outcome],
    overtaken: Mapping[int, str],
) -> None:
    """Write down what became of the steps; the next run compares with this."""
    rows: list[Json] = []
    told = findings.find_told(run_id, [outcome.step.guid for outcome in outcomes if outcome.problems])
    for outcome in outcomes:
        entry = entries[outcome.step.number]
        entry.before = outcome.before
        entry.state = outcome.state
        for problem in outcome.problems:
            if (problem.code, problem.guid, problem.field) not in told:
                findings.add(run_id, problem)
        if outcome.state != "written":
            continue
        if outcome.kept:
            problem = Problem("edit_kept", "record", entry.guid, entry.position, ", ".join(outcome.kept), refuses=False)
            findings.add(run_id, problem)
        withdrawn = entry.kind == "withdraw"
        rows.append(
            _row(source_id, entry)
            | {
                "state": "withdrawn" if withdrawn else "present",
                "seen_run": None if withdrawn else run_id,
                "written": outcome.step.base if withdrawn else outcome.written,
                "kept": outcome.kept,
            }
        )
    for entry in entries.values():
        if entry.number in overtaken:
            entry.dataset_id, entry.state, entry.data = overtaken[entry.number], "duplicate", {}
            rows.append(_row(source_id, entry) | {"state": "duplicate", "seen_run": run_id})
        elif entry.kind == "duplicate":
            entry.state = "done"
            successor = entry.data.get(decisions.SUCCESSOR)
            rows.append(
                _row(source_id, entry) | {"state": "withdrawn" if successor else "duplicate", "seen_run": run_id}
            )
            if successor:
                _hand_over(source_id, entry.dataset_id, successor)
        elif entry.kind == "unchanged":
            entry.state = "done"
            _update_record(source_id, entry.guid, hash=entry.hash, seen_run=run_id)
    taken = [row["dataset_id"] for row in rows if row["state"] == "present"]
    model.Session.execute(
        sa.update(KnownRecord)
        .where(KnownRecord.dataset_id.in_(taken), KnownRecord.source_id != source_id, KnownRecord.state == "present")
        .values(state="duplicate"),
        execution_options={"synchronize_session": False},
    )
    if rows:
        statement = insert(KnownRecord).values(rows)
        replaced = ("dataset_id", "hash", "state", "seen_run", "written", "kept", "modified")
        model.Session.execute(
            statement.on_conflict_do_update(
                index_elements=["source_id", "guid"],
                set_={name: getattr(statement.excluded, name) for name in replaced},
            )
        )


def _row(source_id: str, entry: PlanEntry) -> Json:
    time = utc_now()
    return {
        "source_id": source_id,
        "guid": entry.guid,
        "dataset_id": entry.dataset_id,
        "hash": entry.hash,
        "written": {},
        "kept": [],
        "created": time,
        "modified": time,
    }


def _update_record(source_id: str, guid: str, **values: Any) -> None:
    model.Session.execute(
        sa.update(KnownRecord).where(KnownRecord.source_id == source_id, KnownRecord.guid == guid).values(**values),
        execution_options={"synchronize_session": False},
    )


def _hand_over(source_id: str, dataset_id: str, successor: str) -> None:
    """Let another source maintain a dataset that this one does not have any more. Its next run writes it."""
    written = sa.select(KnownRecord.written).where(
        KnownRecord.source_id == source_id, KnownRecord.dataset_id == dataset_id
    )
    model.Session.execute(
        sa.update(KnownRecord)
        .where(
            KnownRecord.source_id == successor, KnownRecord.dataset_id == dataset_id, KnownRecord.state == "duplicate"
        )
        .values(state="present", hash="", written=model.Session.scalar(written.limit(1)) or {}),
        execution_options={"synchronize_session": False},
    )
    model.Session.execute(
        sa.update(Source).where(Source.id == successor).values(trail=[], memory={}),
        execution_options={"synchronize_session": False},
    )


def refuse_step(run_id: str, number: int, reason: str) -> None:
    """Refuse a step that the database does not take; the caller commits.

    Args:
        run_id: Id of the run.
        number: Of the step.
        reason: What the database says; its first line is reported.
    """
    entry = model.Session.get_one(PlanEntry, (run_id, number))
    params = {"reason": reason.splitlines()[0]}
    entry.state = "refused"
    findings.add(run_id, Problem("not_written", guid=entry.guid, position=entry.position, params=params))
    log.warning("run %s: step %s refused by the database", run_id, number)


def index_steps(run_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Index those of some steps that are written but not yet in the index, in one batch; the caller commits.

    Safe to repeat. A dataset that Solr does not take is reported, and the others are indexed.
    """
    where = (PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers), PlanEntry.state == "written")
    ids = list(model.Session.scalars(sa.select(PlanEntry.dataset_id).where(*where)))
    if not ids:
        return
    for dataset_id, reason in _index(ids, writer):
        findings.add(run_id, Problem("not_indexed", guid=dataset_id, params={"reason": reason}, refuses=False))
    model.Session.execute(
        sa.update(PlanEntry).where(*where).values(state="done"),
        execution_options={"synchronize_session": False},
    )


def _index(ids: Sequence[str], writer: Writer) -> list[tuple[str, str]]:
    """Index datasets; the ones that Solr rejects, with its reason."""
    try:
        writer.index(ids)
    except pysolr.SolrError as error:
        if not retry.is_rejection(error):
            raise
        if len(ids) == 1:
            log.warning("Solr rejects dataset %s: %s", ids[0], error)
            return [(ids[0], str(error)[:300])]
        middle = len(ids) // 2
        return _index(ids[:middle], writer) + _index(ids[middle:], writer)
    return []


def restrict(dataset: Mapping[str, Any], data: Mapping[str, Any]) -> Json:
    """Return those fields of ``dataset`` that ``data`` has too, in the shape that they have there."""
    result: Json = {}
    for name in data:
        if name == "resources":
            own_files = {resource["id"]: resource for resource in data["resources"]}
            result[name] = [
                {key: resource.get(key) for key in own_files[resource["id"]]}
                for resource in dataset.get("resources", ())
                if resource["id"] in own_files
            ]
        elif name == "tags":
            result[name] = sorted(
                ({"name": tag["name"]} for tag in dataset.get("tags", ())), key=lambda tag: tag["name"]
            )
        elif name in dataset:
            result[name] = dataset[name]
    return result


def build_target(step: Step, current: Mapping[str, Any] | None) -> tuple[Json, list[str]]:
    """Build the dataset to write, and the fields where a person's edit is kept.

    Args:
        current: The dataset as it is, None when there is none.
    """
    if current is None:
        return dict(step.data), []
    marks = [extra for extra in current.get("extras", ()) if extra["key"] != marker.FIELD]
    if step.kind == "withdraw":
        marks.append({"key": marker.FIELD, "value": utc_now().isoformat(timespec="seconds")})
        return {**current, "extras": marks, "metadata_modified": None}, []
    merged, kept = merge.datasets(step.base, current, step.data)
    merged.pop("metadata_modified", None)
    if marks or "extras" in current:
        merged["extras"] = marks
    return merged, kept
