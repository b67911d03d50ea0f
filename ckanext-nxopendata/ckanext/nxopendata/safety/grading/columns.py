"""What the scan says of the columns of a file: how sensitive each is, whether it tells people apart, its grade.

Nothing is kept beside the verdict and the measures, which belong to a content (SHA-256) and a version of the rules; the
profile itself is kept by content and reading plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import quasi_identifiers
from ckanext.nxopendata.safety.scanning import jobs, verdicts

SENSITIVE_LEVEL = 3


def describe(resource_id: str, user: str, headers: Sequence[str]) -> list[dict[str, Any]]:
    """Return of each column ``sensitivity`` (level of what was found in it, 0 for nothing), ``quasi`` (kind of
    quasi-identifier, or ``chosen`` by somebody, "" for none), ``sensitive`` and ``grade`` (level of general data that
    is suggested); [] for who may not see it.
    """
    resource = model.Session.get(model.Resource, resource_id)
    try:
        tk.check_access("nx_safety_scan", {"user": user}, {"id": resource_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return []
    if resource is None:
        return []
    standing = verdicts.find_standing(jobs.describe(resource), examine=False)
    levels: dict[str, int] = {}
    for finding in standing.verdict.report["findings"] if standing.verdict is not None else ():
        header = finding["place"].rpartition(" › ")[2]
        levels[header] = max(levels.get(header, 0), finding["level"])
    suggestion, row = quasi_identifiers.suggest(headers), models.read_privacy(resource_id)
    chosen, hidden = (row.quasi, row.sensitive) if row is not None else ([], [])
    facts = []
    for header in headers:
        level = levels.get(header, 0)
        sensitive = header in suggestion.sensitive or header in hidden or level >= SENSITIVE_LEVEL
        facts.append(
            {
                "sensitivity": level,
                "quasi": suggestion.quasi.get(header, "chosen" if header in chosen else ""),
                "sensitive": sensitive,
                "grade": str(max(level, SENSITIVE_LEVEL if sensitive else 1)),
            }
        )
    return facts
