"""The table of the feed, which triggers fill; see the migration ``changes``."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan.model.base import BaseModel
from sqlalchemy.orm import Mapped, mapped_column


class Change(BaseModel):
    """The last change of a dataset that is, or once was, public: one row a dataset.

    ``kind`` is ``changed`` or ``withdrawn``; ``time`` when it was written (UTC without zone). ``seq`` is its place
    in the feed, None until the transaction that wrote it is over; ``numbered`` when it got its place.
    """

    __tablename__ = "nx_change"

    dataset_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime)
    seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    numbered: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
