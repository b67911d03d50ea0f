"""The table of faults names tests that exist."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_test_that_the_table_names_exists():
    table = (HERE / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:\.\./)*(?:changes/)?test_\w+\.py)::(\w+)`", table)
    assert len(named) > 25
    missing = [
        (file, test) for file, test in named if not re.search(rf"def {test}\(", (HERE / file).resolve().read_text())
    ]
    assert missing == []
