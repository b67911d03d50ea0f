"""The state of the site: a number in Redis that moves on with every committed change of what readers see.

Whatever is kept is marked with the state in which it was made, and is not used in another: nothing made before a change
is used after it. A change is in the database before it is in the search index, so for ``SETTLING`` seconds after one
there is no state: nothing is kept, and nothing kept is used.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from redis import RedisError
from sqlalchemy import event

from ckanext.nxopendata.core import batch_memo
from ckanext.nxopendata.core.redis import client

log = logging.getLogger(__name__)

SETTLING = 5
"""Seconds from a commit until the search index has it: Solr opens a searcher each second, a chunk takes longer."""

QUIET_TABLES = "ckanext.nxopendata.caching.quiet_tables"
WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"?(\w+)"?', re.I)
ALTERED = "nx_caching_altered"
"""Key of a database connection's ``info``: its transaction wrote what readers see."""


def redis_key(name: str) -> str:
    """Return the key in Redis of what this site keeps under ``name``."""
    return f"nx:{tk.config['ckan.site_id']}:kept:{name}"


def read(*keys: str) -> tuple[str | None, list[bytes | None]]:
    """Read the state and the values of Redis keys in one request.

    Returns:
        The state, None while a change settles; and a value (or None) for each key.

    Raises:
        RedisError: Redis does not answer.
    """
    settling, number, *values = client().mget(redis_key("changing"), redis_key("state"), *keys)
    return (None if settling else (number or b"0").decode()), values


def invalidate() -> None:
    """End all that is kept, in every process. Of datasets that are written together it is done once."""
    batch_memo.memoized("invalidate", _move_on)


def _move_on() -> None:
    try:
        with client().pipeline() as pipe:
            pipe.incr(redis_key("state"))
            pipe.set(redis_key("changing"), 1, ex=SETTLING)
            pipe.execute()
    except RedisError:
        log.warning("Redis does not answer: pages kept there may be old until they expire")


def watch() -> None:
    """Invalidate at every committed change that this process makes in the database, whoever makes it. Idempotent.

    CKAN's signals and plugin interfaces tell of datasets and departments only, and before the commit; what a page shows
    comes from some forty tables.
    """
    engine = model.meta.engine
    if engine is None:
        return
    for moment, listener in (("after_cursor_execute", _executed), ("commit", _committed), ("rollback", _rolled_back)):
        if not event.contains(engine, moment, listener):
            event.listen(engine, moment, listener)


def _executed(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    written = WRITES.match(statement)
    if written and cursor.rowcount != 0 and written[1].lower() not in tk.config.get(QUIET_TABLES, ()):
        connection.info[ALTERED] = True


def _committed(connection: Any) -> None:
    if connection.info.pop(ALTERED, False):
        invalidate()


def _rolled_back(connection: Any) -> None:
    if not connection.invalidated:  # a connection that was given up has nothing to tell
        connection.info.pop(ALTERED, None)
