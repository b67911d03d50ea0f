"""A process with limits: what goes over one ends alone, with an error."""

import hashlib
import secrets
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from ckanext.nxopendata.core.tabular.sandbox import BEGINNING, WHOLE_FILE, Limits, SandboxError, run_limited


def test_the_result_comes_back() -> None:
    assert run_limited(zlib.decompress, zlib.compress(b"ab")) == b"ab"


@pytest.mark.parametrize(
    ("work", "arguments", "limits"),
    [
        (secrets.token_bytes, [1024**3], Limits(memory=256 * 1024**2)),
        (hashlib.pbkdf2_hmac, ["sha256", b"", b"", 2**31 - 1], Limits(cpu_seconds=1)),
        (time.sleep, [60], Limits(wall_seconds=1)),
        (secrets.token_bytes, [2000], Limits(output=1000)),
        (zlib.decompress, [b"no such data"], Limits()),
    ],
    ids=["memory", "computing", "waiting", "output", "failure"],
)
def test_work_that_goes_over_a_limit_or_fails_is_ended(
    work: Callable[..., bytes], arguments: list[Any], limits: Limits
) -> None:
    began = time.monotonic()
    with pytest.raises(SandboxError):
        run_limited(work, *arguments, limits=limits)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("limits", [WHOLE_FILE, BEGINNING])
def test_nothing_is_without_bounds(limits: Limits) -> None:
    assert all((limits.memory, limits.cpu_seconds, limits.wall_seconds, limits.output))
