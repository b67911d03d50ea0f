"""A run from its beginning to its end: read, decide, keep the plan, carry it out."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis.exceptions
import sqlalchemy as sa
from ckan import model
from ckan.lib.redis import connect_to_redis
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.harvest import apply as applying
from ckanext.nxopendata.harvest import assemble, checks, config, formats, mapping, messages, mirror, plan, sources
from ckanext.nxopendata.harvest.apply import Writer
from ckanext.nxopendata.harvest.errors import HarvestError, Problem
from ckanext.nxopendata.harvest.fetch import Document, Fetcher, Validators
from ckanext.nxopendata.harvest.formats import Evidence, Format, Record
from ckanext.nxopendata.harvest.model import Finding, Json, KnownRecord, PlanEntry, Run, Source, now

log = logging.getLogger(__name__)

BATCH = 500
"""Records that are compared with what is known in one query."""

LONGEST_GUID = 2_000
"""Bytes; the index of the table holds no more."""

LOCK_SECONDS = 120
"""A lock that nobody renews is free again after this time."""

FINAL = frozenset({"done", "failed", "refused", "cancelled", "undone"})

Progress = Callable[[str, int, int | None], None]
"""Told the stage, how many records it has done, and of how many if that is known."""


def quiet(_stage: str, _done: int, _total: int | None) -> None:
    """Tells nobody."""


@contextlib.contextmanager
def source_lock(source_id: str) -> Iterator[Callable[[], None]]:
    """Only one run of a source at a time, on any machine. Gives a function that renews the lock.

    :raises HarvestError: the source is being harvested
    """
    lock = connect_to_redis().lock(f"nx:harvest:{source_id}", timeout=LOCK_SECONDS, blocking=False)
    if not lock.acquire():
        raise HarvestError("run_busy")
    last = time.monotonic()

    def renew() -> None:
        nonlocal last
        if time.monotonic() - last > LOCK_SECONDS / 4:
            # Redis was emptied: the transactions of the chunks still keep two runs apart.
            with contextlib.suppress(redis.exceptions.LockError):
                lock.reacquire()
            last = time.monotonic()

    try:
        yield renew
    finally:
        with contextlib.suppress(redis.exceptions.LockError):
            lock.release()


def create(source: Source, user_name: str) -> Run:
    """A new run, not yet begun."""
    run = Run(source_id=source.id, user_name=user_name, state="pending", created=now())
    for name, empty in (("counts", {}), ("stages", {}), ("doubts", []), ("evidence", {}), ("note", {})):
        setattr(run, name, empty)
    run.problem_count = 0
    model.Session.add(run)
    model.Session.commit()
    return run


def execute(run: Run, writer: Writer, progress: Progress = quiet) -> Run:
    """Plan a run and, unless the fuse holds it, carry it out.

    A source that cannot be read ends the run as ``failed`` with the reason; it does not raise.

    :raises HarvestError: another run of the source is under way
    """
    run_id, source_id = run.id, run.source_id
    with source_lock(source_id) as renew:

        def step(stage: str, done: int, total: int | None) -> None:
            renew()
            progress(stage, done, total)

        try:
            recover(source_id, run_id, writer)
            run = make_plan(run_id, step)
            return run if run.state in ("held", *FINAL) else carry_out(run_id, writer, step)
        except HarvestError as error:
            return fail(run_id, error)
        except Exception as error:
            log.exception("run %s failed", run_id)
            return fail(run_id, HarvestError("unexpected", reason=type(error).__name__))


def recover(source_id: str, but: str, writer: Writer) -> None:
    """Finish what runs of the source left behind whose process died: index what they wrote, and close them.

    Their locks have passed, so nobody is working on them; call it under the source's lock.

    :param but: id of the run that is beginning
    """
    left = sa.select(Run.id).where(
        Run.source_id == source_id, Run.id != but, Run.state.in_(("pending", "planning", "applying"))
    )
    for run_id in list(model.Session.scalars(left)):
        query = sa.select(PlanEntry.number).where(PlanEntry.run_id == run_id, PlanEntry.state == "written")
        numbers = list(model.Session.scalars(query))
        for start in range(0, len(numbers), config.chunk()):
            applying.index_chunk(run_id, numbers[start : start + config.chunk()], writer)
        fail(run_id, HarvestError("run_interrupted"))
        log.warning("run %s of source %s was interrupted; %s datasets indexed", run_id, source_id, len(numbers))


def fail(run_id: str, error: HarvestError) -> Run:
    """End a run that could not go on. What it has written so far stays."""
    model.Session.rollback()
    run = model.Session.get_one(Run, run_id)
    run.state, run.finished = "failed", now()
    model.Session.add(applying.finding(run_id, Problem.of(error, "source")))
    _count_problems(run)
    model.Session.commit()
    log.warning("run %s of source %s failed: %s", run_id, run.source_id, error)
    return run


# Planning


@dataclass(slots=True)
class _Planner:
    """What planning carries from record to record."""

    run_id: str
    source: Source
    fingerprint: str
    rules: mapping.FieldMapping
    bounds: mapping.Bounds
    owner_of: sources.OwnerOf
    licence_of: assemble.LicenceOf
    progress: Progress
    evidence: Evidence = field(default_factory=Evidence)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(plan.KINDS, 0))
    seen: set[str] = field(default_factory=set)
    number: int = 0
    problems: int = 0
    entries: list[Json] = field(default_factory=list)
    findings: list[Json] = field(default_factory=list)

    def report(self, problem: Problem) -> None:
        """Keep a finding."""
        row = applying.finding(self.run_id, problem)
        columns = ("run_id", "code", "level", "refuses", "guid", "position", "field", "params")
        self.findings.append({name: getattr(row, name) for name in columns})
        self.problems += 1

    def refuse(self, record: Record, code: str, **params: Any) -> None:
        """List a record that cannot be taken."""
        self.report(Problem(code, guid=record.guid, position=record.position, params=params))
        self.add("refused", record.guid or "", record.position, state="refused")

    def add(self, kind: plan.Kind, guid: str, position: str = "", **values: Any) -> None:
        """A step of the plan."""
        self.number += 1
        self.counts[kind] += 1
        defaults: Json = {
            "dataset_id": "",
            "title": "",
            "hash": "",
            "state": "planned",
            "data": {},
            "changes": [],
            "before": None,
        }
        row = {"run_id": self.run_id, "number": self.number, "kind": kind, "guid": guid, "position": position}
        self.entries.append(row | defaults | values)

    def flush(self) -> None:
        """Write what was kept; the plan can be read while it grows."""
        if self.entries:
            model.Session.execute(insert(PlanEntry), self.entries)
        if self.findings:
            model.Session.execute(insert(Finding), self.findings)
        self.entries, self.findings = [], []
        model.Session.execute(
            sa.update(Run)
            .where(Run.id == self.run_id)
            .values(counts=self.counts, problem_count=self.problems, heartbeat=now())
        )
        model.Session.commit()


def make_plan(run_id: str, progress: Progress = quiet) -> Run:
    """Read the source and keep what is to be done. Safe to repeat: an unfinished plan is begun anew.

    :raises HarvestError: the source cannot be read
    """
    began = time.monotonic()
    run = model.Session.get_one(Run, run_id)
    source = model.Session.get_one(Source, run.source_id)
    for table in (PlanEntry, Finding):
        model.Session.execute(sa.delete(table).where(table.run_id == run_id))
    run.state, run.started, run.heartbeat = "planning", now(), now()
    model.Session.commit()
    model.Session.expunge(source)

    with sources.door(source) as door:
        first = _first_document(source, door)
        if first is None:
            return _nothing_changed(run_id, source, began)
        form = formats.detect(first) if source.format == "auto" else formats.by_name(source.format)
        planner = _planner(run_id, source, form, progress)
        reading = sources.reading(source, form, door, planner.report, planner.evidence)
        try:
            for batch in _batches(form.read(first, reading), BATCH):
                _plan_batch(planner, batch)
                planner.flush()
                progress("plan", planner.evidence.records, planner.evidence.declared_total)
        finally:
            first.body.close()
    return _close_plan(planner, began)


def _planner(run_id: str, source: Source, form: Format, progress: Progress) -> _Planner:
    return _Planner(
        run_id=run_id,
        source=source,
        fingerprint=sources.fingerprint(source, form),
        rules=sources.rules(source, form),
        bounds=sources.bounds(source),
        owner_of=sources.owner_of(source),
        licence_of=checks.licence_reader(),
        progress=progress,
    )


def _first_document(source: Source, door: Fetcher) -> Document | None:
    """The first page, or None when the server says for every page of the last reading that it has not changed."""
    forms = formats.every().values() if source.format == "auto" else [formats.by_name(source.format)]
    current = {sources.fingerprint(source, form) for form in forms} if source.trail else set()
    trail = source.trail if source.fingerprint in current else []
    accept = "*/*" if source.format == "auto" else formats.by_name(source.format).accept
    if not trail:
        return door.get(sources.entry(source), accept=accept)
    for number, page in enumerate(trail):
        validators = Validators(page["etag"], page["last_modified"])
        url = sources.entry(source) if number == 0 else page["url"]
        document = door.get(url, accept=accept, validators=validators)
        if document.not_modified or document.sha256 == page["sha256"]:
            document.body.close()
            continue
        if number == 0:
            return document
        document.body.close()
        return door.get(sources.entry(source), accept=accept)
    return None


def _nothing_changed(run_id: str, source: Source, began: float) -> Run:
    present = model.Session.scalar(
        sa.select(sa.func.count()).where(KnownRecord.source_id == source.id, KnownRecord.state == "present")
    )
    run = model.Session.get_one(Run, run_id)
    run.counts = dict.fromkeys(plan.KINDS, 0) | {"unchanged": present or 0}
    run.stages = {"plan": round(time.monotonic() - began, 3)}
    run.note = {"not_modified": True}
    run.state, run.finished = "done", now()
    model.Session.commit()
    return run


def _batches(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _plan_batch(planner: _Planner, batch: Sequence[Record]) -> None:
    planner.evidence.records += len(batch)
    taken: dict[str, Record] = {}
    for record in batch:
        if guid := _identifier(planner, record):
            taken[guid] = record
    known = _known(planner.source.id, list(taken))
    for guid, record in taken.items():
        new_hash = mapping.content_hash(record.raw, planner.fingerprint)
        before = known.get(guid)
        if record.withdrawn:
            if before and before.state == "present":
                planner.add("withdraw", guid, record.position, dataset_id=before.dataset_id, hash=before.hash)
            continue
        kind = plan.decide(new_hash, before)
        if kind == "unchanged":
            planner.counts["unchanged"] += 1
        else:
            _plan_record(planner, record, guid, kind, new_hash, before)


def _identifier(planner: _Planner, record: Record) -> str | None:
    """The identifier that is the record's own; without one it is listed, and nothing may be withdrawn."""
    if not record.guid:
        planner.evidence.doubt("record_without_identifier")
        planner.refuse(record, "record_without_identifier")
        return None
    if len(record.guid.encode()) > LONGEST_GUID or "\x00" in record.guid:
        planner.evidence.doubt("record_without_identifier")
        shortened = Record(record.guid[:200].replace("\x00", ""), record.raw, record.position[:500])
        planner.refuse(shortened, "identifier_too_long", limit=LONGEST_GUID)
        return None
    if record.guid in planner.seen:
        planner.evidence.doubt("identifier_repeated")
        planner.refuse(record, "identifier_repeated")
        return None
    planner.seen.add(record.guid)
    return record.guid


