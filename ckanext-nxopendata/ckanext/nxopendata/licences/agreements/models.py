"""The table of agreements. Times carry their zone: the end of an agreement is a moment, not a day.

The table has metadata of its own, so that CKAN neither creates nor empties it: the migration does the first, the
foreign keys (``ON DELETE CASCADE``) the second.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ckanext.nxopendata.core.file_access.channels import BOTH
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.licences.agreements.agreement import Terms


class Base(DeclarativeBase):
    """Root of the room's tables."""


metadata = Base.metadata


class Agreement(Base):
    """One person's right to one conditional dataset, for stated purposes, from ``starts`` to before ``ends``.

    ``part`` holds ``columns`` and ``filters`` (column -> values, or ``from`` and ``to``) where some columns or rows are
    agreed on, ``counted`` where each use is counted, and ``resources`` (ids) where some files are; it is {} where the
    whole is.
    It holds ``channel`` where the data is delivered by one alone; agreements without it are for both.

    ``destruction`` and ``report_interval`` are ISO 8601 durations; ``revoked`` ends it early.
    """

    __tablename__ = "nx_agreement"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str] = mapped_column(sa.Text)
    purposes: Mapped[list[str]] = mapped_column(JSONB)
    starts: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    ends: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    destruction: Mapped[str] = mapped_column(sa.Text, default="P30D")
    report_interval: Mapped[str] = mapped_column(sa.Text, default="P6M")
    granted_by: Mapped[str] = mapped_column(sa.Text, default="")
    granted: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    revoked: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    part: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    def terms(self, assigner: str) -> Terms:
        """The agreement as the engine reads it. A revoked one ended at the moment it was revoked."""
        end = min(self.ends, self.revoked) if self.revoked else self.ends
        return Terms(
            self.id,
            self.dataset_id,
            assigner,
            self.user_id,
            tuple(self.purposes),
            end,
            self.destruction,
            self.report_interval,
            self.channel,
            tuple(self.part.get("columns") or ()),
            tuple(_list_conditions(self.part.get("filters") or {})),
        )

    @property
    def channel(self) -> str:
        """One of :data:`.channels.CHANNELS`."""
        return str(self.part.get("channel") or BOTH)

    @property
    def state(self) -> str:
        """``revoked``, ``pending``, ``expired`` or ``active``, at this moment."""
        if self.revoked:
            return "revoked"
        if now() < self.starts:
            return "pending"
        return "active" if now() < self.ends else "expired"


def _list_conditions(filters: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield the conditions on rows as ODRL names its operators: ``isAnyOf``, ``gteq``, ``lteq``."""
    for name, given in filters.items():
        if isinstance(given, list):
            yield name, "isAnyOf", given
            continue
        yield from ((name, sign, given[bound]) for bound, sign in (("from", "gteq"), ("to", "lteq")) if bound in given)


def list_agreements(dataset_ids: Collection[str], user_id: str | None = None) -> list[Agreement]:
    """Return the agreements on some datasets, newest first; of one person when ``user_id`` is given."""
    query = sa.select(Agreement).where(Agreement.dataset_id.in_(dataset_ids)).order_by(Agreement.granted.desc())
    if user_id is not None:
        query = query.where(Agreement.user_id == user_id)
    return list(model.Session.scalars(query))
