"""The table of attached files."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import new_id


class Attachment(tk.BaseModel):
    """A file of a ``project`` (its id) or of what a unit did for a ``task`` (its code); rows are only added."""

    __tablename__ = "nx_register_attachment"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(sa.Text)
    subject_id: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    file_name: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary))
    size: Mapped[int] = mapped_column(sa.Integer)
    sha256: Mapped[str] = mapped_column(sa.Text)
    user_name: Mapped[str] = mapped_column(sa.Text)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