def _known(source_id: str, guids: Sequence[str]) -> dict[str, plan.Known]:
    query = sa.select(KnownRecord.guid, KnownRecord.dataset_id, KnownRecord.hash, KnownRecord.state).where(
        KnownRecord.source_id == source_id, KnownRecord.guid == sa.any_(sa.literal(list(guids), sa.ARRAY(sa.Text)))
    )
    return {row.guid: plan.Known(*row) for row in model.Session.execute(query)}


def _plan_record(
    planner: _Planner, record: Record, guid: str, kind: plan.Kind, new_hash: str, before: plan.Known | None
) -> None:
    source = planner.source
    mapped = mapping.apply(planner.rules, guid, record.raw, planner.bounds)
    for problem in mapped.problems:
        planner.report(_at(problem, record.position))
    title = mapped.dataset.get("title_translated", {}).get("zh", "")
    if mapped.refused:
        planner.add("refused", guid, record.position, title=title, state="refused")
        return
    data = assemble.dataset(
        mapped.dataset,
        source_id=source.id,
        guid=guid,
        organization_id=planner.owner_of(mapped.dataset),
        licence_of=planner.licence_of,
        default_licence=source.licence,
    )
    changes: list[Json] = []
    if before and kind == "update":
        data["id"] = before.dataset_id
        written = model.Session.scalar(
            sa.select(KnownRecord.written).where(KnownRecord.source_id == source.id, KnownRecord.guid == guid)
        )
        before_data = mirror.as_linked(written or {})
        changes = [
            {"field": name, "old": old, "new": new}
            for name, old, new in mapping.differences(before_data, data)
            if name != "resources" or not mirror.same_files(old or (), new or ())
        ]
        if not changes:
            planner.add("unchanged", guid, record.position, dataset_id=before.dataset_id, hash=new_hash)
            return
    planner.add(
        kind,
        guid,
        record.position,
        dataset_id=before.dataset_id if before else data["id"],
        title=title,
        hash=new_hash,
        data=data,
        changes=changes,
    )


