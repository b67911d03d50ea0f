"""Tables of the register that are no single subject's; ``migration/nxopendata_register`` makes them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ckanext.nxopendata.core import localised
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


class Verdict(tk.BaseModel):
    """A proposal to clear a system away, what the department said to it and what the office decided.

    ``signs`` is the check as it was when the proposal was made: a list of ``{"sign", "met", "evidence", "threshold"}``.
    """

    __tablename__ = "nx_register_verdict"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    system_id: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    signs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    answered: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
    decided: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)


class Connection(tk.BaseModel):
    """How far a unit itself (not one of its systems) is connected: its network, its city's own platform."""

    __tablename__ = "nx_register_connection"

    owner_org: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    status: Mapped[str] = mapped_column(sa.Text)
    date: Mapped[str] = mapped_column(sa.Text, default="")
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now, onupdate=utc_now)


class Exemption(tk.BaseModel):
    """Why a system that is not connected keeps its operation funds, and until when."""

    __tablename__ = "nx_register_exemption"

    system_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    until: Mapped[dt.date | None] = mapped_column(sa.Date)
    user_name: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


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


class LogBase(DeclarativeBase):
    """Apart from CKAN's tables: what empties those must not, and could not, empty the log."""


class Entry(LogBase):
    """One change of anything in the register: who, when, what. Rows are only ever added.

    ``subject`` is ``system``, ``project``, ``department``, ``task``, ``report``, ``evaluation`` or ``finding``;
    ``changes`` is field -> ``[before, after]``.
    """

    __tablename__ = "nx_register_log"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    subject: Mapped[str] = mapped_column(sa.Text)
    subject_id: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    action: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
