"""What templates ask: the one public line about the check of a dataset."""

from __future__ import annotations

from typing import Any

from ckan import model

from ckanext.nxopendata.safety.scanning import jobs, verdicts


def nx_safety_checked(dataset_id: str) -> dict[str, Any] | None:
    """Return when, and by which rules, the files of a dataset were checked; None unless all of them are released.

    Nothing is examined for it: a page does not wait.
    """
    package = model.Package.get(dataset_id)
    found = []
    for resource in package.resources if package is not None else ():
        if resource.url_type == "upload":
            standing = verdicts.find_standing(jobs.describe(resource), examine=False)
            if not standing.is_released:
                return None
            if standing.verdict is not None:
                found.append(standing.verdict)
    if not found:
        return None
    return {"date": max(verdict.created for verdict in found).date().isoformat(), "version": found[0].version}
