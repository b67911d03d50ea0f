"""The table of what was found at the addresses of reuses."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class LinkCheck(tk.BaseModel):
    """What the address of a reuse answered last.

    Attributes:
        failures: how often in a row it did not answer; one alone may be an accident.
        detail: the status, or what was wrong, in a word.
    """

    __tablename__ = "nx_case_link"

    case_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"), primary_key=True)
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    detail: Mapped[str] = mapped_column(sa.Text, default="")
    checked: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
