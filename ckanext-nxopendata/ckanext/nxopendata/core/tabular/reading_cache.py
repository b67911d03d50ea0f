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
KEPT_SECONDS_REFUSED = 24 * 3600
"""A refusal is tried again: the machine may only have been busy."""

READING_SECONDS = 15
"""After which a reading that never ended is tried again."""


def remember(
    name: str, path: Path, make: Callable[[], dict[str, Any]], *, alone: bool = False
) -> dict[str, Any] | None:
    """Return what was read from a file before; else read it and keep it.

    Args:
        name: says what is read, with everything that it depends on beside the file.
        make: reads it, as values of JSON; one with the key ``refused`` is kept for a day only.
        alone: whether nobody else may read it meanwhile; then None is returned to the others.
    """
    key = _key(name, path)
    try:
        if found := client().get(key):
            return json.loads(found)
        if alone and not client().set(f"{key}:reading", 1, nx=True, ex=READING_SECONDS):
            return None
    except RedisError:
        log.warning("Redis does not answer: %s is read again", path)
    made = make()
    try:
        client().set(key, json.dumps(made), ex=KEPT_SECONDS_REFUSED if "refused" in made else KEPT_SECONDS)
        client().delete(f"{key}:reading")
    except RedisError:
        log.warning("Redis does not answer: %s is not kept", path)
    return made


def _key(name: str, path: Path) -> str:
    """Not the SHA-256 that the catalogue has of a file: an editor may write there whatever they like."""
    file = path.stat()
    said = json.dumps([VERSION, name, str(path), file.st_size, file.st_mtime_ns, file.st_ino])
    return f"nx:{tk.config['ckan.site_id']}:read:{hashlib.sha256(said.encode()).hexdigest()}"
