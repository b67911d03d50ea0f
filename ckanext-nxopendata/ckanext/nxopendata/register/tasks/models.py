"""The table of the tasks that the office changed, split or added."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class LedgerTask(tk.BaseModel):
    """A task that the office added, or what it changed of one of the plan: the row then stands in its place.

    ``parent`` is the task that it was split from. ``section`` and ``title`` are language -> text; ``lead`` and
    ``cooperating`` are units as :class:`.plan_tasks.Task` has them.
    """

    __tablename__ = "nx_register_ledger_task"

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    parent: Mapped[str] = mapped_column(sa.Text, default="")
    section: Mapped[dict[str, str]] = mapped_column(JSONB)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    lead: Mapped[list[str]] = mapped_column(JSONB)
    cooperating: Mapped[list[str]] = mapped_column(JSONB, default=list)
    due: Mapped[dt.date | None] = mapped_column(sa.Date)
    due_text: Mapped[str] = mapped_column(sa.Text, default="")
    source: Mapped[str] = mapped_column(sa.Text, default="")
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