def _at(problem: Problem, position: str) -> Problem:
    return Problem(problem.code, problem.level, problem.guid, position, problem.field, problem.params, problem.refuses)


def _close_plan(planner: _Planner, began: float) -> Run:
    """Decide on withdrawals now that the reading has ended, and whether a person is asked."""
    source, evidence = planner.source, planner.evidence
    doubts = plan.doubts(evidence)
    present = model.Session.scalar(
        sa.select(sa.func.count()).where(KnownRecord.source_id == source.id, KnownRecord.state == "present")
    )
    if not doubts and evidence.whole:
        query = sa.select(KnownRecord.guid, KnownRecord.dataset_id, KnownRecord.hash, KnownRecord.state).where(
            KnownRecord.source_id == source.id, KnownRecord.state == "present"
        )
        rows = (plan.Known(*row) for row in model.Session.execute(query))
        for known in plan.vanished(rows, planner.seen):
            planner.add("withdraw", known.guid, dataset_id=known.dataset_id, hash=known.hash)
    planner.flush()
    run = model.Session.get_one(Run, planner.run_id)
    run.doubts = doubts
    run.evidence = {
        "pages": evidence.pages,
        "records": evidence.records,
        "declared_total": evidence.declared_total,
        "trail": evidence.trail if not evidence.doubts else [],
        "fingerprint": planner.fingerprint,
        "memory": evidence.memory,
    }
    run.stages = {"plan": round(time.monotonic() - began, 3)}
    changing = sum(planner.counts[kind] for kind in ("create", "update", "withdraw", "restore"))
    reviewed = source.trust == "review" and changing
    held = reviewed or config.fuse().holds(planner.counts["withdraw"], present or 0)
    run.state = "held" if held else "applying"
    model.Session.commit()
    model.Session.expire_all()
    log.info("run %s of source %s planned: %s", run.id, source.name, run.counts)
    return run


