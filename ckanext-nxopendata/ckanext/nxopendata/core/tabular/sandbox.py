"""Work on a stranger's file in a process of its own, with limits of memory and time.

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
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process gets.

    Attributes:
        memory: bytes of address space.
        cpu_seconds: of computing.
        wall_seconds: after which it is ended, whether it computes or waits.
        output: bytes that it may hand over.
    """

    memory: int = 4 * 1024**3
    cpu_seconds: int = 300
    wall_seconds: float = 600
    output: int = 2 * 1024**3


WHOLE_FILE = Limits()
"""For a file that an officer sent and a worker reads."""

BEGINNING = Limits(memory=512 * 1024**2, cpu_seconds=6, wall_seconds=9, output=32 * 1024**2)
"""For what any reader of a page may ask for."""


class SandboxError(Exception):
    """The work went over a limit or failed; the message is the end of what it wrote."""


def run_limited(function: Callable[..., bytes], *arguments: Any, limits: Limits = WHOLE_FILE) -> bytes:
    """Return what ``function(*arguments)`` returns in a process of its own.

    Args:
        function: of a module that imports nothing of CKAN; given by its name, so not a closure.
        arguments: values that pickle can carry.

    Raises:
        SandboxError: it raised, or went over a limit.
    """
    task = pickle.dumps((function.__module__, function.__qualname__, arguments, limits))
    # -P: nothing is imported from the folder the site was started in.
    command = [sys.executable, "-P", "-c", f"from {__name__} import _child; _child()"]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter
            command, input=task, capture_output=True, check=False, timeout=limits.wall_seconds
        )
    except subprocess.TimeoutExpired as error:
        raise SandboxError(f"not done after {limits.wall_seconds} s") from error
    if done.returncode:
        raise SandboxError(f"{done.returncode}: {done.stderr[-500:].decode(errors='replace')}")
    return done.stdout


def _child() -> None:
    module, name, arguments, limits = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  our own parent's
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = getattr(importlib.import_module(module), name)(*arguments)
    if len(output) > limits.output:
        sys.exit(f"more than {limits.output} bytes of output")
    sys.stdout.buffer.write(output)
