"""Templates and styles that the staff's pages of several rooms share; a plugin adds them in ``update_config``."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib import webassets_tools

LIBRARY = "nxopendata_core"


def add_to(config: CKANConfig) -> None:
    """Make ``nx_core/*.html`` and the assets of ``nxopendata_core`` known; once, whichever plugin comes first."""
    tk.add_template_directory(config, "templates")
    if webassets_tools.env is None or f"{LIBRARY}/staff-css" not in webassets_tools.env:
        tk.add_resource("assets", LIBRARY)
