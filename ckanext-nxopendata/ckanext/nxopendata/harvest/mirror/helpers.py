"""Template helpers of copied files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.models import Json


def nx_harvest_files(resource: Mapping[str, Any]) -> list[Json]:
    """Return the contents that a copied file had, newest first; none to who may not have the file."""
    if resource.get("url_type") != "upload" or not tk.h.check_access("nx_harvest_file_list", {"id": resource["id"]}):
        return []
    return versions.list_contents(resource)
