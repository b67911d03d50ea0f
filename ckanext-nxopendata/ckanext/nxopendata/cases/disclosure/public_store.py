"""The public register as lists and figures: one query each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ANSWERED, ANYONE, ARTICLE, ENDED, OPEN, WAITING
from ckanext.nxopendata.cases.disclosure import anonymous
from ckanext.nxopendata.cases.files import file_store
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.timezone import today

MOST_COUNTED = 10_000
BATCH = 500
MOST_COMPARED = 2000
"""Newest demands that a new one is compared with."""

MOST_SIMILAR = 5
LANE_OF_PHASE = {OPEN: "asked", WAITING: "asked", ANSWERED: "planned", ENDED: "done"}
"""Where a demand stands in public, by its phase: asked for, planned, fulfilled."""

SIMILAR = 0.35
"""Share of pairs of characters that two texts have in common, from which on they are shown as similar."""


def _public_kinds() -> list[str]:
    return [name for name, kind in registry.kinds().items() if kind.public]


def _where(query: Mapping[str, Any]) -> list[Any]:
    where: list[Any] = [Case.kind.in_([query["kind"]] if query.get("kind") else _public_kinds())]
    if query.get("owner_org"):
        where.append(Case.owner_org == query["owner_org"])
    if query.get("outcome"):
        where.append(Case.outcome == query["outcome"])
    return where


def list_public(query: Mapping[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """Return how many public cases there are (at most ``MOST_COUNTED``), and a page of them, the newest first."""
    where = _where(query)
    counted = sa.select(Case.id).where(*where).limit(MOST_COUNTED).subquery()
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
    rows = sa.select(Case).where(*where).order_by(Case.serial.desc()).limit(query["limit"]).offset(query["offset"])
    return count, to_public(list(model.Session.scalars(rows)))


def iterate_public(query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all public cases, the newest first."""
    rows = sa.select(Case).where(*_where(query)).order_by(Case.serial.desc())
    for cases in model.Session.scalars(rows.execution_options(yield_per=BATCH)).partitions():
        yield from to_public(cases)


