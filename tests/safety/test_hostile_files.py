"""Files made to get something past the gate, and harmless ones that look like it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ckanext.nxopendata.safety.rules import loading
from ckanext.nxopendata.safety.walkers import engine
from tests.safety.hostile_office import CLEAN, FOUND, NOT_CLEAN, OFFICE, UNREADABLE
from tests.safety.hostile_other import OTHER

FILES = OFFICE | OTHER
ALLOWED = {
    FOUND: {"findings"},
    NOT_CLEAN: {"findings", "unreadable"},
    UNREADABLE: {"unreadable"},
    CLEAN: {"clean"},
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_nothing_gets_past_and_nothing_harmless_is_held(name: str, tmp_path: Path) -> None:
    content, expected = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    today = dt.date(2026, 11, 1)
    report = engine.examine_apart(engine.Task(str(path), name, loading.read_own_files(), b"key", today))
    assert report.status in ALLOWED[expected], report.to_dict()
    assert not any(secret in str(report.to_dict()) for secret in ("199003070014", "马晓红", "402室"))
