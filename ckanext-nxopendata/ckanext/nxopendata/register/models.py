"""What the register's tables share, and the log; ``migration/nxopendata_register`` makes the tables."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.history import HistoryBase, NamedStep
from ckanext.nxopendata.core.timezone import utc_now


def new_id() -> str:
    """An id as CKAN makes them."""
    return str(uuid.uuid4())


class RegisterEntry:
    """Columns of a system and of a project.

    ``name`` stands in addresses, ``title`` is the Chinese one. ``fields`` are those of the schema of its kind,
    localised texts as mappings and lists as lists; a new field of the schema needs no migration.
    """

    KIND: ClassVar[str]

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.Text, unique=True)
    owner_org: Mapped[str] = mapped_column(sa.Text, index=True)
    title: Mapped[str] = mapped_column(sa.Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)

    @property
    def notes(self) -> str:
        """What it is for, in the default language: CKAN's name for it, which the localised field goes by."""
        return localised.choose(self.fields.get("notes_translated") or {}, localised.DEFAULT)[0]


class Entry(NamedStep, HistoryBase):
    """One change of anything in the register: who, when, what. Rows are only ever added.

    ``subject`` is ``system``, ``project``, ``department``, ``task``, ``report``, ``evaluation`` or ``finding``;
    ``changes`` is field -> ``[before, after]``.
    """

    __tablename__ = "nx_register_log"

    subject: Mapped[str] = mapped_column(sa.Text)
    subject_id: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
