"""Tables of the audit: what was exported, and the findings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.history import HistoryBase
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import new_id

OPEN, REPLIED, CLOSED = "open", "replied", "closed"
STATES = (OPEN, REPLIED, CLOSED)


class Export(HistoryBase):
    """A list that was exported: who, when, by which filter, and the SHA-256 of the file. Rows are only ever added."""

    __tablename__ = "nx_register_export"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(sa.Text)
    list: Mapped[str] = mapped_column(sa.Text)
    filter: Mapped[dict[str, str]] = mapped_column(JSONB)
    format: Mapped[str] = mapped_column(sa.Text)
    file_name: Mapped[str] = mapped_column(sa.Text)
    rows: Mapped[int] = mapped_column(sa.Integer)
    size: Mapped[int] = mapped_column(sa.Integer)
    user_id: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


class Finding(tk.BaseModel):
    """What the audit found at a unit, the unit's reply, and what the audit says to it.

    ``subject`` and ``subject_id`` name the record it is about (``system`` or ``dataset``), or are "". ``created``,
    ``due``, ``replied`` and ``closed`` are days of China's calendar.
    """

    __tablename__ = "nx_register_finding"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    subject: Mapped[str] = mapped_column(sa.Text, default="")
    subject_id: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.Text, default=OPEN)
    due: Mapped[dt.date] = mapped_column(sa.Date)
    due_unsure: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    replied: Mapped[dt.date | None] = mapped_column(sa.Date)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    user_name: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.date] = mapped_column(sa.Date)
    closed: Mapped[dt.date | None] = mapped_column(sa.Date)
    reminded: Mapped[list[str]] = mapped_column(JSONB, default=list)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)

    def is_late(self, today: dt.date) -> bool:
        """Whether the unit's reply is missing after its last day."""
        return self.state == OPEN and today > self.due


def to_api(row: Finding, today: dt.date) -> dict[str, Any]:
    """A finding as plain values."""
    days = {name: getattr(row, name) for name in ("created", "due", "replied", "closed")}
    texts = {
        name: getattr(row, name)
        for name in ("id", "owner_org", "title", "text", "subject", "subject_id", "state", "reply", "evidence")
    }
    more = {"opinion": row.opinion, "due_unsure": row.due_unsure, "late": row.is_late(today)}
    return texts | {name: day.isoformat() if day else None for name, day in days.items()} | more
