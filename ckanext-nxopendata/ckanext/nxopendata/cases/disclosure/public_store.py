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
from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.timezone import today

MOST_COUNTED = 10_000
BATCH = 500
MOST_SEARCHED = 2000
"""Cases in which words stand, of which the shown titles are looked at; of more than that the newest."""

SEARCHED = Limit("case search", 300)
"""By one network: the titles of many cases are looked at for each."""

LANE_OF_PHASE = {OPEN: "asked", WAITING: "asked", ANSWERED: "planned", ENDED: "done"}
"""Where a demand stands in public, by its phase: asked for, planned, fulfilled."""


def _public_kinds() -> list[str]:
    return [name for name, kind in registry.kinds().items() if kind.public]


def _where(query: Mapping[str, Any]) -> list[Any]:
    kinds = [name for name in _public_kinds() if query.get("kind") in (None, "", name)]
    where: list[Any] = [Case.kind.in_(kinds)]
    if department := query.get("department"):
        known = sa.select(model.Group.id).where(sa.or_(model.Group.id == department, model.Group.name == department))
        where.append(Case.owner_org.in_(known))
    if query.get("outcome"):
        where.append(Case.outcome == query["outcome"])
    return where


def list_public(query: Mapping[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """Return how many public cases there are (at most ``MOST_COUNTED``), and a page of them, the newest first.

    Args:
        query: ``kind``, ``department`` (id or name), ``outcome``, ``q`` (a number, or words of what is shown as the
            title), ``limit``, ``offset``.
    """
    count, cases = _take_page(sa.select(Case).where(*_where(query)).order_by(Case.serial.desc()), query)
    return count, to_public(cases)


def iterate_public(query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all public cases, the newest first; of a search for words at most ``MOST_SEARCHED``."""
    rows = sa.select(Case).where(*_where(query)).order_by(Case.serial.desc())
    if words := (query.get("q") or "").strip():
        yield from to_public(_search(rows, words))
        return
    for cases in model.Session.scalars(rows.execution_options(yield_per=BATCH)).partitions():
        yield from to_public(cases)


def check_search(query: Mapping[str, Any]) -> None:
    """Count a search for words, ``q``, of whoever sent the request; nothing of a list without one.

    Raises:
        TooOftenError: at ``q``.
    """
    if (query.get("q") or "").strip():
        SEARCHED.check_reader("q")


def _search(rows: Any, words: str) -> list[Case]:
    """Return those of the newest ``MOST_SEARCHED`` candidates in whose shown titles words stand."""
    number = words.upper().removeprefix("NX").rpartition("-")[2]
    if number.isascii() and number.isdecimal() and len(number) < 16:
        numbered = list(model.Session.scalars(rows.where(Case.serial == int(number))))
        if numbered and (words.isdecimal() or numbered[0].number == words.upper()):
            return numbered
    pattern = like(words)
    candidates = rows.where(sa.or_(Case.title.ilike(pattern), Case.dataset_title.ilike(pattern))).limit(MOST_SEARCHED)
    cases = list(model.Session.scalars(candidates))
    seen = {key for key, one in _name_all(cases).items() if one["dataset_name"]}
    kinds = registry.kinds()
    return [
        case for case in cases if anonymous.is_found(words, case, kinds[case.kind], is_named=case.dataset_id in seen)
    ]


def like(words: str) -> str:
    """Return the pattern of ``LIKE`` for texts in which words stand as they are."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def to_public(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return cases as the public sees them; datasets that it does not see now are not named."""
    named = _name_all(cases)
    return [anonymous.to_public(case, registry.kinds()[case.kind], named) for case in cases]


def _name_all(cases: Sequence[Case]) -> dict[str, dict[str, Any]]:
    """Return the datasets that cases are about, or name in their answers, by what names them."""
    kinds = registry.kinds()
    references = {case.dataset_id for case in cases}.union(
        *(anonymous.list_references(case, kinds[case.kind]) for case in cases)
    )
    return {one["id"]: one for one in name_datasets(references)}


def name_datasets(references: Collection[str]) -> list[dict[str, Any]]:
    """Return of each dataset, by id or name, ``id`` (what it was named by), ``dataset_id``, ``dataset_name``, ``title``
    and ``title_translated``; the last three "" and {} where the public does not see it now."""
    package, known = model.Package, {one for one in references if one}
    translated: Any = package.extras["title_translated"].astext  # pyright: ignore[reportOptionalSubscript]
    query = sa.select(package.id, package.name, package.title, translated.label("translated")).where(
        sa.or_(package.id.in_(known), package.name.in_(known)), package.state == "active", package.private.is_(False)
    )
    rows = model.Session.execute(query) if known else ()
    seen = {key: row for row in rows for key in (row.id, row.name)}
    named: list[dict[str, Any]] = []
    for one in references:
        row = seen.get(one)
        named.append(
            {
                "id": one,
                "dataset_id": row.id if row else one,
                "dataset_name": row.name if row else "",
                "title": (row.title or row.name) if row else "",
                "title_translated": read_texts(row.translated) if row else {},
            }
        )
    return named


def read_texts(stored: Any) -> dict[str, str]:
    """Return the texts of a localised field by language; {} of what is none."""
    try:
        return localised.parse(stored)
    except localised.LocalisedValueError:
        return {}


def count_by_department() -> list[dict[str, Any]]:
    """Return the figures of each department and kind: cases, answered, in time, mean and median days, overdue now.

    And how satisfied those who applied are: how many ratings, and their mean. Days are those of the calendar from
    receipt to answer. ``""`` stands for the supervising office.
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
            sa.func.count(Case.rating).label("ratings"),
            sa.func.avg(Case.rating).label("satisfaction"),
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
            "ratings": row.ratings,
            "satisfaction": None if row.satisfaction is None else round(float(row.satisfaction), 1),
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
    told: dict[str, Any] = {"id": case.id, "number": case.number, "title": case.title, "owner_org": case.owner_org}
    told["rating"] = case.rating
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
    where = sa.tuple_(Case.kind, Case.state).in_(shown)
    rows = sa.select(Case).where(where).order_by(Case.phase == ENDED, Case.votes.desc(), Case.serial.desc())
    return _take_page(rows, query)


def _take_page(rows: Any, query: Mapping[str, Any]) -> tuple[int, list[Case]]:
    """Return how many cases a selection holds, of those with the words ``q`` where they are asked for, and a page."""
    first, last = query["offset"], query["offset"] + query["limit"]
    if words := (query.get("q") or "").strip():
        found = _search(rows, words)
        return len(found), found[first:last]
    counted = rows.with_only_columns(Case.id).order_by(None).limit(MOST_COUNTED).subquery()
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
    return count, list(model.Session.scalars(rows.limit(query["limit"]).offset(first)))


def list_shown_reuses(query: Mapping[str, Any]) -> tuple[int, list[Case]]:
    """Return how many reuses are shown, and a page of them, the newest first; ``q``: words of their names."""
    rows = sa.select(Case).where(Case.kind == "reuse", Case.state == "shown").order_by(Case.serial.desc())
    return _take_page(rows, query)


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
