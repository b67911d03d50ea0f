"""The demo data as they lie in the repository, and their server running on a free port."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deployment" / "demo-data"


@pytest.fixture(scope="session")
def folder():
    return FOLDER


@pytest.fixture(scope="session")
def sources():
    return json.loads((FOLDER / "sources.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def server():
    """The address of a running server, with the closing slash."""
    command = [sys.executable, str(FOLDER / "server.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
