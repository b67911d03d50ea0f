"""The lists of the plan: what can be shared, what is open, what is not and on what basis, what opens this year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ckanext.nxopendata.core import departments, localised
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review.workflow import state_machine
from ckanext.nxopendata.review.workflow.models import Case

KINDS = ("shareable", "open", "not_open", "plan")

FIELDS = (
    "nx_resource_code",
    "nx_share_type",
    "nx_share_condition",
    "nx_is_open",
    "nx_open_condition",
    "nx_update_cycle",
    "nx_publish_date",
    "nx_open_year",
)


def read(
    language: str,
    kind: str,
    year: int | None = None,
    organization: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> dict[str, Any]:
    """A page of a list: ``count``, and ``results`` as flat dicts, by department and title."""
    package, group = model.Package, model.Group
    where = _where(kind, year or today().year)
    if organization:
        where = sa.and_(where, sa.or_(group.id == organization, group.name == organization))
    joined = sa.join(package, group, package.owner_org == group.id).outerjoin(
        Case, sa.and_(Case.dataset_id == package.id, Case.kind == state_machine.NEW)
    )
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(joined).where(where)) or 0
    query = sa.select(package, group).select_from(joined).where(where).order_by(group.title, package.title, package.id)
    rows = model.Session.execute(query.limit(limit).offset(offset))
    return {"count": count, "results": [_row(dataset, owner, language) for dataset, owner in rows]}


def read_all(language: str, kind: str, year: int | None = None, organization: str | None = None) -> Iterator[dict]:
    """The whole list, row by row, for a download."""
    offset = 0
    while rows := read(language, kind, year, organization, 1000, offset)["results"]:
        yield from rows
        offset += len(rows)


def is_registered() -> Any:
    """The condition on ``model.Package``: a dataset of the catalogue, not one that is still on its way there."""
    package = model.Package
    own = aliased(Case)  # whoever asks may have joined the cases already
    own_case = sa.exists().where(own.dataset_id == package.id, own.kind == state_machine.NEW)
    on_its_way = own_case.where(own.state != state_machine.PUBLISHED)
    # Without a case, as everywhere in the review: a private one is a draft, unless it is published without being open.
    draft = sa.and_(
        package.private, sa.not_(own_case), sa.func.coalesce(package.extras["nx_is_open"].astext, "1") != "0"
    )
    return sa.and_(package.state == "active", package.type == "dataset", sa.not_(on_its_way), sa.not_(draft))


def _where(kind: str, year: int) -> Any:
    """Published datasets only; the plan also names those on their way, which is what a plan is for."""
    package = model.Package
    extras = package.extras
    public = sa.and_(package.state == "active", package.type == "dataset", package.private.is_(False))
    registered = is_registered()
    if kind == "open":
        return sa.and_(public, sa.func.coalesce(extras["nx_is_open"].astext, "1") == "1")
    if kind == "shareable":
        return sa.and_(registered, extras["nx_share_type"].astext.in_(("1", "2")))
    if kind == "not_open":
        return sa.and_(registered, extras["nx_is_open"].astext == "0")
    under_way = Case.state.in_((state_machine.REGISTERED, state_machine.PUBLISHING, state_machine.SCHEDULED))
    return sa.and_(
        package.state == "active",
        package.type == "dataset",
        sa.or_(Case.id.is_(None), Case.state == state_machine.PUBLISHED, under_way),
        extras["nx_open_year"].astext == str(year),
        sa.func.coalesce(extras["nx_is_open"].astext, "1") == "1",
    )


def _row(dataset: model.Package, owner: model.Group, language: str) -> dict[str, Any]:
    extras = dataset.extras
    try:
        texts = localised.parse(extras.get("title_translated"))
    except localised.LocalisedValueError:
        texts = {}
    texts = texts or {localised.DEFAULT: dataset.title or ""}
    names = departments.texts(owner.title or owner.name, departments.extras(owner))
    return {
        "name": dataset.name,
        "title": localised.choose(texts, language)[0],
        "title_translated": texts,
        "department": localised.choose(names, language)[0],
        "department_translated": names,
        **{field: extras.get(field, "") for field in FIELDS},
        "public": not dataset.private,
    }
