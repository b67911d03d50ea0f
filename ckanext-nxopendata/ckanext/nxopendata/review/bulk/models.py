"""Table of bulk work; ``migration/nxopendata_review`` makes it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class BulkRun(tk.BaseModel):
    """One step or edit for many cases: who, when, with what opinion, and what became of each.

    ``items`` are dicts: ``case``, ``dataset`` (ids), ``name``, ``title``, ``source``, ``target`` (states), ``done``,
    ``texts`` (what happens, or why not), and what undoing needs: ``decision``, ``ended``, ``before``, ``after``,
    ``begun``, ``undone``.
    """

    __tablename__ = "nx_review_bulk"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=lambda: str(uuid.uuid4()))
    action: Mapped[str] = mapped_column(sa.Text)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    user_id: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    undone: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)


def add_run(
    user: model.User,
    items: list[dict[str, Any]],
    *,
    action: str,
    opinion: str = "",
    fields: dict[str, Any] | None = None,
) -> BulkRun:
    """Put down what was done for many, in the session; its id is known at once."""
    run = BulkRun(
        action=action,
        opinion=opinion,
        fields=fields or {},
        user_id=user.id,
        user_name=user.fullname or user.name,
        items=items,
    )
    model.Session.add(run)
    model.Session.flush()
    return run
