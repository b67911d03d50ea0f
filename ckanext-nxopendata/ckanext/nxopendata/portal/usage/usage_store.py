"""How the site is used: counted in Redis while requests are answered, kept by day in the table ``nx_use``."""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import logging
import os
import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from redis.exceptions import LockError, RedisError, ResponseError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.portal.models import Use
from ckanext.nxopendata.portal.usage import classify

log = logging.getLogger(__name__)

FIELDS_A_DAY = 100_000
"""So many different things are counted a day: nobody fills the memory of Redis with invented words."""
SEARCH_DAYS = 90
"""Words searched for are forgotten after so many days."""
FLUSH_SECONDS = 60
PUSH_SECONDS = 1
LINES_AT_ONCE = 1000
MOST_A_DAY = 10**12
"""A larger count is no count; the sum of all days stays within PostgreSQL's ``bigint``."""


class _Counter:
    """What this process has counted and not yet told Redis."""

    def __init__(self) -> None:
        self.telling = threading.Lock()
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._timer: threading.Timer | None = None

    def add(self, key: str, field: str) -> None:
        with self._lock:
            self._counts[key, field] += 1
            if self._timer is None:
                timer = threading.Timer(PUSH_SECONDS, push)
                timer.daemon = True
                with contextlib.suppress(RuntimeError):  # no thread to be had: the next count tries again
                    timer.start()
                    self._timer = timer

    def take(self) -> list[tuple[str, str, int]]:
        with self._lock:
            counts = [(key, field, number) for (key, field), number in self._counts.items()]
            self._counts, self._timer = Counter(), None
        return counts

    def restart(self) -> None:
        """A child of this process begins with nothing: its parent tells what was counted before."""
        self.__init__()


_counter = _Counter()
os.register_at_fork(after_in_child=_counter.restart)


def count(use: classify.Use) -> None:
    """Add one, unless it cannot be stored. Redis is told once a second, of all that was counted until then."""
    if use.is_countable:
        _counter.add(f"{_prefix()}:day:{today().isoformat()}", f"{use.kind}\t{use.object}")


@atexit.register
def push() -> None:
    """Tell Redis what was counted. Whatever fails is logged and never spoils a page."""
    with _counter.telling:  # who comes next finds it told
        try:
            _push(_counter.take())
        except RedisError as error:
            log.warning("use was not counted: %s", error)
        except Exception:
            log.exception("use was not counted")


def _push(counts: list[tuple[str, str, int]]) -> None:
    if not counts:
        return
    pipe = client().pipeline(transaction=False)
    for key, field, number in counts:
        pipe.hincrby(key, field, number)
    days = dict.fromkeys(key for key, _, _ in counts)
    for key in days:
        pipe.hlen(key)
    told = pipe.execute()
    totals, lengths = told[: len(counts)], told[len(counts) :]
    full = {key for key, length in zip(days, lengths, strict=True) if length > FIELDS_A_DAY}
    for (key, field, number), total in zip(counts, totals, strict=True):
        if key in full and total == number:
            client().hdel(key, field)


def flush() -> int:
    """Move what Redis counted into the table; the number of rows. One process at a time; the others go on."""
    push()
    rows = 0
    try:
        with client().lock(f"{_prefix()}:lock", timeout=120, blocking=False):
            for key in client().scan_iter(f"{_prefix()}:day:*"):
                # From here on new uses are counted in a new key.
                client().rename(key, f"{_prefix()}:moving:{key.decode().rpartition(':')[2]}:{uuid4()}")
            for key in client().scan_iter(f"{_prefix()}:moving:*"):
                rows += _move(key)
    except LockError:
        return 0
    return rows


def _move(key: bytes) -> int:
    """Move one day's counts into the table and delete ``key``; the number of rows.

    What cannot be read is dropped, so that it is met once; what the database could not take now waits in Redis for
    the next time. Neither keeps the other days from being stored.
    """
    try:
        day = dt.date.fromisoformat(key.decode("utf-8", "replace").split(":")[-2])
        fields = client().hgetall(key)
    except (ValueError, ResponseError) as error:
        log.warning("counts of use were dropped, %r cannot be read: %s", key, error)
        client().delete(key)
        return 0
    try:
        rows = _store(day, fields)
    except SQLAlchemyError as error:
        log.warning("use of %s was not moved to the table: %s", day, error)
        return 0
    client().delete(key)
    return rows


