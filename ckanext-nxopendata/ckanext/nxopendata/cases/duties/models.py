"""The table of duties. Days are days of China's calendar."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import today


class Duty(tk.BaseModel):
    """Something that whoever was granted data has to do by a day. Whether it is violated is never stored.

    Attributes:
        name: of the duty in the kind of the case.
        due: its last day.
        performed: the day on which it was done; ``statement`` says how.
        void: whether it need not be done any more.
    """

    __tablename__ = "nx_case_duty"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.Text)
    due: Mapped[dt.date] = mapped_column(sa.Date)
    performed: Mapped[dt.date | None] = mapped_column(sa.Date)
    statement: Mapped[str] = mapped_column(sa.Text, default="")
    void: Mapped[bool] = mapped_column(sa.Boolean, default=False)

    @property
    def state(self) -> str:
        """``due``, ``performed``, ``violated`` or ``void``, today."""
        if self.performed is not None:
            return "performed"
        if self.void:
            return "void"
        return "violated" if self.due < today() else "due"
