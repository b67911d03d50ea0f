"""Plan a run: read the source, compare its records with what is known, and store the steps to be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.core.cli import site_user
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import LimitError, Problem
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher
from ckanext.nxopendata.harvest.formats import Completeness, Format, Record, answers
from ckanext.nxopendata.harvest.mapping import mapper, unused
from ckanext.nxopendata.harvest.mirror import copy
from ckanext.nxopendata.harvest.models import Finding, Json, KnownRecord, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.planning import (
    checks,
    dataset_builder,
    decisions,
    duplicates,
    findings,
    identities,
    known_records,
    last_reading,
    validation,
)
from ckanext.nxopendata.harvest.planning.fresh_records import (
    FreshRecord,
    Writable,
    compare,
    maintainer_change,
    title_of,
)
from ckanext.nxopendata.harvest.planning.record_check import RecordCheck
from ckanext.nxopendata.harvest.settings import providers, robots, source_settings

BATCH = 500
"""Records that are compared with what is known in one query."""

Reached = tuple[int, int | None]
"""Records that were read so far, and how many there are, if that is known."""


class PlanningStoppedError(Exception):
    """Somebody cancelled or paused the run that is being planned."""


class Planner:
    """Decides record by record what a run does with its source, and stores the steps as it goes.

    Args:
        run_id: Id of the run; it is in the state ``planning``.
        source: What is harvested.
        form: The format that reads it.

    Attributes:
        completeness: What the reading says of its completeness; a format fills it.
        counts: How many records there are of each kind of step.
        problems: How many findings were reported.
    """

    def __init__(self, run_id: str, source: Source, form: Format) -> None:
        self.run_id = run_id
        self.source = source
        self.fingerprint = source_settings.fingerprint(source, form)
        self.completeness = Completeness()
        self.counts: dict[str, int] = dict.fromkeys(decisions.KINDS, 0)
        self.problems = 0
        self._form = form
        self._rules = source_settings.field_mapping(source, form)
        self._bounds = source_settings.bounds(source)
        self._read_owner = providers.owner_reader(source)
        self._check_provider = providers.provider_check(source, form)
        self._read_licence = checks.licence_reader()
        self._surroundings = source_settings.surroundings(source, self._read_licence)
        self._precedence = identities.to_precedence(source)
        self._check = RecordCheck(self.completeness)
        self._seen_again = 0
        """Records that were there when the source was last read, too."""
        self._used, self._unused = unused.UsedNames.of(self._rules), Counter[str]()
        self._number = 0
        self._entries: list[Json] = []
        self._findings: list[Json] = []

    @classmethod
    def of_unchanged(cls, run_id: str, source: Source) -> Planner:
        """Make the planner of a source whose catalogue has not changed, to look at its copied files only."""
        planner = cls(run_id, source, last_reading.find_format(source))
        planner.completeness = planner._check.completeness = Completeness(
            closed=True, whole=False, trail=source.trail, memory=source.memory
        )
        planner.counts["unchanged"] = known_records.count_present(source.id)
        return planner

    # Reading

    def read(self, first: Document, client: Fetcher) -> Iterator[Reached]:
        """Read the catalogue and store the steps of its records; yields after each batch, for the caller to commit.

        Args:
            first: Its first page.
            client: Fetches the others.

        Raises:
            HarvestError: The source cannot be read.
            PlanningStoppedError: The run was cancelled or paused.
        """
        reading = source_settings.reading(self.source, self._form, client, self.report, self.completeness)
        robots.follow(self.source, self._form, first.url, reading)
        records = answers.read_records(self._form, first, reading)
        for batch in iter(lambda: list(islice(records, BATCH)), []):
            self.plan_batch(batch)
            self.flush()
            yield self._reached()
        if names := unused.list_names(self._unused):
            self.report(Problem("fields_unused", "source", params={"names": names}, refuses=False))

    def _reached(self) -> Reached:
        return self.completeness.records, self.completeness.declared_total

    def plan_batch(self, batch: Sequence[Record]) -> None:
        """Add the steps of some records.

        Raises:
            LimitError: The catalogue has more records than it may have.
        """
        self.completeness.records += len(batch)
        most = source_settings.max_records(self.source)
        if self.completeness.records > most:
            raise LimitError("too_many_records", limit=most)
        records = {guid: record for record in batch if (guid := self._identify(record))}
        known = known_records.find_records(self.source.id, list(records))
        self._seen_again += sum(entry.state in decisions.THERE for entry in known.values())
        fresh: list[FreshRecord] = []
        for guid, record in records.items():
            new_hash = record.content_hash(self.fingerprint)
            before = known.get(guid)
            if record.withdrawn:
                if before and before.state == "present":
                    self.add("withdraw", guid, record.position, dataset_id=before.dataset_id, hash=before.hash)
                continue
            kind = decisions.decide(new_hash, before)
            if kind == "unchanged":
                self.counts["unchanged"] += 1
            else:
                fresh.append(FreshRecord(record, guid, kind, new_hash, before))
        if fresh:
            self._plan_fresh(self._drop_old_duplicates(fresh))

    def _identify(self, record: Record) -> str | None:
        """Return the identifier of a record; refuse a record without one of its own, and withdraw nothing then."""
        if problem := self._check.find_problem(record):
            self.report(problem)
            self.add("refused", problem.guid or "", problem.position, state="refused")
            return None
        return record.guid

    # Comparing

    def _drop_old_duplicates(self, fresh: Sequence[FreshRecord]) -> list[FreshRecord]:
        """Leave out the records that did not change and that another source still maintains."""
        same = {
            entry.guid: entry.before.dataset_id
            for entry in fresh
            if entry.before and entry.kind == "duplicate" and entry.before.hash == entry.hash
        }
        maintainers = identities.find_maintainers(set(same.values()))
        left = []
        for entry in fresh:
            maintainer = maintainers.get(same.get(entry.guid, ""))
            if maintainer and duplicates.compare_precedence(self._precedence, maintainer) == "duplicate":
                self.counts["duplicate"] += 1
            else:
                left.append(entry)
        return left

    def _plan_fresh(self, fresh: Sequence[FreshRecord]) -> None:
        """Map records to our fields, compare them with what other sources have, and add their steps."""
        good = [entry for entry in fresh if self._map(entry)]
        keys = {entry.guid: duplicates.identity_keys(entry.guid, entry.dataset) for entry in good}
        owners = identities.find_datasets({key for own in keys.values() for key in own})
        ids = {*owners.values(), *(entry.before.dataset_id for entry in good if entry.before)}
        maintainers = identities.find_maintainers(ids) if ids else {}
        written = known_records.find_written(
            [entry.before.dataset_id for entry in good if entry.before], self.source.id
        )
        writable: list[Writable] = []
        for entry in good:
            others = list(dict.fromkeys(owners[key] for key in keys[entry.guid] if key in owners))
            settled = decisions.settle(entry.kind, entry.before, self._precedence, others, maintainers)
            if settled.kind == "duplicate":
                self._add_duplicate(entry, settled)
            else:
                writable.append(self._build(entry, settled))
        with site_language():  # findings that the rules phrase are kept, whoever began the run
            judged = validation.judge([item.candidate for item in writable], site_user())
        for item, verdict in zip(writable, judged, strict=True):
            self._add_settled(item, verdict, written)

    def _map(self, entry: FreshRecord) -> bool:
        """Fill ``entry.dataset``; False when the record was refused."""
        mapped = mapper.map_record(self._rules, entry.guid, entry.record.raw, self._bounds, self._surroundings)
        if not mapped.refused and (problem := self._check_provider(mapped.dataset, entry.guid)):
            mapped.problems.append(problem)
        for problem in mapped.problems:
            self.report(problem.at(entry.record.position))
        if mapped.withheld:  # as if the source had not listed it
            if entry.before and entry.before.state == "present":
                before = entry.before
                self.add("withdraw", entry.guid, entry.record.position, dataset_id=before.dataset_id, hash=before.hash)
            else:
                self.counts["withheld"] += 1
            return False
        self._unused.update(unused.find_unused(self._used, entry.record.raw))
        entry.dataset = mapped.dataset
        if mapped.refused:
            self.add("refused", entry.guid, entry.record.position, title=title_of(mapped.dataset), state="refused")
        return not mapped.refused

    # Adding steps

    def _add_duplicate(self, entry: FreshRecord, settled: decisions.Settled) -> None:
        change = maintainer_change(None, settled.maintainer.source_name if settled.maintainer else None)
        facts: Json = {"dataset_id": settled.dataset_id, "hash": entry.hash, "changes": [change]}
        self.add("duplicate", entry.guid, entry.record.position, title=title_of(entry.dataset), **facts)

    def _build(self, entry: FreshRecord, settled: decisions.Settled) -> Writable:
        data = dataset_builder.build_dataset(
            entry.dataset,
            dataset_id=settled.dataset_id or dataset_builder.make_dataset_id(self.source.id, entry.guid),
            organization_id=self._read_owner(entry.dataset),
            read_licence=self._read_licence,
            default_licence=self.source.licence,
        )
        return Writable(entry, settled, validation.Candidate(data, entry.guid, entry.record.position))

    def _add_settled(self, item: Writable, judged: validation.Judged, written: Mapping[str, Json]) -> None:
        entry, settled, data = item.entry, item.settled, judged.data
        position, dataset_id = entry.record.position, data["id"]
        for problem in judged.problems:
            self.report(problem)
        if judged.refused:
            self.add("refused", entry.guid, position, title=title_of(data), state="refused")
            return
        common: Json = {"dataset_id": dataset_id, "hash": entry.hash}
        changes: list[Json] = []
        if settled.maintainer:
            changes = [maintainer_change(settled.maintainer.source_name, self.source.name)]
        elif settled.kind == "update":
            changes = compare(written.get(dataset_id, {}), data)
            if not changes:
                self.add("unchanged", entry.guid, position, **common)
                return
        self.add(settled.kind, entry.guid, position, title=title_of(data), data=data, changes=changes, **common)

    def report(self, problem: Problem) -> None:
        """Add a finding."""
        self._findings.append(findings.to_row(self.run_id, problem))
        self.problems += 1

    def add(self, kind: decisions.Kind, guid: str, position: str = "", **values: Any) -> None:
        """Add a step to the plan.

        Args:
            kind: What is done.
            guid: The record's identifier at the source.
            position: Where the record stands.
            values: Further columns of the entry.
        """
        self._number += 1
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
        row = {"run_id": self.run_id, "number": self._number, "kind": kind, "guid": guid, "position": position}
        self._entries.append(row | defaults | values)

    def flush(self) -> None:
        """Store what was added; the caller commits.

        Raises:
            PlanningStoppedError: The run was cancelled or paused.
        """
        if self._entries:
            model.Session.execute(insert(PlanEntry), self._entries)
        if self._findings:
            model.Session.execute(insert(Finding), self._findings)
        self._entries, self._findings = [], []
        own = sa.update(Run).where(Run.id == self.run_id, Run.state == "planning").returning(Run.id)
        values = own.values(counts=self.counts, problem_count=self.problems, heartbeat=utc_now())
        if model.Session.scalar(values, execution_options={"synchronize_session": False}) is None:
            raise PlanningStoppedError

    # Files and withdrawals

    def plan_files(self) -> Iterator[Reached]:
        """Store steps for the datasets whose copied files changed although their records did not.

        Yields for the caller to commit: before each dataset whose source is asked, so that no transaction stays open
        meanwhile, and after each that changed.
        """
        query = sa.select(PlanEntry.guid, PlanEntry.kind, PlanEntry.hash).where(PlanEntry.run_id == self.run_id)
        source, steps = self.source, model.Session.execute(query).all()
        written = {step.guid for step in steps if step.kind != "unchanged"}
        hashes = {step.guid: step.hash for step in steps if step.kind == "unchanged"}

        def is_wanted(guid: str) -> bool:
            return guid not in written and (guid in self._check.seen or not self.completeness.whole)

        with source_settings.open_client(source, config.mirror_limits()) as client:
            recheck = copy.Recheck(source.id, client, is_wanted)
            for changed in recheck.find_changed():
                if changed:
                    self._add_changed(changed, hashes.get(changed.guid, changed.hash))
                self.flush()
                yield self._reached()
        for problem in recheck.problems:
            self.report(problem)

    def _add_changed(self, changed: copy.Changed, content_hash: str) -> None:
        change = {"field": "resources", "old": changed.before["resources"], "new": changed.data["resources"]}
        more = {"title": title_of(changed.data), "hash": content_hash, "data": changed.data}
        self.add("update", changed.guid, dataset_id=changed.dataset_id, changes=[change], **more)
        self.counts["unchanged"] -= 1

    @property
    def has_news(self) -> bool:
        """Whether a source that has not changed has a changed file, or one that cannot be read."""
        return bool(self.problems or self.counts["update"])

    def plan_withdrawals(self) -> None:
        """Add the datasets that vanished; one that another source has as well is handed over to it."""
        source = self.source
        known_there = (KnownRecord.source_id == source.id, KnownRecord.state.in_(decisions.THERE))
        if model.Session.scalar(sa.select(sa.func.count()).where(*known_there)) == self._seen_again:
            return
        query = sa.select(KnownRecord.guid, KnownRecord.dataset_id, KnownRecord.hash, KnownRecord.state).where(
            *known_there
        )
        rows = model.Session.execute(query, execution_options={"yield_per": 5_000})
        known = [entry for row in rows if (entry := decisions.Known(*row)).guid not in self._check.seen]
        successors = identities.find_successors([entry.dataset_id for entry in known], source.id)
        for entry in decisions.find_vanished(known, self._check.seen):
            successor = successors.get(entry.dataset_id)
            common = {"dataset_id": entry.dataset_id, "hash": entry.hash}
            if successor is None:
                self.add("withdraw", entry.guid, **common)
                continue
            change = maintainer_change(source.name, successor.source_name)
            data = {decisions.SUCCESSOR: successor.precedence.source_id}
            self.add("duplicate", entry.guid, data=data, changes=[change], **common)
        gone = [entry.guid for entry in known if entry.state == "duplicate"]
        if gone:
            model.Session.execute(
                sa.delete(KnownRecord).where(KnownRecord.source_id == source.id, KnownRecord.guid.in_(gone)),
                execution_options={"synchronize_session": False},
            )

    def reason_to_hold(self, present: int) -> str:
        """Say why a person has to approve the run: ``fuse`` (the withdrawal limit), ``review``, or "" for no reason.

        Args:
            present: Datasets of the source that are public before the run.
        """
        if source_settings.withdrawal_limit(self.source).is_exceeded(self.counts["withdraw"], present):
            return "fuse"
        changing = sum(self.counts[kind] for kind in ("create", "update", "withdraw", "restore"))
        return "review" if self.source.trust == "review" and changing else ""
