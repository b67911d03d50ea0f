"""The tables of who answers for a unit, and of imports."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import new_id


class Unit(tk.BaseModel):
    """Who answers for a unit (tables 4 and 5): names, posts and telephones, for the signed-in offices only.

    ``people`` is ``leader``, ``contact`` -> ``{"name", "post", "phone"}``. What is public of a department (its
    kind, staff, office telephone) stands on the organisation itself.
    """

    __tablename__ = "nx_register_unit"

    owner_org: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    people: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB, default=dict)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Import(tk.BaseModel):
    """A table that a department sent, what it would change, what was answered to its questions."""

    __tablename__ = "nx_register_import"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
    file_name: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    state: Mapped[str] = mapped_column(sa.Text)
    answers: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    finished: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
