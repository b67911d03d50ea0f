"""The table of the yearly evaluation."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import new_id

DRAFT, SENT, CONFIRMED, OBJECTED, REPLIED, PUBLISHED = "draft", "sent", "confirmed", "objected", "replied", "published"
ANSWERABLE = (SENT, CONFIRMED, OBJECTED)
"""States in which the unit may say something, or something else."""


class Evaluation(tk.BaseModel):
    """What a unit scored in a year.

    ``scores`` are as :func:`.evaluation.plain` makes them and hold the whole arithmetic, so that a published
    evaluation stays what it was when indicators or records change. ``collected``, ``due`` (for the unit's answer)
    and ``published`` are days of China's calendar; ``total`` is a decimal number as text.
    """

    __tablename__ = "nx_register_evaluation"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    year: Mapped[int] = mapped_column(sa.Integer)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default=DRAFT)
    scores: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    total: Mapped[str | None] = mapped_column(sa.Text)
    grade: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    rank: Mapped[int | None] = mapped_column(sa.Integer)
    advice: Mapped[str] = mapped_column(sa.Text, default="")
    objection: Mapped[str] = mapped_column(sa.Text, default="")
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    accepted: Mapped[bool | None] = mapped_column(sa.Boolean)
    collected: Mapped[dt.date] = mapped_column(sa.Date)
    due: Mapped[dt.date | None] = mapped_column(sa.Date)
    published: Mapped[dt.date | None] = mapped_column(sa.Date)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


def digest(row: Evaluation) -> str:
    """The SHA-256 of what a published evaluation says; the append-only log keeps it."""
    said = [row.year, row.owner_org, row.title, row.kind, row.scores, row.total, row.grade, row.rank, row.advice]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
