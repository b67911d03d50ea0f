"""The real worker is killed in the middle of an examination, and Redis loses its queue: the file stays closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import scheduled_tasks
from tests.safety.test_gate import read

Act = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

ROWS = "".join(f"{'男女'[number % 2]},{30 + number % 10},{number % 7}\n" for number in range(20_000))
LARGE = ("性别,年龄,分数\n" + ROWS * 33).encode()
"""Some 6 MB: more than whoever asks for a file waits for; to measure whether people are hidden in it takes seconds."""


def start_worker(ini: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from ckan.cli.cli import ckan; ckan()", "-c", ini, "nx", "worker", "--burst"]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def has_begun(resource_id: str) -> bool:
    model.Session.rollback()
    content = models.read_content(resource_id, models.FILE)
    return content is not None and content.attempts > 0 and not content.sha256


def test_the_file_stays_closed_and_is_examined_after_the_restart(app: Any, create: Act, ckan_config: Any) -> None:
    dataset = create(LARGE)
    connect_to_redis().flushdb()
    assert read(app, dataset) == 403, "it waits, and a worker is asked"
    worker = start_worker(ckan_config["__file__"])
    try:
        end = time.monotonic() + 120
        while not has_begun(dataset["file"]) and time.monotonic() < end:
            time.sleep(0.02)
        assert has_begun(dataset["file"])
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    connect_to_redis().flushdb()
    assert has_begun(dataset["file"]), "killed in the middle"
    assert read(app, dataset) == 403
    tk.enqueue_job(scheduled_tasks.sweep)  # as the clock of the restarted worker does
    assert start_worker(ckan_config["__file__"]).wait(timeout=300) == 0
    model.Session.rollback()
    assert read(app, dataset) == 200
