"""Making profiles while a table is written, and keeping them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.core.tabular.profile import column as profile
from ckanext.nxopendata.core.tabular.values.types import ColumnType
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.tables import models
from ckanext.nxopendata.tables.reader.columns import Column


class Recorder:
    """Takes the values of a table as they are written and gives the profiles of its columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._profilers = [
            profile.Profiler(
                column.header or column.label,
                ColumnType(column.type, column.precision, column.unit, column.order),
                column.null_words,
                column.role,
            )
            for column in columns
        ]

    def add(self, batch: Sequence[pa.Array]) -> None:
        """Take some rows, an array a column."""
        for profiler, values in zip(self._profilers, batch, strict=True):
            profiler.add(values)

    def profiles(self) -> list[dict[str, Any]]:
        """Return what is kept: a dictionary a column, with its id in the table."""
        return [
            {"id": column.id, "label": column.label, **profiler.profile().to_dict()}
            for column, profiler in zip(self._columns, self._profilers, strict=True)
        ]


def hash_file(path: Path, known: str) -> str:
    """Return the SHA-256 of a file; ``known`` if it is one, else it is computed."""
    if len(known) == 64 and set(known) <= set("0123456789abcdef"):
        return known
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_version(*facts: Any) -> str:
    """Return what changes when the same file would get other profiles: its plan, the reader, the profile itself."""
    return hashlib.sha256(json.dumps([profile.VERSION, *facts], sort_keys=True, default=str).encode()).hexdigest()


def save(sha256: str, version: str, columns: list[dict[str, Any]]) -> None:
    """Keep the profiles of a file; outside CKAN's session, as the states of tables."""
    table = models.TableProfile.__table__
    values = {"columns": columns, "changed": now()}
    statement = insert(table).values(sha256=sha256, version=version, **values)  # pyright: ignore[reportArgumentType]
    with models.engine().begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["sha256", "version"], set_=values))


def sweep() -> int:
    """Remove the profiles that no table refers to, and return how many."""
    table, states = models.TableProfile.__table__, models.State.__table__
    used = sa.select(states.c.around["profile"]["sha256"].astext)
    with models.engine().begin() as connection:
        done = connection.execute(sa.delete(table).where(table.c.sha256.not_in(used)))  # pyright: ignore[reportArgumentType]
        return done.rowcount
