"""A run from its beginning to its end: read, decide, keep the plan, carry it out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config, field_labels, formats, messages
from ckanext.nxopendata.harvest.errors import HarvestError, LimitError, Problem
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher, Validators
from ckanext.nxopendata.harvest.formats import Evidence, Format, Record
from ckanext.nxopendata.harvest.mapping import mapping
from ckanext.nxopendata.harvest.mirror import copy, versions
from ckanext.nxopendata.harvest.models import FINAL, Chunk, Finding, Json, KnownRecord, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.planning import checks, dataset_builder, decisions, duplicates, identities
from ckanext.nxopendata.harvest.runs import apply as applying
from ckanext.nxopendata.harvest.runs import executor, locks, retention, retry
from ckanext.nxopendata.harvest.runs.apply import Writer
from ckanext.nxopendata.harvest.runs.executor import Progress, carry_out, fail, quiet
from ckanext.nxopendata.harvest.sources import settings

__all__ = ["approve", "cancel", "carry_out", "create", "execute", "fail", "pause", "quiet", "refuse", "resume", "undo"]

log = logging.getLogger(__name__)

BATCH = 500
"""Records that are compared with what is known in one query."""

LONGEST_GUID = 2_000
"""Bytes; the index of the table holds no more."""

UNDER_WAY = frozenset({"pending", "planning", "applying", "paused", "undoing"})


class _StoppedError(Exception):
    """Somebody cancelled or paused the run that is being planned."""


def create(source: Source, user_name: str) -> Run:
    """A new run, not yet begun."""
    run = Run(source_id=source.id, user_name=user_name, state="pending", created=utc_now())
    for name, empty in (("counts", {}), ("stages", {}), ("doubts", []), ("evidence", {}), ("note", {})):
        setattr(run, name, empty)
    run.problem_count = 0
    model.Session.add(run)
    model.Session.commit()
    return run


def under_way(source_id: str) -> Run | None:
    """The run of a source that has begun or waits to begin, the oldest one."""
    query = sa.select(Run).where(Run.source_id == source_id, Run.state.in_(UNDER_WAY)).order_by(Run.created)
    return model.Session.scalars(query.limit(1)).first()


def execute(run: Run, writer: Writer, progress: Progress = quiet) -> Run:
    """Plan a run and, unless it has to be approved, carry it out in this process.

    A source that cannot be read ends the run as ``failed`` with the reason; it does not raise.

    :raises HarvestError: another run of the source is under way
    """
    run_id, source_id = run.id, run.source_id
    with locks.source(source_id, run_id) as renew:
        return _guarded(run_id, lambda: _execute(run_id, source_id, writer, progress, renew))


def _execute(run_id: str, source_id: str, writer: Writer, progress: Progress, renew: Callable[[], None]) -> Run:
    run = prepare(run_id, source_id, writer, progress, renew)
    return carry_out(run_id, writer, progress, renew) if run.state == "applying" else run


def prepare(run_id: str, source_id: str, writer: Writer, progress: Progress, renew: Callable[[], None]) -> Run:
    """Plan a run, under its source's lock. Of two processes that are given the same run only one plans it.

    :raises HarvestError: the source cannot be read, or the run is being planned
    """

    def step(stage: str, done: int, total: int | None) -> None:
        renew()
        progress(stage, done, total)

    with locks.Hold() as hold:
        if not retry.persistently(lambda: hold.take(f"plan:{run_id}"), config.patience(), renew):
            raise HarvestError("run_busy")
        run = model.Session.get_one(Run, run_id, populate_existing=True)
        if run.state not in ("pending", "planning"):
            return run
        recover(source_id, run_id, writer)
        with executor.long_lived():
            return retry.persistently(lambda: make_plan(run_id, step), config.patience(), renew)


def _guarded(run_id: str, do: Callable[[], Run]) -> Run:
    """The run; one that cannot go on has ended as ``failed``."""
    try:
        return do()
    except HarvestError as error:
        if error.code == "run_busy":
            raise
        return _failed(run_id, error)
    except _StoppedError:
        model.Session.rollback()
        return model.Session.get_one(Run, run_id, populate_existing=True)
    except Exception as error:
        log.exception("run %s failed", run_id)
        return _failed(run_id, HarvestError("unexpected", reason=type(error).__name__))


def _failed(run_id: str, error: HarvestError) -> Run:
    return retry.persistently(lambda: fail(run_id, error), config.patience())


def plan_guarded(run_id: str, source_id: str, writer: Writer) -> Run:
    """Plan a run for others to carry out; the caller holds its source's lock. One that cannot be planned has failed.

    :raises HarvestError: another process plans it
    """

    def renew() -> None:
        if not locks.take(source_id, run_id):
            raise HarvestError("run_interrupted")

    return _guarded(run_id, lambda: prepare(run_id, source_id, writer, quiet, renew))


def recover(source_id: str, but: str, writer: Writer) -> None:
    """Put in order what earlier runs of the source left behind: index what they wrote, close what nobody goes on
    with, and drop plans that wait for a person and are about to be outdated.

    The lock of their source has passed to a new run, so nobody is working on them.

    :param but: id of the run that is beginning
    """
    runs = sa.select(Run.id).where(Run.source_id == source_id, Run.id != but)
    query = sa.select(PlanEntry.run_id, PlanEntry.number).where(
        PlanEntry.run_id.in_(runs), PlanEntry.state == "written"
    )
    left: dict[str, list[int]] = {}
    for run_id, number in model.Session.execute(query):
        left.setdefault(run_id, []).append(number)
    for run_id, numbers in left.items():
        for start in range(0, len(numbers), config.chunk()):
            part = numbers[start : start + config.chunk()]
            retry.persistently(lambda run=run_id, part=part: applying.index_chunk(run, part, writer), config.patience())
        log.warning("run %s of source %s left %s datasets that were not indexed", run_id, source_id, len(numbers))
    last = model.Session.scalar(runs.where(Run.started.is_not(None)).order_by(Run.created.desc()).limit(1))
    if last and model.Session.get_one(Source, source_id).files == "mirror":
        copy.settle_run(last)
    for run_id in list(model.Session.scalars(runs.where(Run.state == "undoing"))):
        _undo(run_id, writer, lambda: None)
    for run_id in list(model.Session.scalars(runs.where(Run.state.in_(("planning", "applying", "paused"))))):
        fail(run_id, HarvestError("run_interrupted"))
    for held in model.Session.scalars(sa.select(Run).where(Run.id.in_(runs), Run.state == "held")):
        held.state, held.finished, held.note = "cancelled", utc_now(), held.note | {"superseded_by": but}
    model.Session.commit()


# Planning


@dataclass(slots=True)
class _Planner:
    """What planning carries from record to record."""

    run_id: str
    source: Source
    fingerprint: str
    rules: mapping.FieldMapping
    bounds: mapping.Bounds
    owner_of: settings.OwnerOf
    licence_of: dataset_builder.LicenceOf
    rank: duplicates.Rank
    evidence: Evidence = field(default_factory=Evidence)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(decisions.KINDS, 0))
    seen: set[str] = field(default_factory=set)
    seen_again: int = 0
    """Of those, the ones that were there when the source was last read."""
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

    def add(self, kind: decisions.Kind, guid: str, position: str = "", **values: Any) -> None:
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
        """Write what was kept; the plan can be read while it grows.

        :raises _StoppedError: the run was cancelled or paused
        """
        if self.entries:
            model.Session.execute(insert(PlanEntry), self.entries)
        if self.findings:
            model.Session.execute(insert(Finding), self.findings)
        self.entries, self.findings = [], []
        own = sa.update(Run).where(Run.id == self.run_id, Run.state == "planning").returning(Run.id)
        values = own.values(counts=self.counts, problem_count=self.problems, heartbeat=utc_now())
        if model.Session.scalar(values, execution_options={"synchronize_session": False}) is None:
            raise _StoppedError
        model.Session.commit()


def make_plan(run_id: str, progress: Progress = quiet) -> Run:
    """Read the source and keep what is to be done. Safe to repeat: an unfinished plan is begun anew.

    :raises HarvestError: the source cannot be read
    """
    began = time.monotonic()
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state not in ("pending", "planning"):
        raise _StoppedError
    source = model.Session.get_one(Source, run.source_id, populate_existing=True)
    for table in (Chunk, PlanEntry, Finding):
        model.Session.execute(sa.delete(table).where(table.run_id == run_id))
    run.state, run.started, run.heartbeat = "planning", utc_now(), utc_now()
    model.Session.commit()
    model.Session.expunge(source)

    with settings.door(source) as door:
        first = _first_document(source, door)
        if first is None:
            if not _has_copies(source) or not _plan_files(planner := _unread_planner(run_id, source), progress):
                return _nothing_changed(run_id, source, began)
            return _close_plan(planner, began)
        form = formats.detect(first) if source.format == "auto" else formats.by_name(source.format)
        planner = _planner(run_id, source, form)
        reading = settings.reading(source, form, door, planner.report, planner.evidence)
        try:
            for batch in _batches(form.read(first, reading), BATCH):
                _plan_batch(planner, batch)
                planner.flush()
                progress("plan", planner.evidence.records, planner.evidence.declared_total)
        finally:
            first.body.close()
        if _has_copies(source):
            _plan_files(planner, progress)
    return _close_plan(planner, began)


def _planner(run_id: str, source: Source, form: Format) -> _Planner:
    return _Planner(
        run_id=run_id,
        source=source,
        fingerprint=settings.fingerprint(source, form),
        rules=settings.rules(source, form),
        bounds=settings.bounds(source),
        owner_of=settings.owner_of(source),
        licence_of=checks.licence_reader(),
        rank=identities.rank(source),
    )


def _unread_planner(run_id: str, source: Source) -> _Planner:
    """Of a source that says that nothing of its catalogue has changed."""
    forms = formats.every().values() if source.format == "auto" else [formats.by_name(source.format)]
    form = next(form for form in forms if settings.fingerprint(source, form) == source.fingerprint)
    planner = _planner(run_id, source, form)
    planner.evidence = Evidence(closed=True, whole=False, trail=source.trail, memory=source.memory)
    planner.counts["unchanged"] = _present(source.id)
    return planner


def _has_copies(source: Source) -> bool:
    """Whether files are to be asked for whose records did not change."""
    return source.files == "mirror" and config.mirror_check_seconds() > 0 and versions.local()


def _plan_files(planner: _Planner, progress: Progress) -> bool:
    """Plan to bring copies up to date whose files changed although their records did not; whether there is news."""
    planner.flush()
    query = sa.select(PlanEntry.guid, PlanEntry.kind, PlanEntry.hash).where(PlanEntry.run_id == planner.run_id)
    source, steps = planner.source, model.Session.execute(query).all()
    written = {step.guid for step in steps if step.kind != "unchanged"}
    hashes = {step.guid: step.hash for step in steps if step.kind == "unchanged"}

    def wanted(guid: str) -> bool:
        return guid not in written and (guid in planner.seen or not planner.evidence.whole)

    def renew() -> None:
        progress("plan", planner.evidence.records, planner.evidence.declared_total)

    with settings.door(source, config.mirror_limits()) as door:
        recheck = copy.Recheck(source.id, door, wanted, renew)
        for found in recheck.changed():
            change = {"field": "resources", "old": found.before["resources"], "new": found.data["resources"]}
            title = found.data.get("title_translated", {}).get("zh", "")
            more = {"title": title, "hash": hashes.get(found.guid, found.hash), "data": found.data, "changes": [change]}
            planner.add("update", found.guid, dataset_id=found.dataset_id, **more)
            planner.counts["unchanged"] -= 1
            planner.flush()
    for problem in recheck.problems:
        planner.report(problem)
    return bool(recheck.problems or planner.counts["update"])


def _present(source_id: str) -> int:
    query = sa.select(sa.func.count()).where(KnownRecord.source_id == source_id, KnownRecord.state == "present")
    return model.Session.scalar(query) or 0


def _first_document(source: Source, door: Fetcher) -> Document | None:
    """The first page, or None when the server says for every page of the last reading that it has not changed."""
    forms = formats.every().values() if source.format == "auto" else [formats.by_name(source.format)]
    current = {settings.fingerprint(source, form) for form in forms} if source.trail else set()
    trail = source.trail if source.fingerprint in current else []
    accept = "*/*" if source.format == "auto" else formats.by_name(source.format).accept
    if not trail:
        return door.get(settings.entry(source), accept=accept)
    for number, page in enumerate(trail):
        validators = Validators(page["etag"], page["last_modified"])
        url = settings.entry(source) if number == 0 else page["url"]
        document = door.get(url, accept=accept, validators=validators)
        if document.not_modified or document.sha256 == page["sha256"]:
            document.body.close()
            continue
        if number == 0:
            return document
        document.body.close()
        return door.get(settings.entry(source), accept=accept)
    return None


def _nothing_changed(run_id: str, source: Source, began: float) -> Run:
    run = model.Session.get_one(Run, run_id)
    run.counts = dict.fromkeys(decisions.KINDS, 0) | {"unchanged": _present(source.id)}
    run.stages = {"plan": round(time.monotonic() - began, 3)}
    run.note = {"not_modified": True}
    run.state, run.finished = "done", utc_now()
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


@dataclass(slots=True)
class _Fresh:
    """A record that is not known as it now is."""

    record: Record
    guid: str
    kind: decisions.Kind
    hash: str
    before: decisions.Known | None
    dataset: Json = field(default_factory=dict)


def _plan_batch(planner: _Planner, batch: Sequence[Record]) -> None:
    planner.evidence.records += len(batch)
    most = settings.max_records(planner.source)
    if planner.evidence.records > most:
        raise LimitError("too_many_records", limit=most)
    taken: dict[str, Record] = {}
    for record in batch:
        if guid := _identifier(planner, record):
            taken[guid] = record
    known = _known(planner.source.id, list(taken))
    planner.seen_again += sum(entry.state in decisions.THERE for entry in known.values())
    fresh: list[_Fresh] = []
    for guid, record in taken.items():
        new_hash = record.content_hash(planner.fingerprint)
        before = known.get(guid)
        if record.withdrawn:
            if before and before.state == "present":
                planner.add("withdraw", guid, record.position, dataset_id=before.dataset_id, hash=before.hash)
            continue
        kind = decisions.decide(new_hash, before)
        if kind == "unchanged":
            planner.counts["unchanged"] += 1
        else:
            fresh.append(_Fresh(record, guid, kind, new_hash, before))
    if fresh:
        _plan_fresh(planner, _without_old_duplicates(planner, fresh))


def _without_old_duplicates(planner: _Planner, fresh: Sequence[_Fresh]) -> list[_Fresh]:
    """The records, without those that did not change and that another source still maintains."""
    same = {
        entry.guid: entry.before.dataset_id
        for entry in fresh
        if entry.before and entry.kind == "duplicate" and entry.before.hash == entry.hash
    }
    holders = identities.holders(set(same.values()))
    left = []
    for entry in fresh:
        holder = holders.get(same.get(entry.guid, ""))
        if holder and duplicates.verdict(planner.rank, holder) == "duplicate":
            planner.counts["duplicate"] += 1
        else:
            left.append(entry)
    return left


def _plan_fresh(planner: _Planner, fresh: Sequence[_Fresh]) -> None:
    """Map records to our words, compare them with what other sources have, and add their steps."""
    good = [entry for entry in fresh if _map(planner, entry)]
    keys = {entry.guid: duplicates.keys(entry.guid, entry.dataset) for entry in good}
    owners = identities.datasets({key for found in keys.values() for key in found})
    ids = {*owners.values(), *(entry.before.dataset_id for entry in good if entry.before)}
    holders = identities.holders(ids) if ids else {}
    written = _written([entry.before.dataset_id for entry in good if entry.before], planner.source.id)
    for entry in good:
        others = list(dict.fromkeys(owners[key] for key in keys[entry.guid] if key in owners))
        settled = decisions.settle(entry.kind, entry.before, planner.rank, others, holders)
        _add_step(planner, entry, settled, written)


def _map(planner: _Planner, entry: _Fresh) -> bool:
    """Fill ``entry.dataset``; False when the record was refused."""
    mapped = mapping.apply(planner.rules, entry.guid, entry.record.raw, planner.bounds)
    for problem in mapped.problems:
        planner.report(_at(problem, entry.record.position))
    entry.dataset = mapped.dataset
    if mapped.refused:
        title = mapped.dataset.get("title_translated", {}).get("zh", "")
        planner.add("refused", entry.guid, entry.record.position, title=title, state="refused")
    return not mapped.refused


def _written(dataset_ids: Sequence[str], source_id: str) -> dict[str, Json]:
    """Dataset -> what the source last wrote of it."""
    if not dataset_ids:
        return {}
    query = sa.select(KnownRecord.dataset_id, KnownRecord.written).where(
        KnownRecord.source_id == source_id, KnownRecord.dataset_id.in_(dataset_ids)
    )
    return {row.dataset_id: row.written for row in model.Session.execute(query)}


def _add_step(planner: _Planner, entry: _Fresh, settled: decisions.Settled, written: Mapping[str, Json]) -> None:
    source, position = planner.source, entry.record.position
    title = entry.dataset.get("title_translated", {}).get("zh", "")
    dataset_id = settled.dataset_id or dataset_builder.dataset_id(source.id, entry.guid)
    holder = settled.holder
    if settled.kind == "duplicate":
        change = {"field": applying.SOURCE_CHANGE, "old": None, "new": holder.source_name if holder else None}
        planner.add(
            "duplicate", entry.guid, position, dataset_id=dataset_id, title=title, hash=entry.hash, changes=[change]
        )
        return
    data = dataset_builder.dataset(
        entry.dataset,
        dataset_id=dataset_id,
        organization_id=planner.owner_of(entry.dataset),
        licence_of=planner.licence_of,
        default_licence=source.licence,
    )
    changes: list[Json] = []
    if holder:
        changes = [{"field": applying.SOURCE_CHANGE, "old": holder.source_name, "new": source.name}]
    elif settled.kind == "update":
        changes = _changes(written.get(dataset_id, {}), data)
        if not changes:
            planner.add("unchanged", entry.guid, position, dataset_id=dataset_id, hash=entry.hash)
            return
    planner.add(
        settled.kind,
        entry.guid,
        position,
        dataset_id=dataset_id,
        title=title,
        hash=entry.hash,
        data=data,
        changes=changes,
    )


def _changes(written: Mapping[str, Any], data: Json) -> list[Json]:
    return [
        {"field": name, "old": old, "new": new}
        for name, old, new in mapping.differences(copy.as_linked(written), data)
        if name != "resources" or not copy.same_files(old or (), new or ())
    ]


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


def _known(source_id: str, guids: Sequence[str]) -> dict[str, decisions.Known]:
    query = sa.select(KnownRecord.guid, KnownRecord.dataset_id, KnownRecord.hash, KnownRecord.state).where(
        KnownRecord.source_id == source_id, KnownRecord.guid == sa.any_(sa.literal(list(guids), sa.ARRAY(sa.Text)))
    )
    return {row.guid: decisions.Known(*row) for row in model.Session.execute(query)}


def _at(problem: Problem, position: str) -> Problem:
    return Problem(problem.code, problem.level, problem.guid, position, problem.field, problem.params, problem.refuses)


def _close_plan(planner: _Planner, began: float) -> Run:
    """Decide on withdrawals now that the reading has ended, and whether a person is asked."""
    source, evidence = planner.source, planner.evidence
    doubts = decisions.doubts(evidence)
    present = _present(source.id)
    if not doubts and evidence.whole:
        _plan_withdrawals(planner)
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
    run.note = {"held": reason} if (reason := _reason_to_ask(planner, present)) else {}
    run.state, run.planned = "held" if reason else "applying", utc_now()
    executor.split(run.id, config.chunk())
    model.Session.commit()
    model.Session.expire_all()
    log.info("run %s of source %s planned: %s", run.id, source.name, run.counts)
    return run


def _reason_to_ask(planner: _Planner, present: int) -> str:
    """Why a person has to approve the run: ``fuse`` or ``review``; "" when nobody has to."""
    if settings.fuse(planner.source).holds(planner.counts["withdraw"], present):
        return "fuse"
    changing = sum(planner.counts[kind] for kind in ("create", "update", "withdraw", "restore"))
    return "review" if planner.source.trust == "review" and changing else ""


def _plan_withdrawals(planner: _Planner) -> None:
    """The datasets that vanished; one that another source has as well is handed over to it."""
    source = planner.source
    there = (KnownRecord.source_id == source.id, KnownRecord.state.in_(decisions.THERE))
    if model.Session.scalar(sa.select(sa.func.count()).where(*there)) == planner.seen_again:
        return
    query = sa.select(KnownRecord.guid, KnownRecord.dataset_id, KnownRecord.hash, KnownRecord.state).where(*there)
    rows = model.Session.execute(query, execution_options={"yield_per": 5_000})
    known = [entry for row in rows if (entry := decisions.Known(*row)).guid not in planner.seen]
    heirs = identities.heirs([entry.dataset_id for entry in known], source.id)
    for entry in decisions.vanished(known, planner.seen):
        heir = heirs.get(entry.dataset_id)
        if heir is None:
            planner.add("withdraw", entry.guid, dataset_id=entry.dataset_id, hash=entry.hash)
            continue
        change = {"field": applying.SOURCE_CHANGE, "old": source.name, "new": heir.source_name}
        planner.add(
            "duplicate",
            entry.guid,
            dataset_id=entry.dataset_id,
            hash=entry.hash,
            data={"heir": heir.rank.source_id},
            changes=[change],
        )
    gone = [entry.guid for entry in known if entry.state == "duplicate"]
    if gone:
        model.Session.execute(
            sa.delete(KnownRecord).where(KnownRecord.source_id == source.id, KnownRecord.guid.in_(gone)),
            execution_options={"synchronize_session": False},
        )


# Decisions of people


def approve(run_id: str, writer: Writer, progress: Progress = quiet) -> Run:
    """Carry out a run that waits for a person, in this process.

    :raises HarvestError: the run does not wait, or its source is being harvested
    """
    source_id = _held(run_id).source_id
    model.Session.rollback()
    with locks.source(source_id, run_id) as renew:
        release(run_id)
        return _guarded(run_id, lambda: carry_out(run_id, writer, progress, renew))


def release(run_id: str) -> Run:
    """Let a run that waits for a person be carried out by whoever is free.

    :raises HarvestError: the run does not wait
    """
    run = _held(run_id)
    executor.split(run_id, config.chunk())
    run.state, run.planned = "applying", utc_now()
    model.Session.commit()
    return run


def refuse(run_id: str) -> Run:
    """Drop the plan of a run that the fuse held; nothing is written.

    :raises HarvestError: the run does not wait
    """
    run = _held(run_id)
    run.state, run.finished = "refused", utc_now()
    model.Session.commit()
    return run


def _held(run_id: str) -> Run:
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state != "held":
        model.Session.rollback()
        raise HarvestError("run_not_held")
    return run


def cancel(run_id: str) -> Run:
    """Stop a run after the chunks that are being written; what is written stays, what is not is dropped."""
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state not in FINAL and run.state != "undoing":
        run.state, run.finished = "cancelled", utc_now()
    model.Session.commit()
    locks.release(run.source_id, run_id)
    return run


def pause(run_id: str) -> Run:
    """Stop a run after the chunks that are being written, until it is resumed. Its source stays locked for it.

    :raises HarvestError: there is nothing to pause
    """
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state not in ("pending", "planning", "applying"):
        model.Session.rollback()
        raise HarvestError("run_not_running")
    run.note = run.note | {"paused": run.state}
    run.state = "paused"
    model.Session.commit()
    return run


def resume(run_id: str) -> Run:
    """Let a paused run go on: with its plan if it had been finished, else from the beginning.

    :raises HarvestError: it is not paused, or another run of its source has begun
    """
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state != "paused":
        model.Session.rollback()
        raise HarvestError("run_not_paused")
    if not locks.take(run.source_id, run_id):
        model.Session.rollback()
        raise HarvestError("run_busy")
    run.state = "applying" if run.note.get("paused") == "applying" else "pending"
    run.note = {key: value for key, value in run.note.items() if key != "paused"}
    model.Session.commit()
    return run


def undo(run_id: str, writer: Writer) -> Run:
    """Bring the datasets of a finished run back to what they were before it. Goes on with an undoing that stopped.

    Datasets that the run created are deleted (a sysadmin can undelete them); the others get their former
    content, edits that people made since then included in what is lost. The source is read anew by the next run.

    :raises HarvestError: it is not the last run of its source that changed anything
    """
    run = begin_undo(run_id)
    with locks.source(run.source_id, run_id) as renew:
        return _undo(run_id, writer, renew)


def begin_undo(run_id: str) -> Run:
    """Let a run be undone, by whoever is free; until it is, no other run of its source begins.

    :raises HarvestError: it is not the last run of its source that changed anything, or its source is at work
    """
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    later = (
        sa.select(Run.id)
        .join(PlanEntry, PlanEntry.run_id == Run.id)
        .where(Run.source_id == run.source_id, Run.created > run.created, Run.state != "undone")
        .where(PlanEntry.state.in_(("written", "done")))
    )
    gone = retention.FORGOTTEN in run.note
    if run.state not in ("done", "cancelled", "undoing") or gone or model.Session.scalar(later.limit(1)):
        model.Session.rollback()
        raise HarvestError("run_not_undoable")
    if not locks.take(run.source_id, run_id):
        model.Session.rollback()
        raise HarvestError("run_busy")
    run.state = "undoing"
    model.Session.commit()
    return run


def _undo(run_id: str, writer: Writer, renew: Callable[[], None]) -> Run:
    def undone() -> Run:
        run = model.Session.get_one(Run, run_id, populate_existing=True)
        touched = (PlanEntry.run_id == run_id, PlanEntry.state.in_(("written", "done", "reverted")))
        numbers = sorted(model.Session.scalars(sa.select(PlanEntry.number).where(*touched)), reverse=True)
        for start in range(0, len(numbers), config.chunk()):
            renew()
            applying.undo_chunk(run_id, run.source_id, numbers[start : start + config.chunk()], writer)
        run = model.Session.get_one(Run, run_id, populate_existing=True)
        source = model.Session.get_one(Source, run.source_id, populate_existing=True)
        run.state, source.trail, source.fingerprint, source.memory = "undone", [], "", {}
        model.Session.commit()
        return run

    with locks.Hold() as hold:
        if not retry.persistently(lambda: hold.take(f"undo:{run_id}"), config.patience(), renew):
            raise HarvestError("run_busy")
        return retry.persistently(undone, config.patience(), renew)


def problem_dict(row: Finding) -> Json:
    """A finding with its sentences."""
    params = {"field": field_labels.field(row.field), "position": row.position, "guid": row.guid, **row.params}
    return row.as_dict() | {
        "message": messages.sentence(row.code, params),
        "remedy": messages.remedy(row.code, params),
    }
