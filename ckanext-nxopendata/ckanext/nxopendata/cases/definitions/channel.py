"""The channel that the answers of a case agree on. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.nxopendata.core.file_access.channels import BOTH


def find_channel(answers: Mapping[str, Any]) -> str:
    """Return the channel that was agreed on: ``file``, ``table`` or ``both``; the one applied for, where none was."""
    return str(answers.get("agreed_channel") or answers.get("channel") or BOTH)
