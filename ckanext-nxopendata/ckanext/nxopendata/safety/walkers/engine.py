"""The examination of one file, from its path to its report; what runs in the limited process."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.safety.recognition.text import prepare
from ckanext.nxopendata.safety.rules import loading
from ckanext.nxopendata.safety.walkers import dispatch
from ckanext.nxopendata.safety.walkers.budget import Budget
from ckanext.nxopendata.safety.walkers.collector import Collector
from ckanext.nxopendata.safety.walkers.result import Report, Unread, decide_status, from_dict

MEGABYTE = 1024 * 1024
IN_PROCESS = MEGABYTE
"""Bytes up to which a plain text is examined by the process that asks, without one of its own."""


prepare(loading.built_in())  # when it is imported: the process that forks one for each file does it once for all


@dataclass(frozen=True, slots=True)
class Task:
    """What to examine, and how.

    Attributes:
        path: of the file; ``name`` is what it is called.
        files: the rule files, name -> text.
        key: of the hashes of findings.
        today: by which ages are told.
        seconds: that it may take.
        deadline: until when somebody waits, by ``time.monotonic``; None for a worker.
    """

    path: str
    name: str
    files: Mapping[str, str]
    key: bytes
    today: dt.date
    seconds: float = 240
    deadline: float | None = None


def examine(task: Task) -> Report:
    """Examine a file here; see :func:`examine_apart` for what strangers sent."""
    began = time.monotonic()
    own = dict(task.files) == loading.read_own_files()
    rule_set = loading.built_in() if own else loading.make_set(task.files)
    collector = Collector(rule_set, task.key, Budget(seconds=task.seconds), task.today)
    collector.add_text("", task.name)
    with Path(task.path).open("rb") as file:
        dispatch.walk(file, task.name, "", collector, 0)
    return collector.report(time.monotonic() - began)


def examine_to_json(task: Task) -> bytes:
    """Examine a file in the process this is called in, and return the report as JSON."""
    return json.dumps(examine(task).to_dict(), ensure_ascii=False).encode()


def examine_apart(task: Task) -> Report:
    """Examine a file in a process of its own, with limits of memory and time; small plain texts here.

    Whatever ends that process makes the file unreadable, never clean.

    Raises:
        sandbox.SandboxError: it is not done by the task's deadline.
    """
    path = Path(task.path)
    if path.stat().st_size <= IN_PROCESS and _is_plain(path):
        return examine(task)
    limits = sandbox.Limits(
        memory=1536 * MEGABYTE,
        cpu_seconds=int(task.seconds) + 10,
        wall_seconds=task.seconds * 6 + 10,
        output=16 * MEGABYTE,
    )
    if task.deadline is not None:
        limits = sandbox.until(task.deadline, limits)
    try:
        return from_dict(json.loads(sandbox.run_limited(examine_to_json, task, limits=limits)))
    except sandbox.SandboxError:
        if task.deadline is not None:
            raise
        # The message is not kept: it may quote the file.
        unread = [Unread("", "program")]
        version = loading.make_set(task.files).version
        return Report(decide_status([], unread), version, [], unread)


def _is_plain(path: Path) -> bool:
    """Whether a file is a text in UTF-8 that begins like no markup and no container."""
    data = path.read_bytes()
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:5]
    if start.startswith((b"<", b"%PDF")) or b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
