"""How long a process of the queue may be silent before others take it for dead, and the end of orphans.

Life is told by keys of Redis that expire unless they are renewed, so clocks and process numbers of several machines
need not agree.
"""

from __future__ import annotations

import ctypes
import os
import signal

HEARTBEAT = 3
"""Seconds between two signs of life of a worker, idle or busy, and between two looks at what others left."""

LIFETIME = 15
"""Seconds without a sign of life after which a worker counts as dead, and what it was doing is done again."""

SCHEDULER_SILENCE = 6
"""Seconds without a sign of life after which a scheduler counts as dead; it gives one each second."""

PR_SET_PDEATHSIG = 1
"""Of ``prctl(2)``: the signal that the kernel sends when the parent ends."""


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends; for one that a worker has just forked.

    A worker that is killed would leave its job running while another worker does it again, and its scheduler holding
    the lock. Where the system is not Linux, nothing is changed.
    """
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:  # it ended before the kernel knew
        os._exit(1)
