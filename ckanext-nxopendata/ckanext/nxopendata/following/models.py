"""Tables of following: what people keep, and what they want to hear of. Times are UTC without zone, as CKAN's own."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class Favourite(tk.BaseModel):
    """A dataset somebody keeps."""

    __tablename__ = "nx_favourite"

    user_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE"), primary_key=True)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


class Subscription(tk.BaseModel):
    """An address that wants to hear when a search or a dataset (``dataset_id``) has something new.

    ``query`` is the query string of the result page. Nothing is sent before ``confirmed``; ``seen`` is the moment up
    to which changes were told.
    """

    __tablename__ = "nx_subscription"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    email: Mapped[str] = mapped_column(sa.Text, index=True)
    user_id: Mapped[str | None] = mapped_column(sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    query: Mapped[str] = mapped_column(sa.Text, default="")
    dataset_id: Mapped[str | None] = mapped_column(sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(sa.Text, default="")
    confirmed: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    seen: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
