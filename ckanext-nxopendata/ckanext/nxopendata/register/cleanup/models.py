"""The table of proposals to clear systems away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import new_id


class Verdict(tk.BaseModel):
    """A proposal to clear a system away, what the department said to it and what the office decided.

    ``signs`` is the check as it was when the proposal was made: a list of ``{"sign", "met", "evidence", "threshold"}``.
    """

    __tablename__ = "nx_register_verdict"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    system_id: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    signs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    answered: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    decided: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
