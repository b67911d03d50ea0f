"""Tables of the review; ``migration/nxopendata_catalogue`` makes them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.history import HistoryBase, NamedStep
from ckanext.nxopendata.core.timezone import utc_now


class Case(tk.BaseModel):
    """The way of one dataset, or of one change of it, to the public.

    ``payload`` is the dataset as a pending change wants it, ``base`` as it was when the change was begun; both
    are None for new datasets, whose content is the dataset itself, private until it is published.
    """

    __tablename__ = "nx_review_case"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=lambda: str(uuid.uuid4()))
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text, default="")
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    base: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    author_id: Mapped[str] = mapped_column(sa.Text, default="")
    deadline: Mapped[dt.date | None] = mapped_column(sa.Date)
    deadline_unsure: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    release_at: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Decision(NamedStep, HistoryBase):
    """One step of a case: who, when, from where to where, with what opinion. Rows are only ever added."""

    __tablename__ = "nx_review_decision"

    case_id: Mapped[str] = mapped_column(sa.Text)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    target: Mapped[str] = mapped_column(sa.Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
