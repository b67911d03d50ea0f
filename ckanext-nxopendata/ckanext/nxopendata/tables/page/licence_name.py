"""The licence of a dataset in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.language import zh_or_en


def name_licence(dataset: Mapping[str, Any]) -> str:
    """Return the title of a dataset's licence; its id where nobody knows a title, "" where there is none."""
    identity = str(dataset.get("license_id") or "")
    language = zh_or_en()
    known = caching.cached_in_process(("licence titles", language), lambda: _read_titles(language))
    return known.get(identity) or str(dataset.get("license_title") or identity)


def _read_titles(language: str) -> dict[str, str]:
    if not p.plugin_loaded("nxopendata_licences"):
        return {}
    found = tk.get_action("nx_licence_list")({"user": ""}, {})
    return {entry["id"]: str(entry.get(f"title_{language}") or entry.get("title") or "") for entry in found}
