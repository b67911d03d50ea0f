"""What templates ask: the one public line about the check of a dataset."""

from __future__ import annotations

from typing import Any

from ckan import model

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.timezone import to_china
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import jobs, verdicts


def nx_safety_checked(dataset_id: str) -> dict[str, Any] | None:
    """Return when the files of a dataset were checked, and since when there are the rules by which they were.

    Nothing is examined for it: a page does not wait.

    Returns:
        ``date`` and ``rules``, days as YYYY-MM-DD; None unless all files are released.
    """
    package = model.Package.get(dataset_id)
    found = []
    for resource in package.resources if package is not None else ():
        if resource.url_type == "upload" and not models.is_replaced(resource.id):
            standing = verdicts.find_standing(jobs.describe(resource), examine=False)
            if not standing.is_released:
                return None
            if standing.verdict is not None:
                found.append(standing.verdict)
    if not found:
        return None
    newest = max(found, key=lambda verdict: verdict.created)
    version = newest.version
    since = caching.cached_in_process(("safety rules since", version), lambda: models.find_first_use(version))
    return {"date": to_china(newest.created).date().isoformat(), "rules": to_china(since).date().isoformat()}
