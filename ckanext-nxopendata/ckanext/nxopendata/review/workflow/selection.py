"""Which cases somebody sees: those that wait for them, those under review, every dataset; narrowed by filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.search.common import make_connection

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.review.workflow import state_machine
from ckanext.nxopendata.review.workflow.models import Case

WAITING, RUNNING, EVERY = "waiting", "running", "every"
SCOPES = (WAITING, RUNNING, EVERY)
"""What waits for the reader; what is on its way, for whomever it waits; every dataset, published or withdrawn too."""

NO_LICENCE = ("", "notspecified")

SCORE = "portal_score"
"""Field of the index with the score of a dataset, three digits."""

MOST_SCORED = 100_000


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; "" and 0 ask for nothing.

    Attributes:
        scope: one of :data:`SCOPES`.
        organization: id or name of the department.
        state: one of the states of the review.
        theme: a code of the list of themes.
        missing: a key of :data:`MISSING`.
        older_than: days for which the case has been in its state.
        kind: ``new`` or ``change``.
        q: part of the title.
        score_below: points of the dataset's score (0 to 100) that it has not got.
    """

    scope: str = WAITING
    organization: str = ""
    state: str = ""
    theme: str = ""
    missing: str = ""
    older_than: int = 0
    kind: str = ""
    q: str = ""
    score_below: int = 0

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Filter:
        """Take from validated parameters what a filter has, leaving out what is empty."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names and value})


def list_cases(user: str, asked: Filter, limit: int | None = None, offset: int = 0) -> list[Case]:
    """Return the cases that a user (name) sees, those that are late first.

    A dataset that never went through review is given a case that is not stored, whose id is the dataset's.
    """
    entries = _entries(asked.scope)
    query = (
        sa.select(entries)
        .where(_where(user, asked, entries))
        .order_by(entries.c.deadline.asc().nulls_last(), entries.c.modified.desc(), entries.c.id)
        .offset(offset)
    )
    return _load(list(model.Session.execute(query if limit is None else query.limit(limit)).mappings()))


def _load(rows: Sequence[Any]) -> list[Case]:
    ids = [row["id"] for row in rows if row["stored"]]
    stored = {case.id: case for case in model.Session.scalars(sa.select(Case).where(Case.id.in_(ids)))}
    return [stored.get(row["id"]) or _unstored(row) for row in rows]


def list_named(user: str, ids: Sequence[str]) -> list[Case]:
    """Return the cases or datasets (ids) that are named, in their order, of those a user sees.

    A dataset stands for its own case.
    """
    entries = _entries(EVERY)
    named = sa.or_(entries.c.id.in_(ids), sa.and_(entries.c.dataset_id.in_(ids), entries.c.kind == state_machine.NEW))
    query = sa.select(entries).where(named, _visible(user, entries, EVERY))
    order = {name: number for number, name in enumerate(ids)}
    rows = [dict(row) for row in model.Session.execute(query).mappings()]
    rows.sort(key=lambda row: order.get(row["id"], order.get(row["dataset_id"], 0)))
    return _load(rows)


def count_cases(user: str, asked: Filter) -> int:
    """Return how many cases a user sees."""
    entries = _entries(asked.scope)
    query = sa.select(sa.func.count()).select_from(entries).where(_where(user, asked, entries))
    return model.Session.scalar(query) or 0


def count_by(user: str, asked: Filter, column: str) -> dict[str, int]:
    """Return how many cases there are of each ``owner_org`` or ``state``, most first."""
    entries = _entries(asked.scope)
    value, number = entries.c[column], sa.func.count()
    query = sa.select(value, number).where(_where(user, asked, entries)).group_by(value).order_by(number.desc(), value)
    return dict(model.Session.execute(query).tuples().all())


def list_departments(user: str, capacities: tuple[str, ...]) -> list[str]:
    """Return the ids of the departments in which a user (name) has one of the capacities."""
    found = model.User.get(user)
    query = sa.select(model.Member.group_id).where(
        model.Member.table_name == "user",
        model.Member.table_id == (found.id if found else ""),
        model.Member.state == "active",
        model.Member.capacity.in_(capacities),
    )
    return [organization for organization in model.Session.scalars(query) if organization]


COLUMNS = ("id", "dataset_id", "owner_org", "kind", "state", "title", "deadline", "modified", "payload")


def _entries(scope: str) -> Any:
    """The cases that still matter; with :data:`EVERY`, datasets too that have none."""
    package = model.Package
    there = Case.dataset_id.in_(sa.select(package.id).where(package.state != "deleted"))
    matters = sa.or_(Case.kind == state_machine.NEW, Case.state.not_in(state_machine.CLOSED))
    columns = [getattr(Case, name) for name in COLUMNS]
    cases = sa.select(*columns, sa.true().label("stored")).where(there, matters)
    if scope != EVERY:
        return cases.subquery()
    is_public = sa.or_(package.private.is_(False), _extras()["nx_is_open"].astext == "0")
    unstored = {
        "dataset_id": package.id,
        "owner_org": sa.func.coalesce(package.owner_org, ""),
        "kind": sa.literal(state_machine.NEW),
        "state": sa.case(
            (sa.and_(package.state == "active", is_public), state_machine.PUBLISHED), else_=state_machine.DRAFT
        ),
        "title": sa.func.coalesce(package.title, package.name),
        "deadline": sa.cast(sa.null(), sa.Date),
        "modified": package.metadata_modified,
        "payload": sa.cast(sa.null(), Case.payload.type),
    }
    own = sa.exists().where(Case.dataset_id == package.id, Case.kind == state_machine.NEW)
    rest = sa.select(
        package.id.label("id"), *(value.label(name) for name, value in unstored.items()), sa.false().label("stored")
    ).where(package.type == "dataset", package.state != "deleted", ~own)
    return sa.union_all(cases, rest).subquery()


def _unstored(row: Any) -> Case:
    return Case(
        id=row["id"],
        dataset_id=row["dataset_id"],
        owner_org=row["owner_org"],
        kind=row["kind"],
        state=row["state"],
        title=row["title"],
        deadline_unsure=False,
        created=row["modified"],
        modified=row["modified"],
    )


def _where(user: str, asked: Filter, entries: Any) -> Any:
    conditions = [_waiting(user, entries) if asked.scope == WAITING else _visible(user, entries, asked.scope)]
    if asked.organization:
        group = model.Group.get(asked.organization)
        conditions.append(entries.c.owner_org == (group.id if group else asked.organization))
    if asked.state:
        conditions.append(entries.c.state == asked.state)
    if asked.kind:
        conditions.append(entries.c.kind == asked.kind)
    if asked.q:
        conditions.append(entries.c.title.icontains(asked.q, autoescape=True))
    if asked.older_than:
        conditions.append(entries.c.modified < utc_now() - dt.timedelta(days=asked.older_than))
    if asked.theme:
        conditions.append(_of_content(entries, _holds_code("nx_theme", asked.theme)))
    if asked.missing:
        conditions.append(_of_content(entries, MISSING[asked.missing]))
    if asked.score_below:
        conditions.append(entries.c.dataset_id.in_(_scored_below(asked.score_below)))
    return sa.and_(*conditions)


def _scored_below(points: int) -> list[str]:
    """The ids of the datasets whose score in the index is lower; the site's public pages show the score."""
    filters = [f'+site_id:"{tk.config["ckan.site_id"]}"', f"+{SCORE}:[* TO {max(points - 1, 0):03}]"]
    return [row["id"] for row in make_connection().search("*:*", fq=filters, fl="id", rows=MOST_SCORED).docs]


