"""Tables of the cases. Moments are UTC without a zone, as CKAN's own; days are days of China's calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.nxopendata.core.history import HistoryBase, Step
from ckanext.nxopendata.core.timezone import utc_now


class Case(tk.BaseModel):
    """One case: what was asked, of whom, by whom, and where it stands.

    Attributes:
        serial: counts all cases; :attr:`number` is made of it.
        phase: of its state, for lists.
        applicant_org: the department that asks, "" for a person; ``owner_org`` the one that answers, "" for the office.
        forwarded_by: the department that forwarded it by a step and goes on taking part; "" for none.
        dataset_id: what it is about, "" for none; ``dataset_name`` and ``dataset_title`` stay when it is removed.
        answers: field -> value, of the form and of the steps.
        level: how sure it is who applies; ``account``: somebody with an account of this site.
        due: the day by which the clock, as it stands, asks for an answer. Whether it is late is never stored.
        rating: how content who applied is with the answer, from 1 to 5; ``rated``: the day on which they said so first.
        reply_due: the day by which the applicant, who was asked for something, is to answer; None while nobody asked.
        answered: the day of the first answer.
        answered_late: whether any of its time limits was not kept; None while none was missed and nothing is answered.
        version: counts the steps; a step names the one that it was decided on.
        client_key: what the form sent, the same for each attempt to send it.
        suspends: whether the file is withheld while the case stands where it does.
        marks: whether the dataset's page shows that something is being verified.
    """

    __tablename__ = "nx_case"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    serial: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), unique=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    phase: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    applicant_id: Mapped[str] = mapped_column(sa.Text)
    applicant_org: Mapped[str] = mapped_column(sa.Text, default="")
    owner_org: Mapped[str] = mapped_column(sa.Text, default="")
    dataset_id: Mapped[str] = mapped_column(sa.Text, default="")
    dataset_name: Mapped[str] = mapped_column(sa.Text, default="")
    dataset_title: Mapped[str] = mapped_column(sa.Text, default="")
    resource_id: Mapped[str] = mapped_column(sa.Text, default="")
    forwarded_by: Mapped[str] = mapped_column(sa.Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    outcome: Mapped[str] = mapped_column(sa.Text, default="")
    level: Mapped[str] = mapped_column(sa.Text, default="account")
    received: Mapped[dt.date] = mapped_column(sa.Date)
    due: Mapped[dt.date | None] = mapped_column(sa.Date)
    due_unsure: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    reply_due: Mapped[dt.date | None] = mapped_column(sa.Date)
    answered: Mapped[dt.date | None] = mapped_column(sa.Date)
    answered_late: Mapped[bool | None] = mapped_column(sa.Boolean)
    agreement_id: Mapped[str] = mapped_column(sa.Text, default="")
    suspends: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    marks: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    votes: Mapped[int] = mapped_column(sa.Integer, default=0)
    rating: Mapped[int | None] = mapped_column(sa.SmallInteger)
    rated: Mapped[dt.date | None] = mapped_column(sa.Date)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    client_key: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)
    modified: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)

    @property
    def number(self) -> str:
        """The number by which people name the case: the year of receipt and the serial number."""
        return f"NX{self.received.year}-{self.serial:06d}"


class Vote(tk.BaseModel):
    """Somebody supports a demand; once an account."""

    __tablename__ = "nx_case_vote"

    case_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    created: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


class Use(tk.BaseModel):
    """Something of a grant was taken: by whom, of which file, which columns and rows."""

    __tablename__ = "nx_case_use"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    case_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(sa.Text)
    resource_id: Mapped[str] = mapped_column(sa.Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    time: Mapped[dt.datetime] = mapped_column(sa.DateTime, default=utc_now)


class Event(Step, HistoryBase):
    """What happened to a case: a step, a message, a reminder, or a limit that was computed anew. Rows are only added.

    Attributes:
        action: a step of the kind; or ``create``, ``message``, ``remind``, ``recompute``.
        role: in which the actor acted; ``system`` has no actor.
        day: by China's clock, for the time limit.
    """

    __tablename__ = "nx_case_event"

    case_id: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text, default="")
    target: Mapped[str] = mapped_column(sa.Text, default="")
    actor_id: Mapped[str] = mapped_column(sa.Text, default="")
    role: Mapped[str] = mapped_column(sa.Text)
    extends: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    day: Mapped[dt.date] = mapped_column(sa.Date)
