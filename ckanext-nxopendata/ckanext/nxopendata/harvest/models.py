"""Tables of the harvest. Times are UTC without zone, as CKAN's own."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import sqlalchemy as sa
from ckan.lib.dictization import table_dictize
from ckan.model.base import BaseModel
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now

Json = dict[str, Any]


class _Dictized(BaseModel):
    """A row that tells its columns as an API does, secrets left out."""

    __abstract__ = True
    SECRET: ClassVar[frozenset[str]] = frozenset()

    def as_dict(self) -> Json:
        row = table_dictize(self, {"model": None})  # pyright: ignore[reportArgumentType]
        return {key: value for key, value in row.items() if key not in self.SECRET}


class Source(_Dictized):
    """A department's catalogue.

    ``state`` is ``active``, ``paused`` or ``deleted``. ``files``: ``link`` leaves the files where they are,
    ``mirror`` copies them here. ``departments`` are ids of further departments whose datasets the catalogue
    holds, ``mapping`` what differs from the format's mapping, ``limits`` what differs from the site's limits.
    ``priority``: the lower number wins a dataset that two sources have, and gets the larger share of the workers.
    ``trust``: ``normal``, or ``review`` when every run that would change something waits for a person.
    ``credentials`` are encrypted (:mod:`.settings.credentials`). ``trail`` and ``fingerprint`` describe the last
    reading that was applied to its end, and let the next one ask the server whether anything changed; ``memory`` is
    what the format remembers of it (a cursor).
    """

    __tablename__ = "nx_harvest_source"
    SECRET = frozenset({"credentials", "trail", "memory"})

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    name: Mapped[str] = mapped_column(sa.Text, unique=True)
    title: Mapped[str] = mapped_column(sa.Text)
    url: Mapped[str] = mapped_column(sa.Text)
    format: Mapped[str] = mapped_column(sa.Text, default="auto")
    organization_id: Mapped[str] = mapped_column(sa.Text, index=True)
    schedule: Mapped[str] = mapped_column(sa.Text, default="")
    files: Mapped[str] = mapped_column(sa.Text, default="link")
    licence: Mapped[str] = mapped_column(sa.Text, default="")
    priority: Mapped[int] = mapped_column(sa.Integer, default=100)
    options: Mapped[Json] = mapped_column(JSONB, default=dict)
    departments: Mapped[list[str]] = mapped_column(JSONB, default=list)
    mapping: Mapped[Json] = mapped_column(JSONB, default=dict)
    limits: Mapped[Json] = mapped_column(JSONB, default=dict)
    trust: Mapped[str] = mapped_column(sa.Text, default="normal")
    credentials: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.Text, default="active")
    fingerprint: Mapped[str] = mapped_column(sa.Text, default="")
    trail: Mapped[list[Json]] = mapped_column(JSONB, default=list)
    memory: Mapped[Json] = mapped_column(JSONB, default=dict)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Run(_Dictized):
    """One harvest of one source.

    ``state`` (:mod:`.runs.states`): ``pending`` -> ``planning`` -> (``held`` ->) ``applying`` -> ``done``; or
    ``failed``, ``refused`` (a person said no), ``cancelled``; (``undoing`` ->) ``undone``. A run that is ``paused``
    goes on as ``applying``. ``planned``: when carrying out began; ``served``: when a worker last claimed a chunk.
    """

    __tablename__ = "nx_harvest_run"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    source_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("nx_harvest_source.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(sa.Text, default="pending", index=True)
    user_name: Mapped[str] = mapped_column(sa.Text, default="")
    counts: Mapped[Json] = mapped_column(JSONB, default=dict)
    stages: Mapped[Json] = mapped_column(JSONB, default=dict)
    doubts: Mapped[list[str]] = mapped_column(JSONB, default=list)
    evidence: Mapped[Json] = mapped_column(JSONB, default=dict)
    problem_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    note: Mapped[Json] = mapped_column(JSONB, default=dict)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    started: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    finished: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    heartbeat: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    planned: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    served: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)


class KnownRecord(_Dictized):
    """A record of a source and the dataset it became.

    ``written`` is the dataset as the harvest last wrote it: what differs from it in the portal is a person's
    edit. ``kept`` names the fields where such an edit stands against the source. ``state`` is ``present``,
    ``withdrawn``, or ``duplicate`` when another source maintains the dataset.
    """

    __tablename__ = "nx_harvest_record"
    __table_args__ = (sa.UniqueConstraint("source_id", "guid"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    source_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_harvest_source.id", ondelete="CASCADE"))
    guid: Mapped[str] = mapped_column(sa.Text)
    dataset_id: Mapped[str] = mapped_column(sa.Text, index=True)
    hash: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="present")
    seen_run: Mapped[str | None] = mapped_column(sa.Text)
    written: Mapped[Json] = mapped_column(JSONB, default=dict)
    kept: Mapped[list[str]] = mapped_column(JSONB, default=list)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class PlanEntry(_Dictized):
    """One step of a run's plan; records that did not change have none.

    ``state``: ``planned`` -> ``written`` (in the database) -> ``done`` (in the index too), or ``refused``,
    ``skipped``; ``reverted`` (in the database) -> ``undone`` (in the index too). ``data`` is the dataset to write,
    ``changes`` its differences to what was written before, ``before`` what ``undo`` needs.
    """

    __tablename__ = "nx_harvest_plan_entry"
    __table_args__ = (sa.Index("ix_nx_harvest_plan_entry_state", "run_id", "state", "number"),)

    run_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("nx_harvest_run.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.Text)
    guid: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[str] = mapped_column(sa.Text, default="")
    dataset_id: Mapped[str] = mapped_column(sa.Text, default="")
    title: Mapped[str] = mapped_column(sa.Text, default="")
    hash: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.Text, default="planned")
    data: Mapped[Json] = mapped_column(JSONB, default=dict)
    changes: Mapped[list[Json]] = mapped_column(JSONB, default=list)
    before: Mapped[Json | None] = mapped_column(JSONB)


class Chunk(_Dictized):
    """Steps of a plan that are carried out together: those from ``first`` to ``last`` that are not finished.

    ``state``: ``waiting`` -> ``done``. Who works on a chunk holds its lock (:mod:`.runs.coordination.locks`), which
    ends with the process: a chunk whose worker was killed is waiting again at once.
    """

    __tablename__ = "nx_harvest_chunk"
    __table_args__ = (sa.Index("ix_nx_harvest_chunk_state", "run_id", "state", "number"),)

    run_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("nx_harvest_run.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(sa.Integer)
    last: Mapped[int] = mapped_column(sa.Integer)
    steps: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[str] = mapped_column(sa.Text, default="waiting")
    worker: Mapped[str] = mapped_column(sa.Text, default="")
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    seconds: Mapped[float] = mapped_column(sa.Float, default=0)
    mirror_seconds: Mapped[float] = mapped_column(sa.Float, default=0)


class Identity(_Dictized):
    """What a dataset is recognised by in any source (:mod:`.planning.duplicates`); the first to claim a key has it."""

    __tablename__ = "nx_harvest_identity"

    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(sa.Text, index=True)


class FileContent(_Dictized):
    """A content that a copied file had, and what its source last said of it (:mod:`.mirror.versions`).

    ``number`` counts the contents of a file; 0, with no ``sha256``, stands for a file that never came. ``etag``,
    ``last_modified``, ``checked`` and ``failure`` (the code of why it could not be read) are of the last time that
    the source was asked, and count for the newest content only.
    """

    __tablename__ = "nx_harvest_file"

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    dataset_id: Mapped[str] = mapped_column(sa.Text, index=True)
    link: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.Text)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    etag: Mapped[str] = mapped_column(sa.Text, default="")
    last_modified: Mapped[str] = mapped_column(sa.Text, default="")
    failure: Mapped[str] = mapped_column(sa.Text, default="")
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    checked: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


class Finding(_Dictized):
    """A problem of a run: all of them, not the first twenty."""

    __tablename__ = "nx_harvest_problem"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    run_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_harvest_run.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(sa.Text)
    level: Mapped[str] = mapped_column(sa.Text)
    refuses: Mapped[bool] = mapped_column(sa.Boolean)
    guid: Mapped[str | None] = mapped_column(sa.Text)
    position: Mapped[str] = mapped_column(sa.Text, default="")
    field: Mapped[str] = mapped_column(sa.Text, default="")
    params: Mapped[Json] = mapped_column(JSONB, default=dict)
