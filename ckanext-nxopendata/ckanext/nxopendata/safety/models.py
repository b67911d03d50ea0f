"""What is known of each file: verdicts by content, sign-offs, recalls, officers, and the record of what was done.

The tables have metadata of their own, so that CKAN neither creates nor empties them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ckanext.nxopendata.core.timezone import now

FILE, ROWS = "file", "rows"
"""What of a resource is meant: its bytes, or rows that were written to the DataStore by other ways than its file."""

LEFT = -1
"""Stands for the attempts at a content that took longer than somebody waits: it is left to a worker."""

PROPOSED, APPROVED, REJECTED = "proposed", "approved", "rejected"


class Base(DeclarativeBase):
    """Root of the room's tables."""


metadata = Base.metadata


class Content(Base):
    """What a resource held when it was last looked at.

    Attributes:
        part: ``file`` or ``rows``.
        size, changed_ns: of the file, by which a new content is noticed; 0 for rows.
        sha256: of the content; "" while it waits to be examined.
        attempts: times that its examination was begun and not ended; ``LEFT`` where somebody waited for it in vain.
    """

    __tablename__ = "nx_safety_content"

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    part: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    changed_ns: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(sa.Text, default="")
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


class Verdict(Base):
    """The report on a content by one version of the rules."""

    __tablename__ = "nx_safety_verdict"

    sha256: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    version: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    status: Mapped[str] = mapped_column(sa.Text)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


class Signoff(Base):
    """A content may be public in spite of what was found in it: proposed by one person, approved by another.

    Attributes:
        kind: see ``signoff/schema.py``.
        article: of the law that it rests on.
        until: last day; None for no end.
        level: the gravest of what was found.
        author, approver: names of users.
        state: ``proposed``, ``approved`` or ``rejected``.
    """

    __tablename__ = "nx_safety_signoff"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    resource_id: Mapped[str] = mapped_column(sa.Text)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    article: Mapped[str] = mapped_column(sa.Text)
    until: Mapped[dt.date | None] = mapped_column(sa.Date)
    level: Mapped[int] = mapped_column(sa.Integer)
    author: Mapped[str] = mapped_column(sa.Text)
    approver: Mapped[str] = mapped_column(sa.Text, default="")
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.Text, default=PROPOSED)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    decided: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))


class Recall(Base):
    """A file, or a dataset with all its files, was taken from the public; ``lifted`` ends it."""

    __tablename__ = "nx_safety_recall"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    resource_id: Mapped[str] = mapped_column(sa.Text, default="")
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    author: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    lifted_by: Mapped[str] = mapped_column(sa.Text, default="")
    lifted: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))


class Officer(Base):
    """A safety officer, who may approve what concerns level 3 and 4."""

    __tablename__ = "nx_safety_officer"

    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    given_by: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


class Event(Base):
    """What was done, by whom; rows are only added."""

    __tablename__ = "nx_safety_event"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    user: Mapped[str] = mapped_column("user_name", sa.Text)
    action: Mapped[str] = mapped_column(sa.Text)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    resource_id: Mapped[str] = mapped_column(sa.Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Privacy(Base):
    """How well the people whom a file describes are hidden among others.

    Attributes:
        sha256, version: the content, and the rules and words, that it was measured by.
        quasi, sensitive: headers that somebody chose, beside those that the words suggest.
        tables, linked: the measures, see ``privacy/measure.py`` and ``privacy/linkage.py``.
        k: the least of all of them; None where the file says nothing of persons, 0 where it could not be measured.
    """

    __tablename__ = "nx_safety_privacy"

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[str] = mapped_column(sa.Text, default="")
    quasi: Mapped[list[str]] = mapped_column(JSONB, default=list)
    sensitive: Mapped[list[str]] = mapped_column(JSONB, default=list)
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    linked: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    k: Mapped[int | None] = mapped_column(sa.Integer)
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


class Treatment(Base):
    """How a file is made into one that may be public: the recipe, and what came of it last.

    Attributes:
        source_id: the file that stays closed; ``target_id`` the one that is made of it, "" before the first time.
        recipe: see ``treatment/recipe.py``.
        source_sha256: of the content that was treated last.
        outcome: measures before and after.
        problem: why it could not be made again of the newest content; "" where it could.
    """

    __tablename__ = "nx_safety_treatment"

    source_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    target_id: Mapped[str] = mapped_column(sa.Text, default="")
    recipe: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author: Mapped[str] = mapped_column(sa.Text)
    source_sha256: Mapped[str] = mapped_column(sa.Text, default="")
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    problem: Mapped[str] = mapped_column(sa.Text, default="")
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


class RuleFile(Base):
    """A file of the province's own rules, as the office wrote it last; only good ones are kept."""

    __tablename__ = "nx_safety_rule_file"

    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    author: Mapped[str] = mapped_column(sa.Text)
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


def is_replaced(resource_id: str) -> bool:
    """Whether a file stays closed because a treated one stands in its place, and is still there."""
    return bool(select_replaced([resource_id]))


def select_replaced(resource_ids: Collection[str]) -> set[str]:
    """Return those of some files that stay closed because a treated one stands in their place."""
    query = (
        sa.select(Treatment.source_id)
        .join(model.Resource, model.Resource.id == Treatment.target_id)
        .where(Treatment.source_id.in_(resource_ids), model.Resource.state == "active")
    )
    return set(model.Session.scalars(query))


def read_privacy(resource_id: str) -> Privacy | None:
    """Return what is known of the people in a file, as it stands in the database now."""
    return model.Session.get(Privacy, resource_id, populate_existing=True)


def list_least_k(resource_ids: Collection[str]) -> dict[tuple[str, str], int | None]:
    """Return (file, SHA-256 of the content that was measured) -> its least k; see :class:`Privacy`."""
    query = sa.select(Privacy.resource_id, Privacy.sha256, Privacy.k).where(Privacy.resource_id.in_(resource_ids))
    return {(resource_id, sha256): k for resource_id, sha256, k in model.Session.execute(query)}


def list_signed_levels(resource_ids: Collection[str], day: dt.date) -> dict[tuple[str, str], int]:
    """Return (file, SHA-256 of its content) -> the gravest level that is signed off on a day."""
    query = (
        sa.select(Signoff.resource_id, Signoff.sha256, sa.func.max(Signoff.level))
        .where(
            Signoff.resource_id.in_(resource_ids),
            Signoff.state == APPROVED,
            sa.or_(Signoff.until.is_(None), Signoff.until >= day),
        )
        .group_by(Signoff.resource_id, Signoff.sha256)
    )
    return {(resource_id, sha256): level for resource_id, sha256, level in model.Session.execute(query)}


def write_privacy(resource_id: str, dataset_id: str, **values: Any) -> None:
    """Write what is known of the people in a file at once, outside CKAN's session, so that every process sees it."""
    values |= {"dataset_id": dataset_id, "changed": now()}
    empty = {"sha256": "", "version": "", "quasi": [], "sensitive": [], "tables": [], "linked": [], "k": None}
    statement = insert(Privacy).values(resource_id=resource_id, **(empty | values))
    with engine().begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=[Privacy.resource_id], set_=values))


