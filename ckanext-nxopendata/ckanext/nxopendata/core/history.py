"""Histories: tables whose rows are only ever added, one a step, with who took it and when.

Each room keeps its own table, because each plugin may stand alone in a site and makes its tables by itself; what all
of them hold is said here once.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class HistoryBase(DeclarativeBase):
    """Apart from CKAN's tables: what empties those must not, and could not, empty a history."""


class Step:
    """Columns of every history.

    Attributes:
        id: grows with time.
        action: the step that was taken, as the workflow of the room names it.
        opinion: the words that were given for it; empty when none were asked for.
        time: in UTC.
    """

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    action: Mapped[str] = mapped_column(sa.Text)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


class NamedStep(Step):
    """Columns of a history that is read after the person has left: the name is kept beside the id."""

    user_id: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
