"""How often datasets are used, in the index: more use comes first between equals, and results sort by it."""

from __future__ import annotations

from collections.abc import Mapping

import ckan.plugins.toolkit as tk
from redis import RedisError

from ckanext.nxopendata.core.batch_memo import batched_lookup
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.search.indexing import table_headers

FIELD = "views_total"


def publish(views: Mapping[str, int]) -> int:
    """Bring numbers of views into the index; returns how many datasets were indexed again for it.

    Only those whose number changed are; the numbers are kept in Redis, where the index document finds them.

    Args:
        views: id of a dataset -> how often it was viewed in all.
    """
    before = {one.decode(): int(number) for one, number in client().hgetall(_key()).items()}
    changed = {one: number for one, number in views.items() if before.get(one) != number}
    if not changed:
        return 0
    client().hset(_key(), mapping=changed)
    return sum(table_headers.index(identity) for identity in changed)


def read_views(identity: str) -> int:
    """How often a dataset was viewed, as last published; of datasets that are written together asked once."""

    def read(ids: tuple[str, ...]) -> dict[str, int]:
        return dict(zip(ids, (int(number or 0) for number in client().hmget(_key(), ids)), strict=True))

    try:
        return batched_lookup("views", identity, read) or 0
    except RedisError:
        return 0


def _key() -> str:
    return f"nx:{tk.config['ckan.site_id']}:views"
