"""What readers say about datasets, and what departments answer in public."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from flask_babel import force_locale

from ckanext.nxopendata.core.after_commit import call_after_commit
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.notifications.outbox import Letter
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.portal.models import Feedback

log = logging.getLogger(__name__)

KINDS = ("question", "error", "suggestion", "use")
WAITING, PUBLIC, REFUSED = "waiting", "public", "refused"

MAILS = Limit("feedback mail", 10)
"""To one department, whoever writes."""


def list_public(dataset_id: str, limit: int = 50) -> list[dict[str, Any]]:
    """The public feedback on a dataset with its answers, newest first."""
    query = (
        sa.select(Feedback)
        .where(Feedback.dataset_id == dataset_id, Feedback.state == PUBLIC)
        .order_by(Feedback.created.desc(), Feedback.id)
        .limit(limit)
    )
    return [to_api(row) for row in model.Session.scalars(query)]


def list_waiting(organizations: list[str] | None, limit: int) -> list[dict[str, Any]]:
    """What nobody has looked at, the oldest first; ``organizations``: only of these (ids), None for all."""
    query = (
        sa.select(Feedback, model.Package)
        .join(model.Package, model.Package.id == Feedback.dataset_id)
        .where(Feedback.state == WAITING, model.Package.state != "deleted")
        .order_by(Feedback.created, Feedback.id)
        .limit(limit)
    )
    if organizations is not None:
        query = query.where(model.Package.owner_org.in_(organizations))
    return [
        to_api(row) | {"dataset_name": package.name, "dataset_title": package.title}
        for row, package in model.Session.execute(query)
    ]


def list_between(since: dt.date, until: dt.date) -> list[dict[str, Any]]:
    """What readers said from one day to another, oldest first, with its department; what was refused left out."""
    day = sa.cast(Feedback.created, sa.Date)
    query = (
        sa.select(Feedback, model.Package.owner_org)
        .join(model.Package, model.Package.id == Feedback.dataset_id)
        .where(Feedback.state != REFUSED, model.Package.state == "active", day >= since, day <= until)
        .order_by(Feedback.created, Feedback.id)
    )
    return [to_api(row) | {"owner_org": owner} for row, owner in model.Session.execute(query)]


def to_api(row: Feedback) -> dict[str, Any]:
    """Feedback as the API gives it; the address of its writer never leaves."""
    return {
        "id": row.id,
        "dataset_id": row.dataset_id,
        "kind": row.kind,
        "text": row.text,
        "name": row.name,
        "state": row.state,
        "answer": row.answer,
        "answered": row.answered.isoformat() if row.answered else None,
        "created": row.created.isoformat(),
    }


def create(dataset: model.Package, data: dict[str, Any], language: str) -> Feedback:
    """Store what a reader wrote; it waits. The department's contact is told by mail, ten times an hour at most.

    The caller commits.
    """
    row = Feedback(
        dataset_id=dataset.id,
        kind=data["kind"],
        text=data["text"],
        name=data.get("name") or "",
        email=data.get("email") or "",
        language=language,
    )
    model.Session.add(row)
    model.Session.flush()
    # All of it is kept and shown to the department; only its mailbox is not filled.
    if MAILS.allows(dataset.owner_org or dataset.id):
        call_after_commit(_enqueue, tell_department, [row.id], "nx: feedback")
    return row


def decide(row: Feedback, state: str, answer: str, user_id: str) -> Feedback:
    """Publish with an answer, publish without, or refuse. The writer gets the answer by mail, then is forgotten.

    The caller commits.
    """
    row.state, row.answer, row.decided_by = state, answer, user_id
    row.answered = utc_now() if answer else None
    email, row.email = row.email, ""
    if email and answer and state == PUBLIC:
        call_after_commit(_enqueue, send_answer, [row.id, email], "nx: answer")
    return row


def _enqueue(job: Any, arguments: list[str], title: str) -> None:
    tk.enqueue_job(job, arguments, title=title)


# Jobs


def tell_department(feedback_id: str) -> None:
    """Job: mail the feedback to the contact of the dataset, else of its department."""
    row = model.Session.get(Feedback, feedback_id)
    dataset = model.Package.get(row.dataset_id) if row else None
    if row is None or dataset is None:
        return
    department: Any = model.Group.get(dataset.owner_org) if dataset.owner_org else None
    found = [dataset.extras, department.extras if department else {}]
    address = next((one["nx_contact_email"] for one in found if one.get("nx_contact_email")), "")
    if not address:
        log.info("feedback %s: neither dataset nor department has an address", row.id)
        return
    with site_language():
        subject = tk._('A reader writes about "{title}"').format(title=dataset.title)
        page = tk.url_for("nx_feedback.index", _external=True)
        body = "\n\n".join([row.text, tk._("Look at it and answer:"), page])
    outbox.send(asdict(Letter(address, subject, body)))


def send_answer(feedback_id: str, email: str) -> None:
    """Job: mail the answer to who asked, in the language of the question."""
    row = model.Session.get(Feedback, feedback_id)
    dataset = model.Package.get(row.dataset_id) if row else None
    if row is None or dataset is None:
        return
    with site_language(), force_locale(row.language or tk.config["ckan.locale_default"]):
        subject = tk._('Answer to your feedback on "{title}"').format(title=dataset.title)
        page = tk.url_for("dataset.read", id=dataset.name, _external=True)
        # The address may be anybody's, so the question is read on the page, not in the letter.
        body = "\n\n".join([row.answer, tk._("Question and answer are on this page:"), page])
    outbox.send(asdict(Letter(email, subject, body)))
