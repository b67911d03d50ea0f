"""Tables of what the office changed in code lists; ``migration/nxopendata_exchange`` makes them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class AmendedCode(tk.BaseModel):
    """An entry that was added to a list, or that stands in the place of one of the list's file. Never deleted."""

    __tablename__ = "nx_code"

    codelist: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    label_zh: Mapped[str] = mapped_column(sa.Text)
    label_en: Mapped[str] = mapped_column(sa.Text, default="")
    parent: Mapped[str] = mapped_column(sa.Text, default="")
    status: Mapped[str] = mapped_column(sa.Text, default="current")
    successor: Mapped[str] = mapped_column(sa.Text, default="")
    valid_from: Mapped[str] = mapped_column(sa.Text, default="")
    retired_on: Mapped[str] = mapped_column(sa.Text, default="")


class CodeChange(tk.BaseModel):
    """One change of a list: who, when, what, why. Rows are only ever added."""

    __tablename__ = "nx_code_change"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    codelist: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.Text)
    action: Mapped[str] = mapped_column(sa.Text)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    user_id: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
