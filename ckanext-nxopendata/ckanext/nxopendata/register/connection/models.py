"""The tables of what units say of their connections, and of exemptions from the funding rule."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class Connection(tk.BaseModel):
    """How far a unit itself (not one of its systems) is connected: its network, its city's own platform."""

    __tablename__ = "nx_register_connection"

    owner_org: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    status: Mapped[str] = mapped_column(sa.Text)
    date: Mapped[str] = mapped_column(sa.Text, default="")
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Exemption(tk.BaseModel):
    """Why a system that is not connected keeps its operation funds, and until when."""

    __tablename__ = "nx_register_exemption"

    system_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    until: Mapped[dt.date | None] = mapped_column(sa.Date)
    user_name: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
