"""Notices in the site: telling people, and what each was told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.core.after_commit import call_after_commit
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.notifications import mail
from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.core.notifications.topics import TOPICS, find_page, format_notice
from ckanext.nxopendata.core.timezone import utc_now

LISTED_FOR = dt.timedelta(days=90)
MOST_LISTED = 100


def tell(
    people: Iterable[model.User],
    topic: str,
    params: Mapping[str, Any],
    but: model.User | None = None,
    write_to: Iterable[model.User] | None = None,
) -> None:
    """Leave each a notice, and send mail in the background once the caller has committed.

    Args:
        but: whoever brought it about, who is not told.
        write_to: those of them who get mail as well; all by default.

    Raises:
        KeyError: no room has registered the topic.
    """
    people = [person for person in people if but is None or person.id != but.id]
    if not people:
        return
    with site_language():
        subject = format_notice(topic, params)
        body = "\n\n".join(part for part in (subject, find_page(topic, params, external=True)) if part)
    for person in people:
        model.Session.add(Notice(user_id=person.id, topic=topic, params=dict(params)))
    written_to = {person.id for person in (people if write_to is None else write_to)}
    call_after_commit(mail.enqueue, [person.id for person in people if person.id in written_to], subject, body)


def list_notices(user_id: str) -> list[Notice]:
    """Return the newest notices of a user, of the last 90 days, those of rooms that are switched off left out."""
    query = (
        sa.select(Notice)
        .where(Notice.user_id == user_id, Notice.created > utc_now() - LISTED_FOR, Notice.topic.in_(TOPICS))
        .order_by(Notice.created.desc())
        .limit(MOST_LISTED)
    )
    return list(model.Session.scalars(query))


def count_unread(user_id: str) -> int:
    """Return how many notices a user has not read."""
    query = sa.select(sa.func.count()).where(Notice.user_id == user_id, Notice.read.is_(None))
    return model.Session.scalar(query.where(Notice.topic.in_(TOPICS))) or 0


def mark_read(user_id: str) -> int:
    """Mark all notices of a user as read; return their number. Does not commit."""
    statement = sa.update(Notice).where(Notice.user_id == user_id, Notice.read.is_(None))
    result: Any = model.Session.execute(statement.values(read=utc_now()))
    return result.rowcount
