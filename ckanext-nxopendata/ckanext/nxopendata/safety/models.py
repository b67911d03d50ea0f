"""What is known of each file: verdicts by content, sign-offs, recalls, officers, and the record of what was done.

The tables have metadata of their own, so that CKAN neither creates nor empties them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ckanext.nxopendata.core.timezone import now

FILE, ROWS = "file", "rows"
"""What of a resource is meant: its bytes, or rows that were written to the DataStore by other ways than its file."""

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
        attempts: times that its examination was begun and not ended.
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


def note_event(user: str, action: str, dataset_id: str, resource_id: str, **detail: Any) -> None:
    """Add to the record in the session's transaction; ``detail`` holds no data of persons."""
    model.Session.add(Event(user=user, action=action, dataset_id=dataset_id, resource_id=resource_id, detail=detail))


def read_content(resource_id: str, part: str) -> Content | None:
    """Return what is known of a resource's content, as it stands in the database now."""
    return model.Session.get(Content, (resource_id, part), populate_existing=True)


def find_verdict(sha256: str, version: str) -> Verdict | None:
    """Return the verdict on a content by a version of the rules; else the newest by any other."""
    if not sha256:
        return None
    query = sa.select(Verdict).where(Verdict.sha256 == sha256)
    order = sa.case((Verdict.version == version, 0), else_=1)
    return model.Session.scalars(query.order_by(order, Verdict.created.desc()).limit(1)).first()


def find_recall(resource_id: str, dataset_id: str) -> Recall | None:
    """Return the recall in force of a file or of its dataset."""
    query = sa.select(Recall).where(
        Recall.dataset_id == dataset_id, Recall.resource_id.in_(("", resource_id)), Recall.lifted.is_(None)
    )
    return model.Session.scalars(query).first()


def write_content(resource_id: str, part: str, dataset_id: str, **values: Any) -> None:
    """Write what is known of a content at once, outside CKAN's session, so that every process sees it."""
    values |= {"dataset_id": dataset_id, "changed": now()}
    empty = {"size": 0, "changed_ns": 0, "sha256": "", "attempts": 0}
    statement = insert(Content).values(resource_id=resource_id, part=part, **(empty | values))
    with engine().begin() as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=[Content.resource_id, Content.part], set_=values)
        )


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
