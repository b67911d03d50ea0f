"""The table of notices; ``migration/nxopendata_catalogue`` makes it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class Notice(tk.BaseModel):
    """Something a user is told in the site; ``topic`` names the text, ``params`` what it tells."""

    __tablename__ = "nx_notice"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.Text)
    topic: Mapped[str] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    read: Mapped[dt.datetime | None] = mapped_column(sa.DateTime)