# Carrying out


def carry_out(run_id: str, writer: Writer, progress: Progress = quiet) -> Run:
    """Carry out the plan of a run, all of it that is not done yet. Safe to repeat."""
    began = time.monotonic()
    run = model.Session.get_one(Run, run_id)
    run.state, run.heartbeat = "applying", now()
    model.Session.commit()
    total = sum(run.counts.get(kind, 0) for kind in ("create", "update", "restore", "withdraw"))
    done, mirroring = 0, 0.0
    source = model.Session.get_one(Source, run.source_id)
    with sources.door(source, config.mirror_limits()) as door:
        for numbers in list(applying.chunks(run_id, config.chunk())):
            run = model.Session.get_one(Run, run_id, populate_existing=True)
            if run.state == "cancelled":
                return run
            if source.files == "mirror":
                started = time.monotonic()
                problems = mirror.prepare(run, numbers, door)
                model.Session.add_all(applying.finding(run_id, problem) for problem in problems)
                model.Session.commit()
                mirroring += time.monotonic() - started
            applying.apply_chunk(run, numbers, writer)
            done += len(numbers)
            progress("apply", min(done, total), total)
    stages = {"apply": time.monotonic() - began - mirroring}
    return finish(run_id, stages | {"mirror": mirroring} if mirroring else stages)


