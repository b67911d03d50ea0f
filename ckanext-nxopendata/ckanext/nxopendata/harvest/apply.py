"""Carrying out a plan: steps go to a writer by the chunk, what came of them is recorded in the same transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
import sqlalchemy.exc
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.harvest import merge, tombstone
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.model import Finding, Json, KnownRecord, PlanEntry, Run, now

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What a writer is asked to do.

    :param kind: ``create``, ``update``, ``restore`` or ``withdraw``
    :param data: the dataset to write; empty for ``withdraw``
    :param base: the dataset as the harvest last wrote it
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

    :param state: ``written``, ``refused`` or ``skipped``
    :param written: the dataset as it now is, the fields of the harvest only
    :param kept: fields where a person's edit stands against the source
    :param before: the dataset as it was, for ``undo``; None when there was none
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


def chunks(run_id: str, size: int) -> Iterator[list[int]]:
    """Numbers of the steps that are not finished, by the chunk."""
    query = (
        sa.select(PlanEntry.number)
        .where(PlanEntry.run_id == run_id, PlanEntry.state.in_(("planned", "written")))
        .order_by(PlanEntry.number)
    )
    numbers = list(model.Session.scalars(query))
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


def apply_chunk(run: Run, numbers: Sequence[int], writer: Writer) -> list[Outcome]:
    """Carry out some steps of a run. Safe to repeat: a step that is written is not written again.

    One transaction for the datasets and what is recorded of them, then one index batch. A process that dies
    in between leaves steps ``written``; the next call indexes them.
    """
    run_id, source_id = run.id, run.source_id
    outcomes = _write(run_id, source_id, numbers, writer)
    index_chunk(run_id, numbers, writer)
    return outcomes


def _write(run_id: str, source_id: str, numbers: Sequence[int], writer: Writer) -> list[Outcome]:
    query = (
        sa.select(PlanEntry)
        .where(PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers), PlanEntry.state == "planned")
        .order_by(PlanEntry.number)
        .with_for_update()
    )
    entries = {entry.number: entry for entry in model.Session.scalars(query)}
    if not entries:
        model.Session.rollback()
        return []
    known = _known(source_id, [entry.guid for entry in entries.values()])
    steps = [_step(entry, known.get(entry.guid)) for entry in entries.values() if entry.kind != "unchanged"]
    try:
        outcomes = writer.write(steps) if steps else []
        _record(run_id, source_id, entries, outcomes)
        model.Session.commit()
    except sqlalchemy.exc.DBAPIError as error:
        model.Session.rollback()
        if getattr(error, "connection_invalidated", False):
            raise
        if len(numbers) > 1:  # find the step that the database refuses
            middle = len(numbers) // 2
            halves = (numbers[:middle], numbers[middle:])
            return [outcome for half in halves for outcome in _write(run_id, source_id, half, writer)]
        return [_refuse(run_id, numbers[0], str(error.orig))]
    return outcomes


def _known(source_id: str, guids: Sequence[str]) -> dict[str, KnownRecord]:
    query = sa.select(KnownRecord).where(KnownRecord.source_id == source_id, KnownRecord.guid.in_(guids))
    return {record.guid: record for record in model.Session.scalars(query)}


def _step(entry: PlanEntry, known: KnownRecord | None) -> Step:
    return Step(
        number=entry.number,
        kind=entry.kind,
        guid=entry.guid,
        position=entry.position,
        dataset_id=entry.dataset_id,
        data=entry.data,
        base=known.written if known else {},
    )


def _record(run_id: str, source_id: str, entries: Mapping[int, PlanEntry], outcomes: Sequence[Outcome]) -> None:
    """Write down what became of the steps; the next run compares with this."""
    rows: list[Json] = []
    time = now()
    for outcome in outcomes:
        entry = entries[outcome.step.number]
        entry.before = outcome.before
        entry.state = outcome.state
        for problem in outcome.problems:
            model.Session.add(finding(run_id, problem))
        if outcome.state != "written":
            continue
        withdrawn = entry.kind == "withdraw"
        rows.append(
            {
                "source_id": source_id,
                "guid": entry.guid,
                "dataset_id": entry.dataset_id,
                "hash": entry.hash,
                "state": "withdrawn" if withdrawn else "present",
                "seen_run": None if withdrawn else run_id,
                "written": outcome.step.base if withdrawn else outcome.written,
                "kept": outcome.kept,
                "created": time,
                "modified": time,
            }
        )
    touched = [entry for entry in entries.values() if entry.kind == "unchanged"]
    for entry in touched:
        entry.state = "done"
        model.Session.execute(
            sa.update(KnownRecord)
            .where(KnownRecord.source_id == source_id, KnownRecord.guid == entry.guid)
            .values(hash=entry.hash, seen_run=run_id)
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


def finding(run_id: str, problem: Problem) -> Finding:
    """The row of a problem."""
    return Finding(
        run_id=run_id,
        code=problem.code,
        level=problem.level,
        refuses=problem.refuses,
        guid=problem.guid,
        position=problem.position,
        field=problem.field,
        params=dict(problem.params),
    )


def _refuse(run_id: str, number: int, reason: str) -> Outcome:
    entry = model.Session.get_one(PlanEntry, (run_id, number))
    problem = Problem(
        "not_written", guid=entry.guid, position=entry.position, params={"reason": reason.splitlines()[0]}
    )
    entry.state = "refused"
    model.Session.add(finding(run_id, problem))
    outcome = Outcome(_step(entry, None), "refused", problems=[problem])
    model.Session.commit()
    log.warning("run %s: step %s refused by the database", run_id, number)
    return outcome


def index_chunk(run_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Index the steps that are written but not yet in the index, in one batch. Safe to repeat."""
    where = (PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers), PlanEntry.state == "written")
    ids = list(model.Session.scalars(sa.select(PlanEntry.dataset_id).where(*where)))
    if ids:
        writer.index(ids)
        model.Session.execute(
            sa.update(PlanEntry).where(*where).values(state="done"),
            execution_options={"synchronize_session": False},
        )
    model.Session.commit()
    model.Session.expunge_all()


