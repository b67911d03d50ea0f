"""Findings of the audit: what was found, the unit's reply within its working days, the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.catalogue import config as catalogue
from ckanext.nxopendata.core import roles, workflow
from ckanext.nxopendata.core.calendar import workdays
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.workflow import Transition, transition
from ckanext.nxopendata.register import config, log
from ckanext.nxopendata.register.audit.models import CLOSED, OPEN, REPLIED, Finding
from ckanext.nxopendata.register.entries import entry_store
from ckanext.nxopendata.register.systems.models import SystemRow

TOPIC = "finding"

UNIT, AUDIT = "unit", "audit"

STEPS = (
    *transition("reply", (OPEN, REPLIED), REPLIED, UNIT),
    *transition("close", OPEN, CLOSED, AUDIT, opinion=True),
    *transition("close", REPLIED, CLOSED, AUDIT),
    *transition("return", REPLIED, OPEN, AUDIT, opinion=True),
)
"""The steps of a finding."""


def create(user: str, owner_org: str, data: Mapping[str, Any]) -> Finding:
    """Add a finding of the audit.

    Raises:
        tk.ValidationError: the record it is about is not one of the unit's.
    """
    subject, subject_id = data.get("subject") or "", data.get("subject_id") or ""
    if bool(subject) != bool(subject_id) or (subject and not _is_of(subject, subject_id, owner_org)):
        raise tk.ValidationError({"subject_id": [tk._("The unit has no such record")]})
    deadline = _deadline(data.get("days"))
    row = Finding(
        owner_org=owner_org,
        title=data["title"].strip(),
        text=data["text"].strip(),
        subject=subject,
        subject_id=subject_id,
        due=deadline.day,
        due_unsure=bool(deadline.unknown_years),
        user_name=user,
        created=today(),
    )
    model.Session.add(row)
    model.Session.flush()
    log.write("finding", row.id, owner_org, "create", user, {"state": [None, OPEN]})
    return row


def _is_of(subject: str, identifier: str, owner_org: str) -> bool:
    if subject == SystemRow.KIND:
        system = entry_store.find(SystemRow, identifier)
        return system is not None and system.owner_org == owner_org
    dataset = model.Package.get(identifier)
    return dataset is not None and (dataset.type, dataset.state, dataset.owner_org) == (subject, "active", owner_org)


def _deadline(days: int | None) -> workdays.Deadline:
    return workdays.load(catalogue.workdays_file()).after(today(), days or config.audit_answer_days())


def reply(row: Finding, user: str, text: str, evidence: str) -> None:
    """Take the unit's reply, until the finding is closed.

    Raises:
        tk.ValidationError: it is closed.
    """
    before, row.state = row.state, _step(row, "reply", UNIT).target
    row.reply, row.evidence = text.strip(), evidence.strip()
    # A reply mended before the audit looked at it is as old as the first one.
    row.replied = row.replied if before == REPLIED else today()
    log.write("finding", row.id, row.owner_org, "reply", user, {"state": [before, REPLIED]}, row.reply)


def _step(row: Finding, action: str, role: str) -> Transition:
    try:
        return workflow.find_step(STEPS, action, row.state, (role,))
    except workflow.TransitionError:
        if row.state == CLOSED:
            raise tk.ValidationError({"id": [tk._("This finding is closed")]}) from None
        raise tk.ValidationError({"action": [tk._("There is no reply to return")]}) from None


def decide(row: Finding, user: str, action: str, opinion: str, days: int | None) -> None:
    """Close a finding, or ask for another reply.

    Raises:
        tk.ValidationError: it is closed already; there is nothing to return; the reason is missing.
    """
    step = _step(row, action, AUDIT)
    if step.opinion and not opinion.strip():
        raise tk.ValidationError({"opinion": [tk._("Say why")]})
    before, row.state, row.opinion = row.state, step.target, opinion.strip()
    if step.target == CLOSED:
        row.closed = today()
    else:
        deadline = _deadline(days)
        row.due, row.due_unsure, row.reminded = deadline.day, bool(deadline.unknown_years), []
    log.write("finding", row.id, row.owner_org, action, user, {"state": [before, row.state]}, row.opinion)


def remind(today: dt.date) -> int:
    """Remind the units whose reply is due today or late, once each; return how many."""
    rows = list(model.Session.scalars(sa.select(Finding).where(Finding.state == OPEN, Finding.due <= today)))
    count = 0
    for row in rows:
        what = "late" if today > row.due else "due"
        if what in row.reminded:
            continue
        row.reminded = [*row.reminded, what]
        tell_unit(row, what)
        count += 1
    return count


def tell_unit(row: Finding, what: str) -> None:
    """Notify the unit; ``what`` is a key of :func:`notice_text`."""
    _tell(roles.people(row.owner_org, ("admin", "editor")), what, row)


def tell_auditors(row: Finding) -> None:
    """Notify the audit office of a reply."""
    group: Any = model.Group.get(config.supervisor("audit") or "")
    _tell(roles.people(group.id if group else None, ("admin", "editor")), "replied", row)


def _tell(people: list[model.User], what: str, row: Finding) -> None:
    values = {"what": what, "title": row.title, "due": row.due.isoformat()}
    values |= {"endpoint": "nx_register_audit.finding", "values": {"id": row.id}}
    inbox.tell(people, TOPIC, values)


def notice_text(params: Any) -> str:
    """What a notice about a finding says."""
    texts = {
        "new": tk._('The audit found: "{title}"; reply by {due}'),
        "replied": tk._('There is a reply to the finding "{title}"'),
        "returned": tk._('The reply to the finding "{title}" was returned; reply by {due}'),
        "closed": tk._('The finding "{title}" is closed'),
        "due": tk._('The reply to the finding "{title}" is due today ({due})'),
        "late": tk._('The reply to the finding "{title}" is late; it was due on {due}'),
    }
    return texts[params["what"]].format(**params)