def _waiting(user: str, entries: Any) -> Any:
    """Which cases wait for this user: as head, as office, as editor."""
    state, owner = entries.c.state, entries.c.owner_org
    heads = sa.and_(state == state_machine.SUBMITTED, owner.in_(list_departments(user, ("admin",))))
    own = owner.in_(list_departments(user, ("admin", "editor")))
    editors = sa.and_(state.in_((state_machine.DRAFT, state_machine.REGISTERED)), own)
    office = state == state_machine.PUBLISHING if roles.is_office(user) else sa.false()
    return sa.or_(heads, editors, office)


def _visible(user: str, entries: Any, scope: str) -> Any:
    state = entries.c.state
    own = entries.c.owner_org.in_(list_departments(user, ("admin", "editor")))
    office = state != state_machine.DRAFT if roles.is_office(user) else sa.false()
    seen = sa.true() if authz.is_sysadmin(user) else sa.or_(own, office)
    return seen if scope == EVERY else sa.and_(seen, state != state_machine.PUBLISHED)


# What is asked of the content: the pending change's, else the dataset's.


def _extras() -> Any:
    return model.Package.extras


def _of_content(entries: Any, condition: Any) -> Any:
    package = model.Package
    return sa.exists().where(package.id == entries.c.dataset_id, condition(entries.c.payload))


def _holds_code(name: str, code: str) -> Any:
    return lambda payload: _field(payload, name).contains(f'"{code}"', autoescape=True)


def _field(payload: Any, name: str) -> Any:
    """A field of ours as text; lists are stored as JSON in both places."""
    return sa.func.coalesce(payload[name].astext, _extras()[name].astext, "")


def _is_empty(*names: str) -> Any:
    return lambda payload: sa.and_(*(_field(payload, name).in_(("", "[]")) for name in names))


def _lacks_licence(payload: Any) -> Any:
    return sa.func.coalesce(payload["license_id"].astext, model.package_table.c.license_id, "").in_(NO_LICENCE)


def _lacks_files(payload: Any) -> Any:
    resource = model.Resource
    has_files = sa.exists().where(resource.package_id == model.Package.id, resource.state == "active")
    return sa.and_(~has_files, sa.func.coalesce(payload["resources"].astext, "[]") == "[]")


MISSING: Mapping[str, Any] = {
    "licence": _lacks_licence,
    "files": _lacks_files,
    "contact": _is_empty("nx_contact_phone", "nx_contact_email"),
    "cycle": _is_empty("nx_update_cycle"),
    "theme": _is_empty("nx_theme"),
    "class": _is_empty("nx_class_code"),
    "items": _is_empty("nx_items"),
}
"""What can be asked for as missing -> the condition on a dataset, of the pending change's content."""