def undo_chunk(run_id: str, source_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Bring the datasets of some steps back to what they were before; one transaction, one index batch."""
    query = sa.select(PlanEntry).where(PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers)).with_for_update()
    entries = [entry for entry in model.Session.scalars(query) if entry.kind != "unchanged"]
    known = _known(source_id, [entry.guid for entry in entries])
    for entry in entries:
        record = known.get(entry.guid)
        writer.revert(entry.dataset_id, entry.before)
        entry.state = "undone"
        if record is None:
            continue
        if entry.before is None:
            model.Session.delete(record)
            continue
        record.hash = ""  # the next run compares the content anew
        withdrawn = any(extra["key"] == tombstone.FIELD for extra in entry.before.get("extras", ()))
        record.state = "withdrawn" if withdrawn else "present"
        record.written = restricted(entry.before, record.written)
    model.Session.commit()
    writer.index([entry.dataset_id for entry in entries])
    model.Session.expunge_all()


def restricted(shown: Mapping[str, Any], data: Mapping[str, Any]) -> Json:
    """The fields of ``shown`` that ``data`` speaks of, in the shape that ``data`` has."""
    result: Json = {}
    for name in data:
        if name == "resources":
            wanted = {resource["id"]: resource for resource in data["resources"]}
            result[name] = [
                {key: resource.get(key) for key in wanted[resource["id"]]}
                for resource in shown.get("resources", ())
                if resource["id"] in wanted
            ]
        elif name == "tags":
            result[name] = sorted(({"name": tag["name"]} for tag in shown.get("tags", ())), key=lambda tag: tag["name"])
        elif name in shown:
            result[name] = shown[name]
    return result


def target(step: Step, current: Mapping[str, Any] | None) -> tuple[Json, list[str]]:
    """The dataset to write, and the fields where a person's edit is kept.

    :param current: the dataset as it is, None when there is none
    """
    if current is None:
        return dict(step.data), []
    marks = [extra for extra in current.get("extras", ()) if extra["key"] != tombstone.FIELD]
    if step.kind == "withdraw":
        marks.append({"key": tombstone.FIELD, "value": now().isoformat(timespec="seconds")})
        return {**current, "extras": marks, "metadata_modified": None}, []
    merged, kept = merge.datasets(step.base, current, step.data)
    merged.pop("metadata_modified", None)
    if marks or "extras" in current:
        merged["extras"] = marks
    return merged, kept
