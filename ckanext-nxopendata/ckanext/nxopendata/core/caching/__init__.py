"""What is kept between requests, where, and what ends it: the table in ``docs/architecture.md`` lists all of it.

- :func:`cached`: a value in Redis for all processes, until something changes or its seconds are over.
- :func:`cached_in_process`: an object of one process, until its seconds are over.
- :func:`cached_in_request`: a value within one request.
- :func:`cached_file`: a file on disk, until its content changes.
- :mod:`.page_cache`: whole answers to readers without a name.
- :func:`invalidate`: end everything in Redis, at once and in every process; :func:`watch` does so at every commit.
"""

from ckanext.nxopendata.core.caching.files import cached_file
from ckanext.nxopendata.core.caching.state import invalidate, watch
from ckanext.nxopendata.core.caching.values import (
    Slot,
    cached,
    cached_in_process,
    cached_in_request,
    clear_process,
    look_up,
)

__all__ = [
    "Slot",
    "cached",
    "cached_file",
    "cached_in_process",
    "cached_in_request",
    "clear_process",
    "invalidate",
    "look_up",
    "watch",
]
