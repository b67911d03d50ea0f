"""The table of keys. Moments are UTC without a zone, as CKAN's own."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class Key(tk.BaseModel):
    """A token of CKAN's that one system uses. The token itself is shown once and stored nowhere.

    Attributes:
        token_id: of CKAN's token.
        ends: when it ends because another took its place; None while it is the system's own.
    """

    __tablename__ = "nx_case_key"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    user_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    system: Mapped[str] = mapped_column(sa.Text)
    token_id: Mapped[str] = mapped_column(sa.Text, unique=True)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    ends: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
