"""What is kept in Redis between requests, and forgotten as soon as anything changes.

Every kept value is marked with the *state* of the site, a number that each committed change of the database moves on;
so nothing made before a change is used after it. A change is in the database before it is in the search index: for
``SETTLING`` seconds after one, nothing is kept and nothing kept is used. What no commit announces (time goes by) is
limited by how long a value is kept at all.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import g, has_request_context
from redis import RedisError
from sqlalchemy import event

from ckanext.nxopendata.core.batch_memo import memoized
from ckanext.nxopendata.core.redis import client

log = logging.getLogger(__name__)

SETTLING = 5
"""Seconds from a commit until the search index has it: Solr opens a searcher each second, a chunk takes longer."""

QUIET = "ckanext.nxopendata.search.quiet_tables"
WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"?(\w+)"?', re.I)
ALTERS = "nx_cache_alters"
_near: dict[str, tuple[str, float, bytes]] = {}
"""Key -> the state in which a value was made, until when it is good, the value."""

SEPARATOR = b" "
"""Between the state in which a value was made, and the value."""


def find(name: str) -> tuple[str | None, bytes | None]:
    """The state of the site, and the bytes kept under ``name`` in this state.

    The state is None while a change settles, or without Redis. It is asked once a request, together with the first
    value: what was made later than its state says is never older than it.
    """
    known = has_request_context() and "nx_state" in g
    if known and g.nx_state is None:
        return None, None
    try:
        found, *told = client().mget(_key(f"value:{name}"), *(() if known else (_key("changing"), _key("state"))))
        now = g.nx_state if known else _state(*told)
    except RedisError:
        now = found = None
    if has_request_context():
        g.nx_state = now
    made_in, _, value = (found or b"").partition(SEPARATOR)
    return now, value if now is not None and made_in == now.encode() else None


def _state(changing: bytes | None, number: bytes | None) -> str | None:
    return None if changing else (number or b"0").decode()


def changed() -> None:
    """Say that something readers see has changed; of datasets that are written together it is said once."""
    memoized("changed", _tell)


def _tell() -> None:
    try:
        with client().pipeline() as pipe:
            pipe.incr(_key("state"))
            pipe.set(_key("changing"), 1, ex=SETTLING)
            pipe.execute()
    except RedisError:
        log.warning("Redis does not answer: pages kept there may be old until they expire")


def settled() -> None:
    """Say that the index has everything that was changed; for who has waited for it."""
    client().delete(_key("changing"))


def kept(name: str, make: Callable[[], Any], *, seconds: int, near: bool = False) -> Any:
    """The value that ``make`` gave less than ``seconds`` ago, if nothing has changed since; else a new one.

    Args:
        name: says what it is, with everything that it depends on.
        make: gives the value, of JSON's types.
        near: kept in the memory of this process too, so that it may get twice as old; for few names.
    """
    state, until, copy = _near.get(_key(name), ("", 0.0, b""))
    if near and has_request_context() and g.get("nx_state") == state and time.monotonic() < until:
        return json.loads(copy)
    now, found = find(name)
    if now is None:
        return make()
    if found is None:
        value = make()
        found = json.dumps(value).encode()
        write(now, name, found, seconds)
    if near:
        _near[_key(name)] = (now, time.monotonic() + seconds, found)
    return json.loads(found)


def write(now: str, name: str, value: bytes, seconds: int) -> None:
    """Keep bytes under ``name``. ``now`` is the state from before the value was made."""
    try:
        client().set(_key(f"value:{name}"), now.encode() + SEPARATOR + value, ex=seconds)
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
