"""A dry run of a source: what a harvest would make of its first records. Nothing is stored."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import doubts, formats, messages
from ckanext.nxopendata.harvest.errors import HarvestError, Problem
from ckanext.nxopendata.harvest.fetching.client import Limits
from ckanext.nxopendata.harvest.formats import Completeness, Format, Record, answers
from ckanext.nxopendata.harvest.mapping import mapper, rules, unused
from ckanext.nxopendata.harvest.models import Json, Source
from ckanext.nxopendata.harvest.planning import (
    checks,
    dataset_builder,
    decisions,
    duplicates,
    identities,
    known_records,
    validation,
)
from ckanext.nxopendata.harvest.planning.record_check import RecordCheck
from ckanext.nxopendata.harvest.settings import providers, robots, source_settings

LONGEST = 60
"""Seconds that one answer may take; a person is waiting."""

MOST = 100


def try_source(source: Source, limit: int, user: str) -> Json:
    """Read the first records of a source and say what a harvest would make of them.

    Args:
        source: Saved or not.
        limit: Records that are read.
        user: Name of a sysadmin, on whose behalf the datasets are validated.

    Returns:
        ``ok``; ``format`` and whether it was ``detected``; ``url`` asked first; ``pages``, ``records`` read,
        ``declared_total``; ``complete``: True when the end was reached and nothing speaks against completeness,
        False when something does, None when the dry run stopped before the end; ``doubts``; ``counts`` by kind;
        ``datasets``: ``{guid, position, kind, title, organization_id, dataset, problems}``; ``problems`` of pages
        and of the source; ``unused``: names in the records that no rule of the mapping reads, and how often they
        occur; ``seconds``.
    """
    began = time.monotonic()
    report: Json = {
        "ok": False,
        "format": "",
        "detected": source.format == "auto",
        "url": source.url,
        "pages": 0,
        "records": 0,
        "declared_total": None,
        "complete": None,
        "doubts": [],
        "counts": {},
        "datasets": [],
        "problems": [],
        "unused": {},
    }
    try:
        _read(source, limit, user, report)
        report["ok"] = True
    except HarvestError as error:
        report["problems"].append(_to_json(Problem.from_error(error, "source", source.url)))
        report["complete"] = False
    finally:
        model.Session.rollback()
    report["seconds"] = round(time.monotonic() - began, 2)
    return report


def _read(source: Source, limit: int, user: str, report: Json) -> None:
    with source_settings.open_client(source) as client:
        client.limits = _shorter(client.limits)
        report["url"] = source_settings.entry_url(source)
        accept = "*/*" if source.format == "auto" else formats.get_format(source.format).accept
        first = formats.fetch_first(source_settings.entry_urls(source), client, accept)
        form = formats.detect(first) if source.format == "auto" else formats.get_format(source.format)
        report["format"] = form.name
        problems: list[Problem] = []
        completeness = Completeness()
        reading = source_settings.reading(source, form, client, problems.append, completeness)
        reading.memory, reading.looks_ahead, reading.is_trial = {}, False, True
        robots.follow(source, form, first.url, reading)
        records = answers.read_records(form, first, reading)
        try:
            sample = list(itertools.islice(records, limit))
            ended = len(sample) < limit or next(records, None) is None
        finally:
            close = getattr(records, "close", None)
            if close:
                close()
            first.body.close()
        report["datasets"] = _try_records(source, form, sample, user, RecordCheck(completeness))
    completeness.records = len(sample)
    issues = decisions.find_issues(completeness) if ended else completeness.issues
    counts: dict[str, int] = {}
    for entry in report["datasets"]:
        counts[entry["kind"]] = counts.get(entry["kind"], 0) + 1
    report |= {
        "pages": completeness.pages,
        "records": len(sample),
        "declared_total": completeness.declared_total,
        "complete": not issues if ended or issues else None,
        "doubts": [{"code": code, "message": doubts.sentence(code)} for code in issues],
        "counts": counts,
        "problems": [_to_json(problem) for problem in problems],
        "unused": _count_unused(source_settings.field_mapping(source, form), sample),
    }


def _shorter(limits: Limits) -> Limits:
    return dataclasses.replace(limits, total_seconds=min(limits.total_seconds, LONGEST), retries=0)


def _try_records(source: Source, form: Format, sample: list[Record], user: str, check: RecordCheck) -> list[Json]:
    """Say what would become of each record."""
    rules, bounds = source_settings.field_mapping(source, form), source_settings.bounds(source)
    read_owner, read_licence = providers.owner_reader(source), checks.licence_reader()
    check_provider = providers.provider_check(source, form)
    surroundings = source_settings.surroundings(source, read_licence)
    fingerprint, known = source_settings.fingerprint(source, form), _known_records(source, sample)
    result: list[Json] = []
    good: list[_Good] = []
    for record in sample:
        problem = check.find_problem(record)
        guid, position = (problem.guid, problem.position) if problem else (record.guid, record.position)
        entry: Json = {"guid": guid, "position": position, "title": "", "dataset": {}, "problems": []}
        if problem or not record.guid:
            entry["kind"] = "refused"
            entry["problems"] = [_to_json(problem)] if problem else []
            result.append(entry)
            continue
        before = known.get(record.guid)
        is_present = before is not None and before.state == "present"
        if record.withdrawn and not is_present:
            continue
        result.append(entry)
        if record.withdrawn:
            entry["kind"] = "withdraw"
            continue
        mapped = mapper.map_record(rules, record.guid, record.raw, bounds, surroundings)
        if not mapped.refused and (problem := check_provider(mapped.dataset, record.guid)):
            mapped.problems.append(problem)
        entry["title"] = mapped.dataset.get("title_translated", {}).get("zh", "")
        entry["problems"] = [_to_json(problem) for problem in mapped.problems]
        if mapped.withheld:
            entry["kind"] = "withdraw" if is_present else "withheld"
        elif mapped.refused:
            entry["kind"] = "refused"
        else:
            entry["kind"] = decisions.decide(record.content_hash(fingerprint), before)
            good.append(_Good(entry, record, record.guid, mapped.dataset, before))
    settled = _settle(source, good)
    writable = [item for item in good if item.entry["kind"] != "duplicate"]
    candidates = [
        validation.Candidate(
            dataset_builder.build_dataset(
                item.dataset,
                dataset_id=settled[item.guid] or dataset_builder.make_dataset_id(source.id or "", item.guid),
                organization_id=read_owner(item.dataset),
                read_licence=read_licence,
                default_licence=source.licence,
            ),
            item.guid,
            item.record.position,
        )
        for item in writable
    ]
    for item, verdict in zip(writable, validation.judge(candidates, user), strict=True):
        entry = item.entry
        entry["problems"] += [_to_json(problem) for problem in verdict.problems]
        entry |= {"dataset": verdict.data, "organization_id": verdict.data["owner_org"]}
        if verdict.refused:
            entry["kind"] = "refused"
    return result


@dataclass(frozen=True, slots=True)
class _Good:
    """A record that the mapping takes, and its entry in the report."""

    entry: Json
    record: Record
    guid: str
    dataset: Json
    before: decisions.Known | None


def _settle(source: Source, good: list[_Good]) -> dict[str, str]:
    """Bring the entries in line with what other sources have, as a plan does.

    Returns:
        Identifier -> dataset that the record describes; "" for a new one.
    """
    keys = {item.guid: duplicates.identity_keys(item.guid, item.dataset) for item in good}
    owners = identities.find_datasets({key for own in keys.values() for key in own})
    known = {item.before.dataset_id for item in good if item.before}
    maintainers = identities.find_maintainers({*owners.values(), *known})
    own = duplicates.Precedence(source.priority, source.created or utc_now(), source.id or "")
    ids: dict[str, str] = {}
    for item in good:
        others = list(dict.fromkeys(owners[key] for key in keys[item.guid] if key in owners))
        settled = decisions.settle(item.entry["kind"], item.before, own, others, maintainers)
        item.entry["kind"], ids[item.guid] = settled.kind, settled.dataset_id
    return ids


def _known_records(source: Source, sample: list[Record]) -> dict[str, decisions.Known]:
    """Find what is remembered of the records; nothing when the source was not saved."""
    guids = [record.guid for record in sample if record.guid]
    return known_records.find_records(source.id, guids) if source.id else {}


def _count_unused(mapping: rules.FieldMapping, sample: list[Record]) -> dict[str, int]:
    """Count the names in the records that no rule of the mapping reads, the most frequent first."""
    used = unused.UsedNames.of(mapping)
    counts = Counter(name for record in sample for name in unused.find_unused(used, record.raw))
    return dict(counts.most_common(unused.MOST_NAMED))


def _to_json(problem: Problem) -> Json:
    """Return a finding with its sentences."""
    params: Mapping[str, Any] = {
        "field": problem.field,
        "position": problem.position,
        "guid": problem.guid,
        **problem.params,
    }
    return {
        **problem.to_json(),
        "message": messages.sentence(problem.code, params),
        "remedy": messages.remedy(problem.code, params),
    }
