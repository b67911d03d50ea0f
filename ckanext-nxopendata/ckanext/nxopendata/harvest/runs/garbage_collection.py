"""Garbage collection of Python while a harvest is at work.

It is set here, not where a worker is started: harvests also run in ``ckan nx harvest run`` and in the processes that
``ckan nx worker`` forks for each job, and the settings of the process are restored afterwards.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

YOUNG_OBJECTS = 10_000
"""Containers made before the youngest generation is collected; Python's default is 700."""

_DEFAULT_THRESHOLDS = gc.get_threshold()


@contextlib.contextmanager
def rare_garbage_collection() -> Iterator[None]:
    """Collect garbage less often while a harvest makes many short-lived objects.

    What the process holds already is not looked through at all; a process that serves pages has frozen that itself.
    """
    own = not gc.get_freeze_count()
    if own:
        gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *_DEFAULT_THRESHOLDS[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_DEFAULT_THRESHOLDS)
        if own:
            gc.unfreeze()
