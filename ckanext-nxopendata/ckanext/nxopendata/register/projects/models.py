"""The table of projects."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.register.models import RegisterEntry


class Project(RegisterEntry, tk.BaseModel):
    """A project and where its filing stands, by ``schemas/project.yaml``."""

    __tablename__ = "nx_project"

    KIND = "project"
