"""Notices to the public: reading and writing them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.portal.models import Announcement
from ckanext.nxopendata.portal.usage import usage_store


def list_current(limit: int) -> list[Announcement]:
    """Those the home page shows: begun and not past their last day, newest first."""
    today = usage_store.today()
    shown = sa.or_(Announcement.until.is_(None), Announcement.until >= today)
    query = sa.select(Announcement).where(Announcement.day <= today, shown)
    return list(
        model.Session.scalars(query.order_by(Announcement.day.desc(), Announcement.created.desc()).limit(limit))
    )


def list_page(limit: int, offset: int, *, future: bool) -> tuple[int, list[Announcement]]:
    """How many there are, and a page of them, newest first; ``future``: also those not yet begun."""
    where = sa.true() if future else Announcement.day <= usage_store.today()
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(Announcement).where(where)) or 0
    query = sa.select(Announcement).where(where).order_by(Announcement.day.desc(), Announcement.created.desc())
    return total, list(model.Session.scalars(query.limit(limit).offset(offset)))


def to_api(row: Announcement) -> dict[str, Any]:
    """A notice as the API gives it; dates YYYY-MM-DD."""
    return {
        "id": row.id,
        "title": {"zh": row.title_zh, "en": row.title_en},
        "text": {"zh": row.text_zh, "en": row.text_en},
        "day": row.day.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


def write(row: Announcement, data: dict[str, Any], author_id: str) -> Announcement:
    """Store the validated fields in ``row``; the caller commits."""
    for language in ("zh", "en"):
        for field in ("title", "text"):
            setattr(row, f"{field}_{language}", data.get(f"{field}_{language}") or "")
    row.day = data.get("day") or usage_store.today()
    row.until = data.get("until")
    row.author_id = row.author_id or author_id
    model.Session.add(row)
    model.Session.flush()
    return row


def parse_day(value: Any) -> dt.date | None:
    """A date from YYYY-MM-DD; None from nothing.

    Raises:
        ValueError: it is no date.
    """
    if value in (None, ""):
        return None
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
