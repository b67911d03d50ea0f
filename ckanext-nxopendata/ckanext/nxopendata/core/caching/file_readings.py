"""What was read from files, kept in Redis until the file is another one, so that each file is read once."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from redis import RedisError

from ckanext.nxopendata.core.redis import client

log = logging.getLogger(__name__)

VERSION = "1"
"""Changes when the same file would be read in another way."""

KEPT_SECONDS = 30 * 24 * 3600
REFUSAL_SECONDS = 24 * 3600
"""A refusal is tried again: the machine may only have been busy."""

READING_SECONDS = 15
"""After which a reading that never ended is tried again."""

REFUSED = "refused"
"""Key of a reading that is a refusal."""


def read_once(
    name: str, path: Path, read: Callable[[], dict[str, Any]], *, exclusive: bool = False
) -> dict[str, Any] | None:
    """Return what was read from a file before; else read it and keep it.

    Args:
        name: says what is read, with everything that it depends on beside the file.
        read: reads it, as values of JSON; a reading with the key ``refused`` is kept for a day only.
        exclusive: whether nobody else may read it meanwhile; then None is returned to the others.
    """
    key = _key(name, path)
    try:
        if kept := client().get(key):
            return json.loads(kept)
        if exclusive and not client().set(f"{key}:reading", 1, nx=True, ex=READING_SECONDS):
            return None
    except RedisError:
        log.warning("Redis does not answer: %s is read again", path)
    reading = read()
    try:
        client().set(key, json.dumps(reading), ex=REFUSAL_SECONDS if REFUSED in reading else KEPT_SECONDS)
        client().delete(f"{key}:reading")
    except RedisError:
        log.warning("Redis does not answer: %s is not kept", path)
    return reading


def _key(name: str, path: Path) -> str:
    """Not the SHA-256 that the catalogue has of a file: an editor may write there whatever they like."""
    file = path.stat()
    identity = json.dumps([VERSION, name, str(path), file.st_size, file.st_mtime_ns, file.st_ino])
    return f"nx:{tk.config['ckan.site_id']}:read:{hashlib.sha256(identity.encode()).hexdigest()}"
