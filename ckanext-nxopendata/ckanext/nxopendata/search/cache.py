"""What is kept in Redis between requests, and forgotten as soon as anything changes.

Every kept value stands under the *state* of the site, a number that each committed change of the database moves on;
so nothing made before a change is found after it. A change is in the database before it is in the search index: for
``SETTLING`` seconds after one, nothing is kept and nothing kept is used. What no commit announces (time goes by) is
limited by how long a value is kept at all.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.redis import connect_to_redis
from flask import g, has_request_context
from redis import Redis, RedisError
from sqlalchemy import event

from ckanext.nxopendata.once import once

log = logging.getLogger(__name__)

SETTLING = 5
"""Seconds from a commit until the search index has it: Solr opens a searcher each second, a chunk takes longer."""

QUIET = "ckanext.nxopendata.search.quiet_tables"
WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"?(\w+)"?', re.I)
ALTERS = "nx_cache_alters"


@functools.cache
def _redis() -> Redis:
    """One client for this process: CKAN makes a new one at every call."""
    return connect_to_redis()


def state() -> str | None:
    """The state of the site, a part of every key; None while a change settles, or without Redis.

    Asked once a request: what was made later than its state says is never older than it.
    """
    if not has_request_context():
        return _state()
    if "nx_state" not in g:
        g.nx_state = _state()
    return g.nx_state


def _state() -> str | None:
    try:
        changing, number = cast("list[bytes | None]", _redis().mget(_key("changing"), _key("state")))
    except RedisError:
        return None
    return None if changing else (number or b"0").decode()


def changed() -> None:
    """Say that something readers see has changed; of datasets that are written together it is said once."""
    once("changed", _tell)


def _tell() -> None:
    try:
        with _redis().pipeline() as pipe:
            pipe.incr(_key("state"))
            pipe.set(_key("changing"), 1, ex=SETTLING)
            pipe.execute()
    except RedisError:
        log.warning("Redis does not answer: pages kept there may be old until they expire")


def settled() -> None:
    """Say that the index has everything that was changed; for who has waited for it."""
    _redis().delete(_key("changing"))


def kept(name: str, make: Callable[[], Any], *, seconds: int) -> Any:
    """The value that ``make`` gave less than ``seconds`` ago, if nothing has changed since; else a new one.

    Args:
        name: says what it is, with everything that it depends on.
        make: gives the value, of JSON's types.
    """
    now = state()
    if now is None:
        return make()
    if (found := read(now, name)) is not None:
        return json.loads(found)
    value = make()
    write(now, name, json.dumps(value).encode(), seconds)
    return value


def read(now: str, name: str) -> bytes | None:
    """The bytes kept under ``name`` in the state ``now``."""
    try:
        return cast("bytes | None", _redis().get(_key(f"{now}:{name}")))
    except RedisError:
        return None


def write(now: str, name: str, value: bytes, seconds: int) -> None:
    """Keep bytes under ``name``. ``now`` is the state from before the value was made."""
    try:
        _redis().set(_key(f"{now}:{name}"), value, ex=seconds)
    except RedisError:
        log.warning("Redis does not answer: %s is not kept", name)


def _key(name: str) -> str:
    return f"nx:{tk.config['ckan.site_id']}:kept:{name}"


# Noticing changes


def watch() -> None:
    """Notice every committed change that this process makes in the database, whoever makes it. Idempotent."""
    engine = model.meta.engine
    if engine is None:
        return
    for moment, listener in (("after_cursor_execute", _executed), ("commit", _committed), ("rollback", _rolled_back)):
        if not event.contains(engine, moment, listener):
            event.listen(engine, moment, listener)


def _executed(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    found = WRITES.match(statement)
    if found and cursor.rowcount != 0 and found[1].lower() not in tk.config.get(QUIET, ()):
        connection.info[ALTERS] = True


def _committed(connection: Any) -> None:
    if connection.info.pop(ALTERS, False):
        changed()


def _rolled_back(connection: Any) -> None:
    if not connection.invalidated:  # a connection that was given up has nothing to tell
        connection.info.pop(ALTERS, None)
