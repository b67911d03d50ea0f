"""Datasets that were saved while Solr did not answer: they are indexed when it answers again.

Their ids are in Redis. The timer looks at them each minute, so that nobody has to remember them.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import logic, model

from ckanext.nxopendata.core.redis import client

log = logging.getLogger(__name__)

TRANSACTION = 10
"""Seconds within which what is remembered is in the database: CKAN indexes before it commits."""


def remember(package_ids: list[str]) -> None:
    """Have datasets indexed later.

    Raises:
        redis.RedisError: Redis does not answer either; the caller's own error tells what is wrong.
    """
    client().zadd(_key(), dict.fromkeys(package_ids, time.time()))
    log.warning("Solr does not answer: %s will be indexed later", ", ".join(package_ids))


def index_pending() -> int:
    """Index what was saved in an outage, each as it is in the database now; return how many.

    Raises:
        SearchIndexError: Solr still does not answer; what is left is tried again.
    """
    waiting: Any = client().zrangebyscore(_key(), 0, time.time() - TRANSACTION)
    for package_id in (value.decode() for value in waiting):
        # Removed first: what is saved meanwhile, or fails here, is remembered anew.
        client().zrem(_key(), package_id)
        try:
            _index(package_id)
        except Exception:
            remember([package_id])
            raise
    return len(waiting)


def _index(package_id: str) -> None:
    if model.Session.get(model.Package, package_id) is None:
        logic.index_remove_package(package_id)
    else:
        logic.index_update_package({"ignore_auth": True}, package_id)


def count() -> int:
    """Return how many datasets wait to be indexed."""
    return client().zcard(_key())


def _key() -> str:
    return f"nx:{tk.config['ckan.site_id']}:index:pending"
