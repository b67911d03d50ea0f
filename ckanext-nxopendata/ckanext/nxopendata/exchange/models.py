"""The table of imports: the file that was sent, how far it is, what came out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.model.meta import metadata
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.nxopendata.core.timezone import utc_now

QUEUED, READING, PREVIEWED, APPLYING, DONE, FAILED = "queued", "reading", "previewed", "applying", "done", "failed"

KEPT_DAYS = 90
"""Days that a file which was sent is kept."""

table = sa.Table(
    "nx_catalogue_import",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("organization_id", sa.Text, nullable=False, index=True),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("report", JSONB, nullable=False),
    sa.Column("created", sa.DateTime, nullable=False),
    sa.Column("finished", sa.DateTime),
)


def add(organization_id: str, user_name: str, kind: str, file_name: str, content: bytes) -> str:
    """A new import in state ``queued``; its id."""
    identifier = str(uuid.uuid4())
    row = {"organization_id": organization_id, "user_name": user_name, "kind": kind, "file_name": file_name}
    values = row | {"id": identifier, "content": content, "state": QUEUED, "done": 0, "total": 0, "report": {}}
    _run(table.insert().values(**values, created=utc_now()))
    return identifier


def get(identifier: str, *, with_file: bool = False) -> Mapping[str, Any] | None:
    """An import, without CKAN's session, so that a worker's progress is seen.

    Args:
        with_file: whether its ``content`` is wanted, which may be large; ``has_file`` says whether it is kept.
    """
    columns = [column for column in table.c if with_file or column is not table.c.content]
    statement = sa.select(*columns, (table.c.content != b"").label("has_file")).where(table.c.id == identifier)
    with _engine().connect() as connection:
        row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def latest(organization_id: str, limit: int) -> list[Mapping[str, Any]]:
    """The newest imports of a department, without their files; of the report only ``counts``."""
    left_out = (table.c.content, table.c.report)
    columns = [column for column in table.c if column not in left_out]
    statement = (
        sa.select(*columns, table.c.report["counts"].label("counts"))
        .where(table.c.organization_id == organization_id)
        .order_by(table.c.created.desc())
        .limit(limit)
    )
    with _engine().connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def tidy() -> None:
    """Once a day: files that were sent long ago go, their outcome stays; work that a stopped worker left is over."""
    day = utc_now() - dt.timedelta(days=1)
    left = table.c.state.in_((QUEUED, READING, APPLYING)) & (table.c.created < day)
    report = {"failure": {"code": "interrupted", "params": {}}}
    _run(table.update().where(left).values(state=FAILED, report=report, finished=utc_now()))
    old = table.c.created < utc_now() - dt.timedelta(days=KEPT_DAYS)
    _run(table.update().where(old, table.c.content != b"").values(content=b""))


def change(identifier: str, **values: Any) -> None:
    """Write columns of an import at once, whatever CKAN's session is doing."""
    if values.get("state") in (DONE, FAILED):
        values["finished"] = utc_now()
    _run(table.update().where(table.c.id == identifier).values(**values))


def claim(identifier: str, before: str, after: str) -> bool:
    """Move an import from one state to the next; False when it is not in the first (someone was faster)."""
    statement = table.update().where(table.c.id == identifier, table.c.state == before).values(state=after)
    return _run(statement).rowcount == 1


def batch_done(organization_id: str, batch: str) -> bool:
    """Whether a package with this batch number was imported into the department before."""
    own = sa.and_(table.c.organization_id == organization_id, table.c.state == DONE)
    with _engine().connect() as connection:
        return (
            connection.execute(sa.select(table.c.id).where(own, table.c.report["batch"].astext == batch)).first()
            is not None
        )


def _run(statement: Any) -> Any:
    with _engine().begin() as connection:
        return connection.execute(statement)


def _engine() -> sa.engine.Engine:
    engine = model.meta.engine
    assert engine is not None  # noqa: S101  CKAN is configured when an action runs
    return engine
