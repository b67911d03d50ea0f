"""What many readers see alike is made once a minute and kept in Redis; a change to any dataset gives it up at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

SECONDS = 60


def get(name: str, make: Callable[[], Any], seconds: int = SECONDS) -> Any:
    """What ``make`` gives, as JSON keeps it; kept under ``name`` until datasets change, at most ``seconds``.

    A Redis that does not answer costs the keeping, not the page.
    """
    try:
        client: Any = connect_to_redis()
        key = f"{_prefix()}:{int(client.get(f'{_prefix()}:epoch') or 0)}:{name}"
        if (kept := client.get(key)) is not None:
            return json.loads(kept)
        made = make()
        client.set(key, json.dumps(made, ensure_ascii=False), ex=seconds)
    except RedisError as error:
        log.warning("nothing is kept: %s", error)
        return make()
    return made


def give_up() -> None:
    """Something public changed: make everything anew."""
    try:
        client: Any = connect_to_redis()
        client.incr(f"{_prefix()}:epoch")
    except RedisError as error:
        log.warning("what is kept stays until its time is over: %s", error)


def _prefix() -> str:
    return f"nx:kept:{tk.config['ckan.site_id']}"
