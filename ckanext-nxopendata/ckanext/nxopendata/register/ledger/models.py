"""Tables of the ledger of the plan."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import new_id

SUPERVISION, RECTIFICATION = "supervision", "rectification"
NOTICE_KINDS = (SUPERVISION, RECTIFICATION)
"""督办 (a reminder in writing) and 责令整改 (an order to mend), 三（一）."""

OPEN, REPLIED, CLOSED = "open", "replied", "closed"
DISPATCH_KINDS = ("monthly", "annual", "catalogue", "tables", "other")
"""What is sent to the State: monthly and annual reports (三（二）), the catalogue (二（二）), tables, and the rest."""


class Step(tk.BaseModel):
    """A unit's own step towards a task, with its day (时间表、路线图)."""

    __tablename__ = "nx_register_step"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    due: Mapped[dt.date] = mapped_column(sa.Date)
    done: Mapped[dt.date | None] = mapped_column(sa.Date)


class SupervisionNotice(tk.BaseModel):
    """A notice of the general office or the informatisation office to a unit, its reply, and how it ended."""

    __tablename__ = "nx_register_notice"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.Text, default="")
    owner_org: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    issued: Mapped[dt.date] = mapped_column(sa.Date)
    due: Mapped[dt.date] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.Text, default=OPEN)
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    replied: Mapped[dt.date | None] = mapped_column(sa.Date)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    user_name: Mapped[str] = mapped_column(sa.Text)


class Dispatch(tk.BaseModel):
    """What was sent to the State: what, to whom, when, with which receipt; the file is attached to it."""

    __tablename__ = "nx_register_dispatch"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(sa.Text)
    period: Mapped[str] = mapped_column(sa.Text, default="")
    recipient: Mapped[str] = mapped_column(sa.Text)
    sent: Mapped[dt.date] = mapped_column(sa.Date)
    receipt: Mapped[str] = mapped_column(sa.Text, default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    owner_org: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
