"""Work on a stranger's file in a process of its own, with a limit on memory and time. Plain module.

A workbook of two kilobytes can ask for terabytes (one cell in the last corner of a sheet), and the library that reads
it ends the whole process when it does not get them. So that process is not the web server's.
"""

from __future__ import annotations

import importlib
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 4 * 1024**3
"""Bytes of address space."""

SECONDS = 300
"""Of computing."""


class Died(Exception):
    """The work needed more memory or time than it was given, or failed; the message is the end of what it wrote."""


def call(
    function: Callable[..., bytes],
    *arguments: Any,
    memory: int = MEMORY,
    seconds: int = SECONDS,
    wall_seconds: float | None = None,
) -> bytes:
    """What ``function(*arguments)`` returns in a process of its own.

    Args:
        function: of a module that imports nothing of CKAN; given by its name, so not a closure.
        arguments: values that pickle can carry.
        wall_seconds: seconds after which it is ended, whether it computes or waits; None for no such limit.

    Raises:
        Died: it raised, or went over a limit.
    """
    task = pickle.dumps((function.__module__, function.__qualname__, arguments, memory, seconds))
    # -P: nothing is imported from the folder the site was started in.
    command = [sys.executable, "-P", "-c", f"from {__name__} import _child; _child()"]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter
            command, input=task, capture_output=True, check=False, timeout=wall_seconds
        )
    except subprocess.TimeoutExpired as error:
        raise Died(f"not done after {wall_seconds} s") from error
    if done.returncode:
        raise Died(f"{done.returncode}: {done.stderr[-500:].decode(errors='replace')}")
    return done.stdout


def _child() -> None:
    module, name, arguments, memory, seconds = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  our own parent's
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(getattr(importlib.import_module(module), name)(*arguments))
