"""The table of files of cases."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Mapped, deferred, mapped_column

from ckanext.nxopendata.core.timezone import utc_now


class CaseFile(tk.BaseModel):
    """A picture or a piece of evidence of a case. The content stands in the database: what is taken is small.

    Attributes:
        role: ``picture`` or ``evidence``.
        title: what a picture shows, for those who do not see it; of evidence what it is.
        file_name: as it was sent; of a picture with the ending of what it was written anew as.
    """

    __tablename__ = "nx_case_file"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    case_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    file_name: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary))
    size: Mapped[int] = mapped_column(sa.Integer)
    width: Mapped[int] = mapped_column(sa.Integer, default=0)
    height: Mapped[int] = mapped_column(sa.Integer, default=0)
    user_id: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