def finish(run_id: str, stages: Mapping[str, float]) -> Run:
    """Close a run whose steps are done, and remember its reading for the next.

    :param stages: seconds by stage
    """
    run = model.Session.get_one(Run, run_id)
    model.Session.refresh(run)
    refused = model.Session.execute(
        sa.select(PlanEntry.kind, sa.func.count())
        .where(PlanEntry.run_id == run_id, PlanEntry.state == "refused", PlanEntry.kind != "refused")
        .group_by(PlanEntry.kind)
    )
    counts = dict(run.counts)
    for kind, number in refused:
        counts[kind] -= number
        counts["refused"] += number
    run.counts = counts
    run.stages = run.stages | {stage: round(seconds, 3) for stage, seconds in stages.items()}
    run.state, run.finished = "done", now()
    _count_problems(run)
    source = model.Session.get_one(Source, run.source_id)
    clean = not run.doubts and not counts["refused"]
    source.trail = run.evidence.get("trail", []) if clean else []
    source.fingerprint = run.evidence.get("fingerprint", "") if clean else ""
    source.memory = run.evidence.get("memory", {}) if clean else {}
    model.Session.commit()
    log.info("run %s done: %s", run_id, counts)
    return run


# Decisions of people


def approve(run_id: str, writer: Writer, progress: Progress = quiet) -> Run:
    """Carry out a run that the fuse held.

    :raises HarvestError: the run does not wait, or its source is being harvested
    """
    run = _held(run_id)
    with source_lock(run.source_id) as renew:

        def step(stage: str, done: int, total: int | None) -> None:
            renew()
            progress(stage, done, total)

        return carry_out(run_id, writer, step)


def refuse(run_id: str) -> Run:
    """Drop the plan of a run that the fuse held; nothing is written.

    :raises HarvestError: the run does not wait
    """
    run = _held(run_id)
    run.state, run.finished = "refused", now()
    model.Session.commit()
    return run


def _held(run_id: str) -> Run:
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state != "held":
        model.Session.rollback()
        raise HarvestError("run_not_held")
    return run


def cancel(run_id: str) -> Run:
    """Stop a run after the chunk it is at; what is written stays, what is not is dropped."""
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state not in FINAL:
        run.state, run.finished = "cancelled", now()
    model.Session.commit()
    return run


def undo(run_id: str, writer: Writer) -> Run:
    """Bring the datasets of a finished run back to what they were before it.

    Datasets that the run created are deleted (a sysadmin can undelete them); the others get their former
    content, edits that people made since then included in what is lost. The source is read anew by the next run.

    :raises HarvestError: it is not the last run of its source that changed anything
    """
    run = model.Session.get_one(Run, run_id, populate_existing=True)
    later = (
        sa.select(Run.id)
        .join(PlanEntry, PlanEntry.run_id == Run.id)
        .where(Run.source_id == run.source_id, Run.created > run.created, Run.state != "undone")
        .where(PlanEntry.state.in_(("written", "done")))
    )
    if run.state not in ("done", "cancelled") or model.Session.scalar(later.limit(1)):
        raise HarvestError("run_not_undoable")
    with source_lock(run.source_id) as renew:
        query = sa.select(PlanEntry.number).where(PlanEntry.run_id == run_id, PlanEntry.state.in_(("written", "done")))
        numbers = sorted(model.Session.scalars(query), reverse=True)
        for start in range(0, len(numbers), config.chunk()):
            renew()
            applying.undo_chunk(run_id, run.source_id, numbers[start : start + config.chunk()], writer)
        run = model.Session.get_one(Run, run_id, populate_existing=True)
        source = model.Session.get_one(Source, run.source_id, populate_existing=True)
        run.state, source.trail, source.fingerprint, source.memory = "undone", [], "", {}
        model.Session.commit()
    return run


def _count_problems(run: Run) -> None:
    model.Session.flush()
    run.problem_count = model.Session.scalar(sa.select(sa.func.count()).where(Finding.run_id == run.id)) or 0


def problem_dict(row: Finding) -> Json:
    """A finding with its sentences."""
    params = {"field": row.field, "position": row.position, "guid": row.guid, **row.params}
    return row.as_dict() | {
        "message": messages.sentence(row.code, params),
        "remedy": messages.remedy(row.code, params),
    }
