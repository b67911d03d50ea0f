"""By what a grant is taken: as files, by the rows of their tables, or by either. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FILE, TABLE, BOTH = "file", "table", "both"


def find_channel(answers: Mapping[str, Any]) -> str:
    """Return the channel that was agreed on: ``file``, ``table`` or ``both``; the one applied for, where none was."""
    return str(answers.get("agreed_channel") or answers.get("channel") or BOTH)
