"""The processes of the demonstration site: what dies comes back, stopping leaves nothing."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
import requests

from local import services
from local.stack import ROOT, Stack

BACK_WITHIN, ALL_BACK_WITHIN = 20, 90
"""Seconds: one process, and the supervisor with all of them."""


@pytest.fixture
def stack() -> Stack:
    return Stack(os.environ.get("NX_DEMO_INSTANCE", "demo"))


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.3)
    return False


def pid_of(stack: Stack, name: str) -> int:
    return next((process["pid"] for process in stack.processes() if process["name"] == name), 0)


@pytest.mark.parametrize("name", ["data", "redis", "solr", "postgres", "web", "worker", "guardian"])
def test_a_killed_process_comes_back(stack: Stack, name: str) -> None:
    old = pid_of(stack, name)
    assert old  # 0 would be this very group of processes
    os.kill(old, signal.SIGKILL)
    assert within(BACK_WITHIN, lambda: pid_of(stack, name) not in (0, old))
    if name in ("data", "redis", "solr", "postgres", "web"):
        assert within(BACK_WITHIN, lambda: services.healthy(stack, name))


def test_a_killed_supervisor_comes_back_with_everything(stack: Stack) -> None:
    supervisor = stack.rpc.getPID()
    os.kill(supervisor, signal.SIGKILL)
    assert within(ALL_BACK_WITHIN, lambda: stack.running() and stack.rpc.getPID() != supervisor)
    assert within(ALL_BACK_WITHIN, lambda: services.healthy(stack, "web"))


def test_the_site_answers_after_all_that(site: str) -> None:
    answer = requests.get(f"{site}/api/3/action/package_search", {"q": "人口"}, timeout=30).json()
    assert answer["result"]["count"] >= 1


def test_the_whole_site_needs_less_than_two_gibibytes(stack: Stack) -> None:
    from local.stack import total_bytes

    assert total_bytes(stack) < 2 * 1024**3


def test_a_second_start_changes_nothing(stack: Stack, found: list[dict]) -> None:
    result = subprocess.run([ROOT / "deployment" / "demo"], capture_output=True, text=True, check=True)
    assert f"共 {len(found)} 个数据集" in result.stdout


def test_stopping_leaves_no_process_and_starting_again_works(stack: Stack, site: str) -> None:
    subprocess.run([ROOT / "deployment" / "demo", "stop"], check=True)
    assert not list(stack.pids())
    with pytest.raises(requests.ConnectionError):
        requests.get(site, timeout=5)
    subprocess.run([ROOT / "deployment" / "demo"], check=True)
    assert services.healthy(stack, "web")
