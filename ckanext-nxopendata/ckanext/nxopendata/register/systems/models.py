"""The table of government systems."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.register.models import RegisterEntry


class SystemRow(RegisterEntry, tk.BaseModel):
    """A system as it is stored; :class:`.record.System` is what the rest of the register works with."""

    __tablename__ = "nx_system"

    KIND = "system"
