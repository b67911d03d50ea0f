"""Template helper: the answers above the results of a search."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def nx_answers(q: str) -> dict[str, Any]:
    """Return what the tables answer to the words of a search, as ``nx_answer_search`` does."""
    return tk.get_action("nx_answer_search")({}, {"q": q})
