"""The table of projects."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import RegisterEntry


class Project(RegisterEntry, tk.BaseModel):
    """A project and where its filing stands, by ``schemas/project.yaml``."""

    __tablename__ = "nx_project"

    KIND = "project"


class Signature(tk.BaseModel):
    """What an office (an option of :data:`.config.OFFICES`) says to a project: ``agree`` or ``object``."""

    __tablename__ = "nx_project_signature"

    project_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    office: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    verdict: Mapped[str] = mapped_column(sa.Text)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    user_name: Mapped[str] = mapped_column(sa.Text)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
