"""Tables of the tasks' progress and of the monthly and annual reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import new_id

ASKED, SUBMITTED = "asked", "submitted"


class TaskState(tk.BaseModel):
    """The state of a task of the plan, decided by the office or (``by_facts``) told by facts; without a row: open."""

    __tablename__ = "nx_register_task"

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    state: Mapped[str] = mapped_column(sa.Text)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    by_facts: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Progress(tk.BaseModel):
    """What a unit did for a task in a month (``2026-11``)."""

    __tablename__ = "nx_register_progress"

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    owner_org: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    month: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    percent: Mapped[int] = mapped_column(sa.Integer)
    text: Mapped[str] = mapped_column(sa.Text)
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    user_name: Mapped[str] = mapped_column(sa.Text)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Report(tk.BaseModel):
    """What one unit reports in one round.

    ``figures`` are computed from the register and the catalogue, the last time when it is submitted; ``texts`` are
    the unit's own words, by the names in :data:`.reports.TEXTS`. ``submitted`` is a day of China's calendar, and of a
    report that was returned the day on which it first came. ``figures_day`` is the day that the figures are of; None
    where it was not kept.
    """

    __tablename__ = "nx_register_report"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(sa.Text)
    period: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default=ASKED)
    figures: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    texts: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    due: Mapped[dt.date] = mapped_column(sa.Date)
    submitted: Mapped[dt.date | None] = mapped_column(sa.Date)
    figures_day: Mapped[dt.date | None] = mapped_column(sa.Date)
    reminded: Mapped[list[str]] = mapped_column(JSONB, default=list)
    user_name: Mapped[str] = mapped_column(sa.Text, default="")
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Figures(tk.BaseModel):
    """What the register knew of a unit on a day; of each month the last day that was counted stays."""

    __tablename__ = "nx_register_figures"

    owner_org: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    month: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    day: Mapped[dt.date] = mapped_column(sa.Date)
    figures: Mapped[dict[str, int]] = mapped_column(JSONB)


def handed_in(row: Report) -> dt.date | None:
    """The day on which a report came; None while it is missing or was returned."""
    return row.submitted if row.state == SUBMITTED else None


def to_api(row: Report, day: dt.date) -> dict[str, Any]:
    """A report as plain values; ``late`` is how many days after the due day it came, or is still missing."""
    return {
        "id": row.id,
        "kind": row.kind,
        "period": row.period,
        "owner_org": row.owner_org,
        "state": row.state,
        "figures": dict(row.figures),
        "texts": dict(row.texts),
        "due": row.due.isoformat(),
        "figures_day": row.figures_day.isoformat() if row.figures_day else None,
        "submitted": day_came.isoformat() if (day_came := handed_in(row)) else None,
        "returned": row.state == ASKED and row.submitted is not None,
        "reminded": list(row.reminded),
        "late": max(((handed_in(row) or day) - row.due).days, 0),
    }