def note_event(user: str, action: str, dataset_id: str, resource_id: str, **detail: Any) -> None:
    """Add to the record in the session's transaction; ``detail`` holds no data of persons."""
    model.Session.add(Event(user=user, action=action, dataset_id=dataset_id, resource_id=resource_id, detail=detail))


def read_content(resource_id: str, part: str) -> Content | None:
    """Return what is known of a resource's content, as it stands in the database now."""
    return model.Session.get(Content, (resource_id, part), populate_existing=True)


def list_contents(resource_ids: Collection[str]) -> dict[tuple[str, str], Content]:
    """Return (file, part) -> what is known of the content, as it stands in the database now."""
    query = sa.select(Content).where(Content.resource_id.in_(resource_ids))
    found = model.Session.scalars(query.execution_options(populate_existing=True))
    return {(content.resource_id, content.part): content for content in found}


def find_verdict(sha256: str, version: str) -> Verdict | None:
    """Return the verdict on a content by a version of the rules; else the newest by any other."""
    return list_verdicts([sha256], version).get(sha256) if sha256 else None


def list_verdicts(sha256s: Collection[str], version: str) -> dict[str, Verdict]:
    """Return SHA-256 of a content -> the verdict on it by a version of the rules; else the newest by any other."""
    order = (Verdict.sha256, sa.case((Verdict.version == version, 0), else_=1), Verdict.created.desc())
    query = sa.select(Verdict).where(Verdict.sha256.in_(sha256s)).distinct(Verdict.sha256).order_by(*order)
    return {verdict.sha256: verdict for verdict in model.Session.scalars(query)}


def find_recall(resource_id: str, dataset_id: str) -> Recall | None:
    """Return the recall in force of a file or of its dataset."""
    return next((one for one in list_recalls([dataset_id]) if one.resource_id in ("", resource_id)), None)


def list_recalls(dataset_ids: Collection[str]) -> list[Recall]:
    """Return the recalls in force of some datasets, and of files of theirs."""
    query = sa.select(Recall).where(Recall.dataset_id.in_(dataset_ids), Recall.lifted.is_(None))
    return list(model.Session.scalars(query))


def write_content(resource_id: str, part: str, dataset_id: str, **values: Any) -> None:
    """Write what is known of a content at once, outside CKAN's session, so that every process sees it."""
    values |= {"dataset_id": dataset_id, "changed": now()}
    empty = {"size": 0, "changed_ns": 0, "sha256": "", "attempts": 0}
    statement = insert(Content).values(resource_id=resource_id, part=part, **(empty | values))
    with engine().begin() as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=[Content.resource_id, Content.part], set_=values)
        )


def find_first_use(version: str) -> dt.datetime:
    """Return when the first content was examined by a version of the rules; it has examined one."""
    return model.Session.scalars(sa.select(sa.func.min(Verdict.created)).where(Verdict.version == version)).one()


def write_verdict(sha256: str, version: str, status: str, report: dict[str, Any]) -> None:
    """Keep a verdict at once, outside CKAN's session."""
    values = {"sha256": sha256, "version": version, "status": status, "report": report, "created": now()}
    with engine().begin() as connection:
        connection.execute(insert(Verdict).values(**values).on_conflict_do_nothing())


def engine() -> sa.engine.Engine:
    """Return the engine of CKAN's database."""
    bound = model.meta.engine
    assert bound is not None  # noqa: S101  CKAN is configured when this runs
    return bound