def flush_if_due() -> None:
    """Flush, but not more often than once a minute. Whatever fails is logged and never spoils a page."""
    try:
        if client().set(f"{_prefix()}:flushed", "1", ex=FLUSH_SECONDS, nx=True):
            flush()
    except RedisError as error:
        log.warning("use was not moved to the table: %s", error)
    except Exception:
        log.exception("use was not moved to the table")


def forget(until: dt.date) -> int:
    """Delete the words searched for before ``until``."""
    with _engine().begin() as connection:
        return connection.execute(sa.delete(Use).where(Use.kind == "search", Use.day < until)).rowcount


# Reading


def count_totals() -> dict[str, int]:
    """Kind -> how often in all; 0 for kinds never counted."""
    query = sa.select(Use.kind, sa.func.sum(Use.count)).group_by(Use.kind)
    found = {kind: int(number) for kind, number in model.Session.execute(query)}
    return {kind: found.get(kind, 0) for kind in classify.KINDS}


def count_views() -> dict[str, int]:
    """Id of a dataset -> how often it was viewed in all."""
    query = sa.select(Use.object, sa.func.sum(Use.count)).where(Use.kind == "view").group_by(Use.object)
    return {identity: int(number) for identity, number in model.Session.execute(query)}


def count_by_month(months: int = 24) -> list[tuple[str, str, int]]:
    """``(YYYY-MM, kind, count)`` of the last ``months`` months, oldest first; words searched for are left out."""
    month = sa.func.to_char(Use.day, "YYYY-MM")
    query = (
        sa.select(month, Use.kind, sa.func.sum(Use.count))
        .where(Use.day > today() - dt.timedelta(days=31 * months), Use.kind != "search")
        .group_by(month, Use.kind)
        .order_by(month, Use.kind)
    )
    return [(when, kind, int(number)) for when, kind, number in model.Session.execute(query)]


def count_for_dataset(dataset_id: str, days: int = 30) -> dict[str, Any]:
    """``views`` and ``downloads`` in all, ``recent_views`` and ``recent_downloads`` of the last ``days``."""
    recent = sa.case((Use.day > today() - dt.timedelta(days=days), Use.count), else_=0)
    query = (
        sa.select(Use.kind, sa.func.sum(Use.count), sa.func.sum(recent))
        .where(Use.kind.in_(("view", "download")), Use.object == dataset_id)
        .group_by(Use.kind)
    )
    found = {kind: (int(number), int(lately)) for kind, number, lately in model.Session.execute(query)}
    views, downloads = found.get("view", (0, 0)), found.get("download", (0, 0))
    return {"views": views[0], "downloads": downloads[0], "recent_views": views[1], "recent_downloads": downloads[1]}


