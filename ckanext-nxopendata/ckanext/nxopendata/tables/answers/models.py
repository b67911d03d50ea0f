"""The index of values: what stands in the columns of public tables, and what their numbers are of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.tables.models import Base, engine


class Value(Base):
    """A value of a column, or what a column of numbers is of.

    Attributes:
        role: of the column: ``place``, ``indicator``, ``category``, ``key``, ``text``; ``measure`` for the name of a
            column of numbers.
        value: as it stands in the table.
        key: of an indicator or a measure, see :func:`.terms.make_key`; else "".
        place: code of the place that the value is, or that the name of a measure or the title says.
        pairs: pairs of characters, by which parts of values are found.
        rows: how many rows have it.
    """

    __tablename__ = "nx_table_value"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    resource_id: Mapped[str] = mapped_column(sa.Text)
    column_id: Mapped[str] = mapped_column(sa.Text)
    role: Mapped[str] = mapped_column(sa.Text)
    value: Mapped[str] = mapped_column(sa.Text)
    key: Mapped[str] = mapped_column(sa.Text, default="")
    place: Mapped[str] = mapped_column(sa.Text, default="")
    pairs: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    rows: Mapped[int] = mapped_column(sa.Integer, default=0)


class IndexedTable(Base):
    """A table whose values are in the index.

    Attributes:
        fingerprint: of the table and of the terms when it was indexed.
    """

    __tablename__ = "nx_table_indexed"

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.Text)


def replace_values(resource_id: str, fingerprint: str, values: list[dict[str, Any]]) -> None:
    """Put the values of a table in the place of those that were indexed, at once and for all to see."""
    with engine().begin() as connection:
        _delete(connection, resource_id)
        if values:
            connection.execute(sa.insert(Value), [{"resource_id": resource_id, **value} for value in values])
        connection.execute(sa.insert(IndexedTable).values(resource_id=resource_id, fingerprint=fingerprint))


def delete_values(resource_id: str) -> None:
    """Take the values of a table out of the index."""
    with engine().begin() as connection:
        _delete(connection, resource_id)


def _delete(connection: Any, resource_id: str) -> None:
    for table in (Value, IndexedTable):
        connection.execute(sa.delete(table).where(table.resource_id == resource_id))


def read_fingerprint(resource_id: str) -> str:
    """Return the fingerprint with which a table was indexed; "" for one that is not."""
    with engine().connect() as connection:
        found = sa.select(IndexedTable.fingerprint).where(IndexedTable.resource_id == resource_id)
        return connection.scalar(found) or ""
