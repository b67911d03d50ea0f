"""Work on a stranger's file in a process of its own, with limits of memory and time.

A workbook of two kilobytes can ask for terabytes (one cell in the last corner of a sheet), and the library that reads
it ends the whole process when it does not get them. So that process is not the web server's.

A new interpreter that imports its libraries takes longer than most files. So one process, which never looks at a file,
imports them once and forks a process for each task.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process gets.

    Attributes:
        memory: bytes of address space, beside those of the program itself.
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

REQUEST = Limits(memory=512 * 1024**2, cpu_seconds=7, wall_seconds=8, output=3 * 1024**2)
"""For a whole file that somebody waits for. What is handed over becomes many times as much where it is received."""

GRACE_SECONDS = 1
"""In which a process that went over its time is killed if it does not end."""

IDLE_SECONDS = 20
"""After which a process that neither computes nor reads is ended. Some libraries (Arrow's reader of CSV is one) wait
for ever for a thread for which there was no memory."""

DONE, FAILED, OVERTIME = b"D", b"F", bytes([signal.SIGXCPU])
"""First byte of an answer, after the number of the process; the last is the number of the signal that it got."""

PID_BYTES = 8
OUT_OF_MEMORY = re.compile(
    r"MemoryError|bad_alloc|malloc|cannot allocate|unable to allocate|out of memory|start new thread"
    r"|launch worker thread",
    re.IGNORECASE,
)
"""What Python and the libraries below it say when they get no more memory, or no stack for a thread."""


class SandboxError(Exception):
    """The work went over a limit or failed; the message is the end of what it wrote.

    Attributes:
        limit: ``time`` or ``memory`` where it went over that; "" where it failed.
    """

    def __init__(self, message: str, limit: str = "") -> None:
        super().__init__(message)
        self.limit = limit


def run_limited(function: Callable[..., bytes], *arguments: Any, limits: Limits = WHOLE_FILE) -> bytes:
    """Return what ``function(*arguments)`` returns in a process of its own; inside one, in that one.

    Args:
        function: of a module that imports nothing of CKAN; given by its name, so not a closure.
        arguments: values that pickle can carry.

    Raises:
        SandboxError: it raised, or went over a limit.
    """
    if _State.inside:
        return function(*arguments)
    task = os.memfd_create("nx-task")
    answer, answer_end = os.pipe()
    try:
        with os.fdopen(task, "wb", closefd=False) as file:
            pickle.dump((function.__module__, function.__qualname__, arguments, limits), file)
        os.lseek(task, 0, os.SEEK_SET)
        _ask(function.__module__, [task, answer_end])
    except BaseException:
        os.close(answer)
        raise
    finally:
        os.close(task)
        os.close(answer_end)
    with os.fdopen(answer, "rb", buffering=0) as pipe:
        return _receive(pipe.fileno(), limits)


def until(deadline: float, limits: Limits) -> Limits:
    """Return limits of time for who waits until ``deadline`` (by ``time.monotonic``), the others as they are.

    Raises:
        SandboxError: it is over, or nearly.
    """
    left = deadline - time.monotonic()
    if left < GRACE_SECONDS:
        raise SandboxError("no time is left", "time")
    return replace(limits, cpu_seconds=int(left), wall_seconds=left)


def is_limited() -> bool:
    """Whether this process is one with limits already."""
    return _State.inside


def start() -> None:
    """Start the process that forks the others, so that the first task does not wait for it."""
    with _State.lock:
        if _State.connection is None:
            _start()


# The process that asks


class _State:
    """What this process knows: whether it is a limited one itself, and how to ask for others."""

    inside = False
    lock = threading.Lock()
    connection: socket.socket | None = None
    server: subprocess.Popen[bytes] | None = None


def _start() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # -P: nothing is imported from the folder the site was started in.
    command = [sys.executable, "-P", "-c", f"from {__name__} import _serve; _serve({theirs.fileno()})"]
    _State.server = subprocess.Popen(  # noqa: S603  our own interpreter
        command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    theirs.close()
    _State.connection = ours
    return ours


def _ask(module: str, descriptors: list[int]) -> None:
    """Hand a task over; a process that forks no more is replaced by another."""
    with _State.lock:
        connection = _State.connection or _start()
        try:
            socket.send_fds(connection, [module.encode()], descriptors)
        except OSError:
            connection.close()
            if _State.server is not None:
                _State.server.poll()
            socket.send_fds(_start(), [module.encode()], descriptors)


def _receive(pipe: int, limits: Limits) -> bytes:
    began = time.monotonic()
    deadline = began + limits.wall_seconds + GRACE_SECONDS
    answer, process, work = bytearray(), -1, ""
    try:
        while True:
            wait = min(deadline - time.monotonic(), IDLE_SECONDS)
            if not select.select([pipe], [], [], max(wait, 0))[0]:
                if time.monotonic() >= deadline:
                    raise SandboxError(f"not done after {limits.wall_seconds} s", "time")
                before, work = work, _work_done(int.from_bytes(answer[:PID_BYTES], "big"))
                if work and work == before:
                    raise SandboxError(f"did nothing for {IDLE_SECONDS} s", "memory")
                continue
            block = os.read(pipe, 1 << 20)
            if not block:
                break
            answer += block
            if process < 0 and len(answer) >= PID_BYTES:
                with suppress(OSError):
                    process = os.pidfd_open(int.from_bytes(answer[:PID_BYTES], "big"))
    except BaseException:
        if process >= 0:
            with suppress(OSError):
                signal.pidfd_send_signal(process, signal.SIGKILL)
        raise
    finally:
        if process >= 0:
            os.close(process)
    status = bytes(answer[PID_BYTES : PID_BYTES + 1])
    if status == DONE:
        with memoryview(answer) as whole:
            return bytes(whole[PID_BYTES + 1 :])
    message = answer[PID_BYTES + 1 :].decode(errors="replace")
    if status == OVERTIME:
        raise SandboxError(f"more than {limits.cpu_seconds} s of computing", "time")
    if not status:  # it was ended before it could say anything
        limit = "time" if time.monotonic() - began >= limits.wall_seconds else "memory"
        raise SandboxError("ended without an answer", limit)
    raise SandboxError(message[-500:], "memory" if OUT_OF_MEMORY.search(message) else "")


def _work_done(pid: int) -> str:
    """What a process has computed, read and written so far; "" where that cannot be known."""
    try:
        process = Path("/proc", str(pid))
        computed = process.joinpath("stat").read_text().rpartition(")")[2].split()[11:13]
        return f"{computed} {process.joinpath('io').read_text()}"
    except OSError:
        return ""


# The process that forks


def _serve(descriptor: int) -> None:
    """Fork a process for each task, as long as somebody may ask for one."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets ended ones by itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = socket.socket(fileno=descriptor)
    while True:
        module, descriptors, _, _ = socket.recv_fds(connection, 4096, 2)
        if not module:
            return
        with suppress(Exception):  # the process of the task says what is wrong with it
            importlib.import_module(module.decode())
        gc.freeze()
        if len(descriptors) == 2 and os.fork() == 0:
            connection.close()
            _work(*descriptors)
        for each in descriptors:
            os.close(each)


# The process of a task


class _OvertimeError(BaseException):
    """It computed longer than it may."""


def _work(task: int, answer: int) -> NoReturn:
    status, output = FAILED, b""
    try:
        _State.inside = True
        os.write(answer, os.getpid().to_bytes(PID_BYTES, "big"))
        with os.fdopen(task, "rb") as file:
            module, name, arguments, limits = pickle.load(file)  # noqa: S301  our own parent's
        _limit(limits, answer)
        function = getattr(importlib.import_module(module), name)
        output, status = function(*arguments), DONE
        if len(output) > limits.output:
            output, status = f"more than {limits.output} bytes of output".encode(), FAILED
    except BaseException:
        output, status = traceback.format_exc()[-500:].encode(errors="replace"), FAILED
    try:
        signal.set_wakeup_fd(-1)
        os.set_blocking(answer, True)
        with os.fdopen(answer, "wb") as pipe:
            pipe.write(status)
            pipe.write(output)
    finally:
        os._exit(0)


def _limit(limits: Limits, answer: int) -> None:
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    # The number of the signal is written at once, even while a library computes and no handler is run.
    os.set_blocking(answer, False)
    signal.set_wakeup_fd(answer, warn_on_full_buffer=False)
    signal.signal(signal.SIGXCPU, _raise_overtime)
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (own + limits.memory, own + limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + GRACE_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)


def _raise_overtime(*_: object) -> NoReturn:
    raise _OvertimeError
