"""What departments chose."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.tables.models import Base

RULES, NONE = "rules", "none"
"""The rules choose; no chart is shown. Else the choice is the address of a chart."""


class DefaultChart(Base):
    """The choice of a department for a file; it outlives versions of the file.

    Attributes:
        choice: ``none`` or the address of a chart, see :mod:`.charts.token`.
        user: who chose, the name.
    """

    __tablename__ = "nx_table_default_chart"

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    choice: Mapped[str] = mapped_column(sa.Text)
    user: Mapped[str] = mapped_column("user_id", sa.Text, default="")
    changed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now, onupdate=now)


def get_choice(resource_id: str) -> str:
    """Return what is shown of a file: ``rules``, ``none`` or the address of a chart."""
    chosen = model.Session.get(DefaultChart, resource_id)
    return chosen.choice if chosen else RULES


def write_choice(resource_id: str, choice: str, user: str) -> None:
    """Keep a choice; the caller commits."""
    chosen = model.Session.get(DefaultChart, resource_id)
    if choice == RULES:
        if chosen is not None:
            model.Session.delete(chosen)
        return
    chosen = chosen or DefaultChart(resource_id=resource_id)
    chosen.choice, chosen.user = choice, user
    model.Session.add(chosen)
