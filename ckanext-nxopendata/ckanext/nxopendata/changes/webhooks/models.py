"""Tables of the webhooks and of the messages to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan.model.base import BaseModel
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now

Json = dict[str, Any]


class Webhook(BaseModel):
    """An address that is told of changes.

    ``state``: ``active``, ``paused`` (by a person) or ``stopped`` (it failed too often). ``cursor`` is the place in
    the feed up to which it was told. ``salt`` makes the secret together with the site's key; the secret itself is
    kept nowhere.
    """

    __tablename__ = "nx_webhook"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    title: Mapped[str] = mapped_column(sa.Text)
    url: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="active")
    cursor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    salt: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Delivery(BaseModel):
    """One message to a webhook, however often it was tried.

    ``state``: ``waiting``, ``delivered`` or ``failed`` (given up). ``status`` is the last answer's, None when there
    was none; ``reason`` a code of :mod:`.messages`, with ``params``.
    """

    __tablename__ = "nx_webhook_delivery"
    __table_args__ = (sa.Index("ix_nx_webhook_delivery_webhook", "webhook_id", "created"),)

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    webhook_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_webhook.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(sa.Text, default="waiting")
    body: Mapped[Json] = mapped_column(JSONB)
    cursor: Mapped[int] = mapped_column(sa.BigInteger)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    status: Mapped[int | None] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    params: Mapped[Json] = mapped_column(JSONB, default=dict)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    tried: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    next_try: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