def to_public(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return cases as the public sees them; datasets that it does not see now are not named."""
    further = {case.id: case.answers.get("datasets") or [] for case in cases if case.kind == "reuse"}
    ids = {case.dataset_id for case in cases}.union(*further.values())
    named = {one["id"]: one for one in name_datasets(ids)}
    seen = {key for key, one in named.items() if one["dataset_name"]}
    return [
        anonymous.to_public(case, registry.kinds()[case.kind], seen)
        | ({"datasets": [named[one] for one in further[case.id]]} if case.id in further else {})
        for case in cases
    ]


def name_datasets(ids: Collection[str]) -> list[dict[str, str]]:
    """Return of each dataset ``id``, ``dataset_id``, ``dataset_name`` and ``title``; the last two "" where the public
    does not see it now."""
    package = model.Package
    query = sa.select(package.id, package.name, package.title).where(
        package.id.in_(set(ids)), package.state == "active", package.private.is_(False)
    )
    seen = {row.id: (row.name, row.title or row.name) for row in model.Session.execute(query)}
    named = [(one, *seen.get(one, ("", ""))) for one in ids]
    return [{"id": one, "dataset_id": one, "dataset_name": name, "title": title} for one, name, title in named]


def count_by_department() -> list[dict[str, Any]]:
    """Return the figures of each department and kind: cases, answered, in time, mean and median days, overdue now.

    Days are days of the calendar from receipt to answer. ``""`` stands for the supervising office.
    """
    days = Case.answered - Case.received
    is_answered = Case.answered.isnot(None)
    query = (
        sa.select(
            Case.owner_org,
            Case.kind,
            sa.func.count().label("cases"),
            sa.func.count().filter(is_answered).label("answered"),
            sa.func.count().filter(is_answered, Case.answered_late.is_(False)).label("in_time"),
            sa.func.avg(days).filter(is_answered).label("mean"),
            sa.func.percentile_cont(0.5).within_group(days).filter(is_answered).label("median"),
            sa.func.count().filter(Case.phase == OPEN, Case.due < today()).label("overdue"),
        )
        .where(Case.kind.in_(_public_kinds()))
        .group_by(Case.owner_org, Case.kind)
        .order_by(Case.owner_org, Case.kind)
    )
    return [
        {
            "owner_org": row.owner_org,
            "kind": row.kind,
            "cases": row.cases,
            "answered": row.answered,
            "in_time": row.in_time,
            "mean_days": None if row.mean is None else round(float(row.mean), 1),
            "median_days": None if row.median is None else float(row.median),
            "overdue": row.overdue,
        }
        for row in model.Session.execute(query)
    ]


def count_refusals() -> list[dict[str, Any]]:
    """Return how often what was refused by which article, the most frequent first."""
    refused = [
        (kind.name, outcome.code)
        for kind in registry.kinds().values()
        for outcome in kind.outcomes
        if kind.public and outcome.group == "refused"
    ]
    article = sa.func.coalesce(Case.answers[ARTICLE].astext, "").label("article")
    query = (
        sa.select(Case.kind, Case.outcome, article, sa.func.count().label("cases"))
        .where(sa.tuple_(Case.kind, Case.outcome).in_(refused))
        .group_by(Case.kind, Case.outcome, article)
        .order_by(sa.desc("cases"), Case.kind, Case.outcome, article)
    )
    return [
        {
            "kind": row.kind,
            "outcome": row.outcome,
            "article": anonymous.mask(row.article),
            "cases": row.cases,
            "basis": dict(registry.kinds()[row.kind].outcome_by_code[row.outcome].basis),
        }
        for row in model.Session.execute(query)
    ]


def list_between(since: dt.date, until: dt.date, department: str = "") -> list[dict[str, Any]]:
    """Return what departments, or one of them, received from one day to another; see ``nx_case_between``."""
    kinds = [kind.name for kind in registry.kinds().values() if kind.applicants != ANYONE]
    query = (
        sa.select(Case)
        .where(Case.kind.in_(kinds), Case.owner_org != "", Case.received >= since, Case.received <= until)
        .where(sa.or_(Case.phase != ENDED, Case.answered.isnot(None)))
        .order_by(Case.serial)
    )
    if department:
        query = query.where(Case.owner_org == department)
    return [_to_matter(case) for case in model.Session.scalars(query)]


def _to_matter(case: Case) -> dict[str, Any]:
    due = case.due if case.phase == OPEN else None
    if case.answered is not None:  # by which day it had to be is not kept, only whether it was late
        due = case.answered - dt.timedelta(days=bool(case.answered_late))
    told = {"id": case.id, "number": case.number, "title": case.title, "owner_org": case.owner_org}
    days = {"due": due, "answered": case.answered}
    return told | {name: day.isoformat() if day else None for name, day in days.items()}


def list_demands(query: Mapping[str, Any]) -> tuple[int, list[Case]]:
    """Return how many demands the public may vote for or see answered, and a page of them, most votes first."""
    kinds = [kind for kind in registry.kinds().values() if kind.votes]
    shown = [
        (kind.name, state.name)
        for kind in kinds
        for state in kind.states
        if state.name not in (kind.start.name, "completion", "merged", "refused", *anonymous.UNSEEN)
        and query.get("lane", "") in ("", LANE_OF_PHASE[state.phase])
    ]
    where: list[Any] = [sa.tuple_(Case.kind, Case.state).in_(shown)]
    if query.get("q"):
        pattern = query["q"].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        where.append(Case.title.ilike(f"%{pattern}%"))
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(Case).where(*where)) or 0
    order = (Case.phase == ENDED, Case.votes.desc(), Case.serial.desc())
    rows = sa.select(Case).where(*where).order_by(*order).limit(query["limit"]).offset(query["offset"])
    return count, list(model.Session.scalars(rows))


def find_similar(text: str) -> list[Case]:
    """Return the demands whose subject is similar to a text, the most similar first."""
    _, cases = list_demands({"limit": MOST_COMPARED, "offset": 0})
    scored = [(_similarity(text, case.title), case.serial, case) for case in cases]
    best = sorted((one for one in scored if one[0] >= SIMILAR), key=lambda one: one[:2], reverse=True)
    return [case for _, _, case in best[:MOST_SIMILAR]]


def _similarity(one: str, other: str) -> float:
    """Return the share of pairs of characters that two texts have in common (Dice's coefficient)."""
    pairs = [{text[place : place + 2] for place in range(len(text) - 1)} for text in (one.lower(), other.lower())]
    total = len(pairs[0]) + len(pairs[1])
    return 2 * len(pairs[0] & pairs[1]) / total if total else 0.0


def list_reuses(dataset_id: str) -> list[dict[str, Any]]:
    """Return the reuses that are shown beside a dataset, the newest first."""
    query = (
        sa.select(Case)
        .where(
            sa.or_(Case.dataset_id == dataset_id, Case.answers.contains({"datasets": [dataset_id]})),
            Case.kind == "reuse",
            Case.state == "shown",
        )
        .order_by(Case.serial.desc())
        .limit(20)
    )
    return add_pictures(list(model.Session.scalars(query)))


def add_pictures(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return cases as the public sees them, with the ``pictures`` of each."""
    pictures = file_store.list_pictures([case.id for case in cases])
    return [row | {"pictures": pictures.get(case.id, [])} for row, case in zip(to_public(cases), cases, strict=True)]
