"""Wiring of safety: what files hold that must not become public."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import wiring
from ckanext.nxopendata.safety import scanning

SUBJECTS = (scanning,)


@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
class NxOpendataSafetyPlugin(p.SingletonPlugin):
    """Examines files."""
