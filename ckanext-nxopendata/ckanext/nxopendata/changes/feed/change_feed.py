"""Read the feed of changes without a gap, however many processes write at once.

A trigger keeps one row for every dataset that is or was public, written in the transaction that changes the
dataset, without a place in the feed. Readers give places: one at a time (an advisory lock), and only to rows they
can see, which are those of transactions that are over. So a place, once given, is higher than all that were given
before it, and nothing is ever inserted below a cursor that somebody holds. A dataset that changes again loses its
place and gets a new one at the end: the feed never grows beyond one entry a dataset, and a follower who reads
slowly is told only the last state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.changes.feed.models import Change
from ckanext.nxopendata.core.timezone import utc_now

LOCK = 0x6E786368
"""Key of the advisory lock under which places are given."""

AT_ONCE = 10_000
"""Places given by one reader in one transaction."""

_NUMBER = sa.text(
    """
    WITH fresh AS (
        SELECT dataset_id FROM nx_change WHERE seq IS NULL
        ORDER BY time, dataset_id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), placed AS (
        SELECT dataset_id, nextval('nx_change_seq') AS seq FROM fresh
    )
    UPDATE nx_change SET seq = placed.seq, numbered = clock_timestamp() AT TIME ZONE 'UTC'
    FROM placed WHERE nx_change.dataset_id = placed.dataset_id
    """
)


class UnknownCursorError(ValueError):
    """The cursor was not given by this feed, or the portal was restored from an older backup."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A change.

    Attributes:
        kind: ``changed`` (also: new, restored, made public) or ``withdrawn`` (also: deleted, made private).
        time: UTC without zone.
    """

    seq: int
    dataset_id: str
    name: str
    kind: str
    time: dt.datetime


def assign_places(limit: int = AT_ONCE) -> int:
    """Assign places to changes whose transactions are over; return how many, 0 too while another reader does it."""
    with model.meta.create_local_session() as session, session.begin():
        waiting = sa.select(Change.dataset_id).where(Change.seq.is_(None)).limit(1)
        if session.scalar(waiting) is None or not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))):
            return 0
        return session.connection().execute(_NUMBER, {"limit": limit}).rowcount


def read_changes(cursor: int, limit: int, since: dt.datetime | None = None) -> tuple[Sequence[Entry], bool]:
    """Return the changes after a place, and whether there are more.

    Args:
        cursor: A place; 0 for the beginning.
        since: Pass over what everybody could see before this time (UTC without zone).

    Raises:
        UnknownCursorError: The feed has not come to this place.
    """
    some_left = assign_places() >= AT_ONCE
    with model.meta.create_local_session() as session:
        if cursor > find_newest():
            raise UnknownCursorError(cursor)
        query = sa.select(Change.seq, Change.dataset_id, Change.name, Change.kind, Change.time)
        query = query.where(Change.seq > cursor).order_by(Change.seq).limit(limit + 1)
        if since is not None:
            first = sa.select(sa.func.min(Change.seq)).where(Change.numbered >= since, Change.seq > cursor)
            query = query.where(Change.seq >= first.scalar_subquery())
        entries = [Entry(*row) for row in session.execute(query)]
    return entries[:limit], len(entries) > limit or some_left


def find_newest() -> int:
    """Return the last place that was given; 0 when none was."""
    with model.meta.create_local_session() as session:
        query = sa.text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM nx_change_seq")
        return session.scalar(query) or 0


def count_behind(cursor: int) -> int:
    """Return how many changes there are after a place, those without a place included."""
    with model.meta.create_local_session() as session:
        after = sa.or_(Change.seq > cursor, Change.seq.is_(None))
        return session.scalar(sa.select(sa.func.count()).where(after)) or 0


def repeat(dataset_id: str) -> None:
    """Give a public dataset a new place at the end of the feed, in the session's transaction."""
    model.Session.execute(
        sa.update(Change)
        .where(Change.dataset_id == dataset_id, Change.kind == "changed")
        .values(time=utc_now(), seq=None, numbered=None)
    )
