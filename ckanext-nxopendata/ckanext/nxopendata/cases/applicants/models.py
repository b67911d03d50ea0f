"""Tables of who applies. Moments are UTC without a zone, as CKAN's own."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class ConfirmedAddress(tk.BaseModel):
    """Somebody opened a link in a letter to this address: it reaches the user, as long as it is the user's address."""

    __tablename__ = "nx_case_address"

    user_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(sa.Text)
    confirmed: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


class Organisation(tk.BaseModel):
    """A user says to act for an organisation; the office says whether that is so.

    Attributes:
        uscc: unified social credit code, 18 characters (GB 32100-2015).
        state: ``asked``, ``confirmed`` or ``refused``.
        reason: of the refusal, or on which paper the office relied.
    """

    __tablename__ = "nx_case_organisation"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    user_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.Text)
    uscc: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="asked")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by: Mapped[str] = mapped_column(sa.Text, default="")
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    decided: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
