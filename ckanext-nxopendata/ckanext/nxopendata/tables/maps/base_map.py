"""The base map of the site: the operator's approved one, else the schematic one."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.exceptions import CkanConfigurationException

from ckanext.nxopendata.core.places import shapes

FILE = "ckanext.nxopendata.tables.base_map"
APPROVAL = "ckanext.nxopendata.tables.base_map_approval"


def load() -> shapes.BaseMap:
    """Return the base map."""
    return shapes.load_base_map(tk.config[FILE], tk.config[APPROVAL])


def check(config: CKANConfig) -> None:
    """Refuse to start with a base map that cannot be shown.

    Raises:
        CkanConfigurationException: the file is no base map, or its approval number is not given.
    """
    path, approval = config.get(FILE) or "", config.get(APPROVAL) or ""
    if path and not approval:
        raise CkanConfigurationException(f"{FILE} needs the approval number of the map (审图号): set {APPROVAL}")
    try:
        shapes.load_base_map(path, approval)
    except shapes.BaseMapError as problem:
        raise CkanConfigurationException(f"{FILE}: {problem}") from problem