def list_most_used(limit: int, days: int = 30, owner_orgs: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The public datasets used most of late, a download weighing as three views: ``id``, ``name``, ``views``,
    ``downloads``."""
    downloads = sa.func.sum(sa.case((Use.kind == "download", Use.count), else_=0))
    views = sa.func.sum(sa.case((Use.kind == "view", Use.count), else_=0))
    package = model.Package
    query = (
        sa.select(package.id, package.name, views, downloads)
        .join(Use, Use.object == package.id)
        .where(
            Use.kind.in_(("view", "download")),
            Use.day > today() - dt.timedelta(days=days),
            package.state == "active",
            package.private.is_(False),
        )
        .group_by(package.id, package.name)
        .order_by((views + 3 * downloads).desc(), package.name)
        .limit(limit)
    )
    if owner_orgs is not None:
        query = query.where(package.owner_org.in_(list(owner_orgs)))
    rows = model.Session.execute(query)
    return [{"id": id_, "name": name, "views": int(v), "downloads": int(d)} for id_, name, v, d in rows]


def list_hot_words(limit: int, least: int, days: int = 30) -> list[str]:
    """The words searched for most of late, at least ``least`` times, that stand in the title or a tag of a public
    dataset: nobody writes on the home page by searching."""
    often = sa.func.sum(Use.count)
    query = (
        sa.select(Use.object)
        .where(Use.kind == "search", Use.day > today() - dt.timedelta(days=days))
        .group_by(Use.object)
        .having(often >= least)
        .order_by(often.desc(), Use.object)
        .limit(limit * 5)
    )
    words = list(model.Session.scalars(query))
    if not words:
        return []
    word = sa.func.unnest(sa.literal(words, sa.ARRAY(sa.Text))).table_valued("word").render_derived().c.word
    package = model.Package
    public = sa.and_(package.state == "active", package.private.is_(False), package.type == "dataset")
    titled = sa.exists().where(public, sa.func.strpos(sa.func.lower(package.title), word) > 0)
    tag, use_of_tag = model.Tag, model.PackageTag
    joined = sa.and_(use_of_tag.tag_id == tag.id, use_of_tag.state == "active", package.id == use_of_tag.package_id)
    tagged = sa.exists().where(public, joined, tag.name == word)
    known = set(model.Session.scalars(sa.select(word).where(sa.or_(titled, tagged))))
    return [one for one in words if one in known][:limit]


def _store(day: dt.date, fields: dict[bytes, bytes]) -> int:
    counts, dropped = _read(fields)
    rows = 0
    with _engine().begin() as connection:
        ids = _dataset_ids(connection, {use.object for use in counts if use.kind in ("view", "download")})
        summed: Counter[tuple[str, str]] = Counter()
        for use, number in counts.items():
            known = ids.get(use.object) if use.kind in ("view", "download") else use.object
            if known:
                summed[use.kind, known] += number
        lines = [{"day": day, "kind": k, "object": o, "count": n} for (k, o), n in sorted(summed.items())]
        for start in range(0, len(lines), LINES_AT_ONCE):
            rows += _write(connection, lines[start : start + LINES_AT_ONCE])
    dropped += len(lines) - rows
    if dropped:
        log.warning("use of %s: %d lines that cannot be stored were dropped", day, dropped)
    return rows


def _read(fields: dict[bytes, bytes]) -> tuple[Counter[classify.Use], int]:
    """The counts that Redis holds, and how many of its lines are none."""
    counts: Counter[classify.Use] = Counter()
    dropped = 0
    for field, number in fields.items():
        try:
            kind, _, thing = field.decode().partition("\t")
            use, times = classify.Use(kind, thing), int(number)
        except ValueError:
            dropped += 1
            continue
        if use.is_countable and 0 < times <= MOST_A_DAY:
            counts[use] += times
        else:
            dropped += 1
    return counts, dropped


def _write(connection: sa.Connection, lines: list[dict[str, Any]]) -> int:
    """Add lines to the table; the number of those that it took."""
    statement = insert(Use).values(lines)
    together = {"count": Use.count + statement.excluded.count}
    statement = statement.on_conflict_do_update(index_elements=["day", "kind", "object"], set_=together)
    try:
        with connection.begin_nested():
            connection.execute(statement)
    except (DataError, IntegrityError, ValueError):
        if len(lines) == 1:
            return 0
        # One of them is bad: the halves find out which.
        middle = len(lines) // 2
        return _write(connection, lines[:middle]) + _write(connection, lines[middle:])
    return len(lines)


def _dataset_ids(connection: Any, references: set[str]) -> dict[str, str]:
    """Id or name, as the address gave it -> id."""
    if not references:
        return {}
    package = model.Package
    query = sa.select(package.id, package.name).where(sa.or_(package.id.in_(references), package.name.in_(references)))
    return {key: id_ for id_, name in connection.execute(query) for key in (id_, name)}


def _engine() -> sa.Engine:
    """Beside the session of the request: what is counted commits nothing else."""
    if model.meta.engine is None:
        raise RuntimeError("the database is not configured")
    return model.meta.engine


def _prefix() -> str:
    return f"nx:use:{tk.config['ckan.site_id']}"
