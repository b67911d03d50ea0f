"""What docs/security.md and docs/asvs.md name as proof is there, and each item of the list stands in it once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ("security.md", "asvs.md")


@pytest.mark.parametrize("name", DOCS)
def test_every_proof_is_there(name: str) -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", (ROOT / "docs" / name).read_text(encoding="utf-8")))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_item_stands_once() -> None:
    rows = re.findall(r"^\| ([\d. ]+) \|", (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8"), re.M)
    items = [item for row in rows for item in row.split()]
    assert len(items) == len(set(items)) == 259  # requirements of level 2 in ASVS 4.0.3
