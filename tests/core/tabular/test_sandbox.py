"""A process with limits: what goes over one ends alone, with an error."""

import hashlib
import secrets
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.tabular.sandbox import BEGINNING, WHOLE_FILE, Limits, SandboxError, run_limited


def test_the_result_comes_back() -> None:
    assert run_limited(zlib.decompress, zlib.compress(b"ab")) == b"ab"


@pytest.mark.parametrize(
    ("work", "arguments", "limits", "limit"),
    [
        (secrets.token_bytes, [1024**3], Limits(memory=256 * 1024**2), "memory"),
        (hashlib.pbkdf2_hmac, ["sha256", b"", b"", 2**31 - 1], Limits(cpu_seconds=1), "time"),
        (time.sleep, [60], Limits(wall_seconds=1), "time"),
        (secrets.token_bytes, [2000], Limits(output=1000), ""),
        (zlib.decompress, [b"no such data"], Limits(), ""),
    ],
    ids=["memory", "computing", "waiting", "output", "failure"],
)
def test_work_that_goes_over_a_limit_or_fails_is_ended(
    work: Callable[..., bytes], arguments: list[Any], limits: Limits, limit: str
) -> None:
    began = time.monotonic()
    with pytest.raises(SandboxError) as refused:
        run_limited(work, *arguments, limits=limits)
    assert time.monotonic() - began < 15
    assert refused.value.limit == limit


def test_work_that_does_nothing_any_more_is_ended_long_before_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a library that waits for a thread for which there was no memory."""
    monkeypatch.setattr(sandbox, "IDLE_SECONDS", 0.5)
    with pytest.raises(SandboxError, match="did nothing") as refused:
        run_limited(time.sleep, 60)
    assert refused.value.limit == "memory"


def test_work_that_computes_is_not_taken_for_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "IDLE_SECONDS", 1)
    assert run_limited(hashlib.pbkdf2_hmac, "sha256", b"", b"", 6_000_000)


@pytest.mark.parametrize("limits", [WHOLE_FILE, BEGINNING])
def test_nothing_is_without_bounds(limits: Limits) -> None:
    assert all((limits.memory, limits.cpu_seconds, limits.wall_seconds, limits.output))


def test_the_second_task_waits_for_no_interpreter() -> None:
    run_limited(secrets.token_bytes, 10)
    taken = []
    for _ in range(5):
        began = time.monotonic()
        run_limited(secrets.token_bytes, 10)
        taken.append(time.monotonic() - began)
    assert min(taken) < 0.2


def test_many_threads_ask_at_once_and_each_gets_its_own() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: run_limited(zlib.compress, bytes([number]) * 300_000), range(24)))
    assert [zlib.decompress(answer)[:1] for answer in answers] == [bytes([number]) for number in range(24)]


def test_a_process_that_forks_no_more_is_replaced() -> None:
    run_limited(secrets.token_bytes, 10)
    server = sandbox._State.server
    assert server is not None
    server.kill()
    server.wait()
    assert len(run_limited(secrets.token_bytes, 10)) == 10


def test_a_limited_process_starts_no_other() -> None:
    assert run_limited(run_limited, zlib.compress, b"a") == zlib.compress(b"a")
