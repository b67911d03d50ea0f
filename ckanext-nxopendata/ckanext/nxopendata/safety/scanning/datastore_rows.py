"""The rows of a table in the DataStore, as a file to examine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

AT_ONCE = 20_000
"""Rows up to which whoever asks for a verdict waits for it."""


def count(resource_id: str) -> int:
    """Return the number of rows; -1 where there is no such table."""
    if not p.plugin_loaded("datastore"):
        return -1
    table = sa.table(resource_id)
    try:
        with _engine().connect() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
    except ProgrammingError:
        return -1


def write_csv(resource_id: str, path: Path) -> Path:
    """Write all rows, the names of the columns first, to a file."""
    with _engine().connect() as connection, path.open("wb") as file:
        raw: Any = connection.connection
        name = connection.dialect.identifier_preparer.quote_identifier(resource_id)
        with raw.cursor() as cursor:
            cursor.copy_expert(f"COPY (SELECT * FROM {name}) TO STDOUT WITH CSV HEADER", file)  # noqa: S608  quoted
    return path


def _engine() -> Any:
    from ckanext.datastore.backend.postgres import get_read_engine

    return get_read_engine()
