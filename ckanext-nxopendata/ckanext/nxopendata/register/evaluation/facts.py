"""What is counted for the evaluation, from the register and the catalogue, for many units at once."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.catalogue import config as catalogue
from ckanext.nxopendata.catalogue import update_deadlines
from ckanext.nxopendata.core.calendar import workdays
from ckanext.nxopendata.core.timezone import to_china
from ckanext.nxopendata.register import config
from ckanext.nxopendata.register.audit.models import Finding
from ckanext.nxopendata.register.cleanup import proposals
from ckanext.nxopendata.register.cleanup.models import Verdict
from ckanext.nxopendata.register.connection import queries, requirement, status_board
from ckanext.nxopendata.register.evaluation.scoring import Count, Lost
from ckanext.nxopendata.register.reports.models import Report, handed_in
from ckanext.nxopendata.register.systems import record, system_store
from ckanext.nxopendata.register.systems.models import SystemRow
from ckanext.nxopendata.register.systems.record import System
from ckanext.nxopendata.review.lists import catalogue_lists

BATCH = 1000
"""Datasets read at a time."""

CORE = (
    "nx_class_code",
    "nx_resource_code",
    "nx_format_category",
    "nx_items",
    "nx_share_type",
    "nx_is_open",
    "nx_update_cycle",
    "nx_publish_date",
)
"""The core metadata (1272 guide, two) that an entry may lack; title, summary and provider it always has."""

SATISFIED = 4
"""The rating, of 1 to 5, from which on who asked is satisfied."""

READABLE = "3"
SHARED = ("1", "2")


@dataclass(frozen=True, slots=True)
class Matter:
    """Something a unit had to answer: by when, when it did (None: not yet), and how content with it who asked is.

    Attributes:
        rating: from 1 to 5; None where nobody said so.
    """

    kind: str
    id: str
    title: str
    due: dt.date
    answered: dt.date | None
    rating: int | None = None


@dataclass(slots=True)
class Facts:
    """What is known of one unit, filled by the readers below."""

    systems: list[System] = field(default_factory=list)
    datasets: list[dict[str, Any]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    connection: status_board.Field | None = None


def collect(owner_orgs: Collection[str], year: int, today: dt.date) -> dict[str, dict[str, Count]]:
    """The counts of units (ids) by indicator: of the year what has a day, else as things stand today."""
    found: dict[str, Facts] = {unit: Facts() for unit in owner_orgs}
    for system in system_store.list_systems(found):
        found[system.owner_org].systems.append(system)
    for dataset in _datasets(found):
        found[dataset["owner_org"]].datasets.append(dataset)
    since, until = dt.date(year, 1, 1), min(dt.date(year, 12, 31), today)
    where = sa.and_(Report.owner_org.in_(found), Report.due >= since, Report.due <= until)
    for report in model.Session.scalars(sa.select(Report).where(where).order_by(Report.due, Report.id)):
        found[report.owner_org].reports.append(report)
    for unit, matter in _matters(since, until):
        if unit in found and (matter.answered or matter.due < today):
            found[unit].matters.append(matter)
    platforms, rows = queries.load_board(list(found), "zh")
    place = next((number for number, each in enumerate(platforms) if each.key == queries.EXCHANGE), None)
    for row in rows:
        if place is not None and row.unit.id in found:
            found[row.unit.id].connection = row.fields[place]
    return {unit: {key: count(facts, year, today) for key, count in COUNTS.items()} for unit, facts in found.items()}


# Readers


def _datasets(owner_orgs: Collection[str]) -> Iterator[dict[str, Any]]:
    """The datasets of the catalogue with what the indicators read, in batches."""
    package: Any = model.Package
    query = (
        sa.select(package)
        .where(catalogue_lists.is_registered(), package.owner_org.in_(list(owner_orgs)))
        .order_by(package.id)
    )
    last = ""
    while batch := list(model.Session.scalars(query.where(package.id > last).limit(BATCH))):
        last = batch[-1].id
        files: dict[str, list[dict[str, Any]]] = defaultdict(list)
        resource: Any = model.Resource
        ids = [each.id for each in batch]
        for one in model.Session.scalars(
            sa.select(resource).where(resource.package_id.in_(ids), resource.state == "active")
        ):
            files[one.package_id].append(
                {
                    "created": one.created.isoformat() if one.created else "",
                    "last_modified": one.last_modified.isoformat() if one.last_modified else "",
                    "readability": (one.extras or {}).get("nx_readability") or "",
                }
            )
        for each in batch:
            yield dict(each.extras) | {
                "id": each.id,
                "title": each.title or each.name,
                "owner_org": each.owner_org,
                "public": not each.private,
                "metadata_created": each.metadata_created.isoformat() if each.metadata_created else "",
                "resources": files[each.id],
            }


def _matters(since: dt.date, until: dt.date) -> Iterator[tuple[str, Matter]]:
    """What units had to answer, of what reached them from one day to another: (unit, matter), oldest first by kind."""
    created = sa.cast(Verdict.created, sa.Date)
    told = sa.select(Verdict).where(created >= since, created <= until).order_by(Verdict.created, Verdict.id)
    rows = list(model.Session.scalars(told))
    named = sa.select(SystemRow.id, SystemRow.title).where(SystemRow.id.in_([row.system_id for row in rows]))
    titles = {row[0]: row[1] for row in model.Session.execute(named)}
    for row in rows:
        title = titles.get(row.system_id) or row.system_id
        yield row.owner_org, Matter("system", row.system_id, title, proposals.answer_by(row), _day(row.answered))
    where = sa.and_(Finding.created >= since, Finding.created <= until)
    for row in model.Session.scalars(sa.select(Finding).where(where).order_by(Finding.created, Finding.id)):
        yield row.owner_org, Matter("finding", row.id, row.title, row.due, row.replied)
    yield from _cases(since, until)
    try:
        said = tk.get_action("nx_feedback_between")
    except KeyError:
        return  # The site has no pages for the public.
    calendar = workdays.load(catalogue.workdays_file())
    days = config.evaluation("feedback_days")
    for row in said({"ignore_auth": True}, {"since": since.isoformat(), "until": until.isoformat()}):
        last = calendar.after(_day(dt.datetime.fromisoformat(row["created"])) or since, days).day
        answered = _day(dt.datetime.fromisoformat(row["answered"])) if row["answered"] else None
        yield row["owner_org"], Matter("feedback", row["dataset_id"], row["text"][:60], last, answered)


def _cases(since: dt.date, until: dt.date) -> Iterator[tuple[str, Matter]]:
    """The cases that units had to answer; messages of readers are counted as feedback."""
    try:
        asked = tk.get_action("nx_case_between")
    except KeyError:
        return  # The site has no cases.
    for row in asked({"ignore_auth": True}, {"since": since.isoformat(), "until": until.isoformat()}):
        due, answered = (dt.date.fromisoformat(row[name]) if row[name] else None for name in ("due", "answered"))
        if due is not None:
            title = f"{row['number']} {row['title']}"[:60]
            yield row["owner_org"], Matter("case", row["id"], title, due, answered, row["rating"])


def _day(moment: dt.datetime | None) -> dt.date | None:
    """The day in China of a time as CKAN stores it."""
    return to_china(moment).date() if moment else None


# Counts: one function an indicator


def _share(things: Iterable[Any], good: Callable[[Any], bool], lost: Callable[[Any], Lost]) -> Count:
    """How many of ``things`` are good; of the others, what is said of them."""
    things = list(things)
    bad = [thing for thing in things if not good(thing)]
    return Count(len(things) - len(bad), len(things), tuple(lost(thing) for thing in bad))


def _lost_system(reason: str) -> Callable[[System], Lost]:
    return lambda system: Lost("system", system.id, system.title, reason)


def _lost_dataset(reason: str) -> Callable[[Mapping[str, Any]], Lost]:
    return lambda dataset: Lost("dataset", dataset["id"], dataset["title"], reason)


def _catalogue(facts: Facts, year: int, today: dt.date) -> Count:
    used = [each for each in facts.systems if each.state == record.ACTIVE and each.plan != record.CLEAR]
    return _share(used, lambda system: bool(system.datasets), _lost_system("no_dataset"))


def _updated(facts: Facts, year: int, today: dt.date) -> Count:
    days = {
        each["id"]: found.day
        for each in facts.datasets
        if (found := update_deadlines.next_update_due(each.get("nx_update_cycle"), update_deadlines.last_update(each)))
    }
    return _share(
        [each for each in facts.datasets if each["id"] in days],
        lambda each: today <= days[each["id"]],
        lambda each: Lost("dataset", each["id"], each["title"], "overdue", {"day": days[each["id"]].isoformat()}),
    )


def _shared(facts: Facts, year: int, today: dt.date) -> Count:
    stated = [each for each in facts.datasets if each.get("nx_share_type")]
    return _share(stated, lambda each: each["nx_share_type"] in SHARED, _lost_dataset("not_shared"))


def _opened(facts: Facts, year: int, today: dt.date) -> Count:
    def planned(each: Mapping[str, Any]) -> bool:
        open_year = str(each.get("nx_open_year") or "")
        return each.get("nx_is_open") == "1" and (not open_year.isdecimal() or int(open_year) <= year)

    meant = [each for each in facts.datasets if planned(each)]
    return _share(meant, lambda each: each["public"] and bool(each["resources"]), _lost_dataset("not_opened"))


def _missing(each: Mapping[str, Any]) -> list[str]:
    return [name for name in CORE if not _filled(each.get(name))]


def _filled(value: Any) -> bool:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return bool(json.loads(value))
        except ValueError:
            return True
    return bool(value)


def _readable(each: Mapping[str, Any]) -> bool:
    return not each["resources"] or any(one["readability"] == READABLE for one in each["resources"])


def _quality(facts: Facts, year: int, today: dt.date) -> Count:
    def lost(each: Mapping[str, Any]) -> Lost:
        if missing := _missing(each):
            return Lost("dataset", each["id"], each["title"], "incomplete", {"fields": missing})
        return Lost("dataset", each["id"], each["title"], "not_readable")

    return _share(facts.datasets, lambda each: not _missing(each) and _readable(each), lost)


def _answered(facts: Facts, year: int, today: dt.date) -> Count:
    def lost(each: Matter) -> Lost:
        reason = "answered_late" if each.answered else "unanswered"
        return Lost(each.kind, each.id, each.title, reason, {"day": each.due.isoformat()})

    return _share(facts.matters, lambda each: each.answered is not None and each.answered <= each.due, lost)


def _satisfied(facts: Facts, year: int, today: dt.date) -> Count:
    rated = [each for each in facts.matters if each.rating is not None]

    def lost(each: Matter) -> Lost:
        return Lost(each.kind, each.id, each.title, "not_satisfied", {"rating": each.rating})

    return _share(rated, lambda each: (each.rating or 0) >= SATISFIED, lost)


def _connected(facts: Facts, year: int, today: dt.date) -> Count:
    found = facts.connection
    if found is None or not found.required or found.state == "unknown":
        return Count()
    missing = requirement.select(facts.systems, requirement.OUTSTANDING)
    # Of a city it is the unit itself that connects.
    lost = (
        tuple(map(_lost_system("not_connected"), missing)) if found.required == found.connected + len(missing) else ()
    )
    return Count(found.connected, found.required, lost)


def _cleaned(facts: Facts, year: int, today: dt.date) -> Count:
    meant = [each for each in facts.systems if each.plan == record.CLEAR]
    return _share(meant, lambda system: system.state != record.ACTIVE, _lost_system("not_disposed"))


def _reported(facts: Facts, year: int, today: dt.date) -> Count:
    def lost(each: Report) -> Lost:
        came = handed_in(each)
        reason = "late_report" if came else "silent"
        day = {"day": (came or each.due).isoformat()}
        return Lost("report", each.id, each.period, reason, day)

    ended = [each for each in facts.reports if handed_in(each) or each.due < today]
    return _share(ended, lambda each: (handed_in(each) or dt.date.max) <= each.due, lost)


def _provided(facts: Facts, year: int, today: dt.date) -> Count:
    shared = [each for each in facts.datasets if each.get("nx_share_type") in SHARED]
    return _share(shared, lambda each: bool(each["resources"]), _lost_dataset("no_file"))


def _used(facts: Facts, year: int, today: dt.date) -> Count:
    stated = [each for each in facts.systems if each.state == record.ACTIVE and each.uses_shared]
    return _share(stated, lambda system: system.uses_shared == "1", _lost_system("uses_nothing"))


COUNTS: dict[str, Callable[[Facts, int, dt.date], Count]] = {
    "catalogue": _catalogue,
    "updated": _updated,
    "shared": _shared,
    "opened": _opened,
    "quality": _quality,
    "answered": _answered,
    "satisfied": _satisfied,
    "connected": _connected,
    "cleaned": _cleaned,
    "reported": _reported,
    "provided": _provided,
    "used": _used,
}
"""Indicator -> how it is counted; a key of ``evaluation.yaml`` without an entry here is refused at once."""
