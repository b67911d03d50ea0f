"""Notices of the supervising offices to units: issuing, replies, how they end; and how the API gives them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import departments, roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.ledger.models import CLOSED, OPEN, REPLIED, Step, SupervisionNotice

TOPIC = "supervision"


def issue(unit: str, said: Mapping[str, Any], user: str, today: dt.date) -> SupervisionNotice:
    """Issue a notice to a unit (id) and tell its people; the caller commits."""
    row = SupervisionNotice(
        kind=said["kind"],
        code=said.get("task") or "",
        owner_org=unit,
        text=said["text"],
        issued=today,
        due=said["due"],
        user_name=user,
    )
    if row.due < today:
        raise tk.ValidationError({"due": [tk._("The day of the reply must not be past")]})
    model.Session.add(row)
    model.Session.flush()
    _write(row, f"notice_{row.kind}", user, row.text)
    _tell_unit(row, "issued")
    return row


def reply(row: SupervisionNotice, text: str, user: str, today: dt.date) -> None:
    """Take the unit's reply."""
    if row.state == CLOSED:
        raise tk.ValidationError({"reply": [tk._("This notice is closed")]})
    row.reply, row.replied, row.state = text, today, REPLIED
    _write(row, "notice_reply", user, text)
    issuer = model.User.get(row.user_name)
    if issuer is not None:
        inbox.tell([issuer], TOPIC, _params(row, "replied"))


def end(row: SupervisionNotice, action: str, opinion: str, user: str) -> None:
    """Close a notice, or return the reply to the unit."""
    if row.state != REPLIED:
        raise tk.ValidationError({"action": [tk._("The unit has not replied yet")]})
    row.state, row.opinion = (CLOSED if action == "close" else OPEN), opinion
    _write(row, f"notice_{action}", user, opinion)
    _tell_unit(row, "closed" if action == "close" else "returned")


def notice_text(params: Any) -> str:
    """What a notification about a notice says."""
    texts = {
        "issued": tk._("Your unit was sent a notice: reply by {due}"),
        "replied": tk._("{department} replied to the notice of {issued}"),
        "returned": tk._("The reply to the notice of {issued} was returned: mend and reply again"),
        "closed": tk._("The notice of {issued} was closed"),
    }
    return texts[params["what"]].format(**params)


def to_api(row: SupervisionNotice, today: dt.date, language: str) -> dict[str, Any]:
    """A notice as the API gives it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "task": row.code,
        "owner_org": row.owner_org,
        "department": departments.title(row.owner_org, language),
        "text": row.text,
        "issued": row.issued.isoformat(),
        "due": row.due.isoformat(),
        "overdue": row.state == OPEN and row.due < today,
        "state": row.state,
        "reply": row.reply,
        "replied": row.replied.isoformat() if row.replied else None,
        "opinion": row.opinion,
    }


def step_to_api(row: Step, today: dt.date) -> dict[str, Any]:
    """A step as the API gives it."""
    return {
        "id": row.id,
        "owner_org": row.owner_org,
        "title": row.title,
        "due": row.due.isoformat(),
        "done": row.done.isoformat() if row.done else None,
        "overdue": row.done is None and row.due < today,
    }


def _write(row: SupervisionNotice, action: str, user: str, text: str) -> None:
    subject, subject_id = ("task", row.code) if row.code else ("notice", row.id)
    log.write(subject, subject_id, row.owner_org, action, user, {"due": [None, row.due.isoformat()]}, text)


def _params(row: SupervisionNotice, what: str) -> dict[str, Any]:
    return {
        "what": what,
        "due": row.due.isoformat(),
        "issued": row.issued.isoformat(),
        "department": departments.title(row.owner_org, "zh_Hans_CN"),
        "endpoint": "nx_register_ledger.notice_list",
        "values": {},
    }


def _tell_unit(row: SupervisionNotice, what: str) -> None:
    inbox.tell(roles.people(row.owner_org, ("admin", "editor")), TOPIC, _params(row, what))
