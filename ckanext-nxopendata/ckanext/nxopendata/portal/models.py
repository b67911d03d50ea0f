"""Tables of the portal. Times are UTC without zone, as CKAN's own."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class Use(tk.BaseModel):
    """How often something was used on a day; see ``counting`` for ``kind`` and ``object``."""

    __tablename__ = "nx_use"

    day: Mapped[dt.date] = mapped_column(sa.Date, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    object: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    count: Mapped[int] = mapped_column(sa.BigInteger)


class Announcement(tk.BaseModel):
    """A notice to the public (通知公告), written by the supervising office.

    ``until`` is its last day on the home page.
    """

    __tablename__ = "nx_announcement"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    title_zh: Mapped[str] = mapped_column(sa.Text)
    title_en: Mapped[str] = mapped_column(sa.Text, default="")
    text_zh: Mapped[str] = mapped_column(sa.Text)
    text_en: Mapped[str] = mapped_column(sa.Text, default="")
    day: Mapped[dt.date] = mapped_column(sa.Date, index=True)
    until: Mapped[dt.date | None] = mapped_column(sa.Date)
    author_id: Mapped[str] = mapped_column(sa.Text, default="")
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Feedback(tk.BaseModel):
    """What a reader says about a dataset, and the department's answer.

    ``state``: ``waiting`` for a person to look at it, ``public``, or ``refused``. ``email`` is never shown; it is
    emptied once the answer was sent.
    """

    __tablename__ = "nx_feedback"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    dataset_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text, default="")
    email: Mapped[str] = mapped_column(sa.Text, default="")
    language: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.Text, default="waiting", index=True)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    decided_by: Mapped[str] = mapped_column(sa.Text, default="")
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
