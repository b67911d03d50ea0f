"""What is known of each file's table: whether it is loaded, why not, its columns and what stood around them.

The table has metadata of its own, so that CKAN neither creates nor empties it. Rows of purged datasets are swept by
``ckan nx tables sync``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ckanext.nxopendata.core.timezone import now

QUEUED, LOADING, READY, FAILED = "queued", "loading", "ready", "failed"


class Base(DeclarativeBase):
    """Root of the room's tables."""


metadata = Base.metadata


class State(Base):
    """The table of one file.

    Attributes:
        state: ``queued``, ``loading``, ``ready`` or ``failed``.
        code, params: why it failed, as :class:`ckanext.nxopendata.core.tabular.errors.UnreadableError` says it.
        fingerprint: of the file and of the information items that this state is about.
        columns: see :class:`ckanext.nxopendata.tables.reader.columns.Column`, one dictionary a column.
        around: ``set_aside``, ``findings``, ``lines``, ``sheet``, ``other_sheets``, ``areas`` (of several tables),
            ``encoding``, ``plan``, ``profile`` (its ``sha256`` and ``version``), ``words_later`` (the index of words
            is not made yet).
    """

    __tablename__ = "nx_table"

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.Text, default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    fingerprint: Mapped[str] = mapped_column(sa.Text, default="")
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    around: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    rows: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    seconds: Mapped[float] = mapped_column(sa.Float, default=0.0)
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


class ReadingPlan(Base):
    """How a department wants a file read; it outlives versions of the file.

    Attributes:
        plan: see :class:`ckanext.nxopendata.core.tabular.plan.Plan`.
        user: who wrote it last, the id.
    """

    __tablename__ = "nx_table_plan"

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    user: Mapped[str] = mapped_column("user_id", sa.Text, default="")
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now, onupdate=now)


class TableProfile(Base):
    """What the columns of a file hold.

    Attributes:
        sha256: of the file.
        version: of its plan and of the rules by which it was read and profiled.
        columns: see :class:`ckanext.nxopendata.core.tabular.profile.column.Profile`, with the ``id`` of each.
    """

    __tablename__ = "nx_table_profile"

    sha256: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    version: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)


def get_profile(state: State | None) -> TableProfile | None:
    """Return the profiles of a ready table; None where it has none."""
    place = state.around.get("profile") if state and state.state == READY else None
    return model.Session.get(TableProfile, (place["sha256"], place["version"])) if place else None


def list_profiles(known: Iterable[State]) -> list[TableProfile]:
    """Return the profiles of several ready tables."""
    places = [state.around["profile"] for state in known if state.state == READY and state.around.get("profile")]
    keys = sa.tuple_(TableProfile.sha256, TableProfile.version)
    query = sa.select(TableProfile).where(keys.in_([(place["sha256"], place["version"]) for place in places]))
    return list(model.Session.scalars(query)) if places else []


def get_plan(resource_id: str) -> dict[str, Any]:
    """Return the plan that a department gave for a file; {} where it gave none."""
    given = model.Session.get(ReadingPlan, resource_id)
    return given.plan if given else {}


def get_state(resource_id: str) -> State | None:
    """Return the state of a file's table; None for a file that never was to become one."""
    return model.Session.get(State, resource_id)


def list_states(resource_ids: Collection[str]) -> dict[str, State]:
    """Return id of a file -> the state of its table; without those that never were to become one."""
    query = sa.select(State).where(State.resource_id.in_(resource_ids))
    return {state.resource_id: state for state in model.Session.scalars(query)}


def list_of_dataset(dataset_id: str) -> list[State]:
    """Return the states of a dataset's files."""
    return list(model.Session.scalars(sa.select(State).where(State.dataset_id == dataset_id)))


def write_state(resource_id: str, **values: Any) -> None:
    """Write columns of a state, made when it is not there, at once: outside CKAN's session, so that all see it."""
    values["changed"] = now()
    table = State.__table__
    with engine().begin() as connection:
        done = connection.execute(sa.update(table).where(table.c.resource_id == resource_id).values(**values))  # pyright: ignore[reportArgumentType]
        if not done.rowcount:
            empty = {"code": "", "params": {}, "fingerprint": "", "columns": [], "around": {}, "rows": 0, "seconds": 0}
            connection.execute(sa.insert(table).values(resource_id=resource_id, **(empty | values)))  # pyright: ignore[reportArgumentType]


def delete_state(resource_id: str) -> None:
    """Forget a file."""
    table = State.__table__
    with engine().begin() as connection:
        connection.execute(sa.delete(table).where(table.c.resource_id == resource_id))  # pyright: ignore[reportArgumentType]


def select_with_states(dataset_ids: Collection[str]) -> set[str]:
    """Return those of some datasets that have states; asked outside CKAN's session."""
    if not dataset_ids:
        return set()
    table = State.__table__
    with engine().connect() as connection:
        query = sa.select(table.c.dataset_id).where(table.c.dataset_id.in_(dataset_ids)).distinct()
        return set(connection.scalars(query))


def read_headers(dataset_ids: list[str]) -> dict[str, list[str]]:
    """Return dataset id -> the column headers of its tables, each once; datasets without tables are left out."""
    query = sa.select(State.dataset_id, State.columns).where(State.dataset_id.in_(dataset_ids), State.state == READY)
    by_dataset: dict[str, dict[str, None]] = {}
    for dataset_id, columns in model.Session.execute(query):
        labels = by_dataset.setdefault(dataset_id, {})
        for column in columns:
            labels |= {text: None for text in (column.get("label"), column.get("label_en")) if text}
    return {dataset_id: list(labels) for dataset_id, labels in by_dataset.items()}


def engine() -> sa.engine.Engine:
    """Return the engine of CKAN's database."""
    bound = model.meta.engine
    assert bound is not None  # noqa: S101  CKAN is configured when this runs
    return bound
