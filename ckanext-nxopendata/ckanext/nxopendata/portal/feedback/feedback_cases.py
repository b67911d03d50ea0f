"""What readers write as cases: each message has one of the same id, with its time limit and its history.

The case says where a message stands; the row of the message holds what the case does not: the address for the answer.
Without the room of the cases messages are answered as they stand.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.core.timezone import to_china, utc_now
from ckanext.nxopendata.portal.feedback import feedback_store
from ckanext.nxopendata.portal.models import Feedback

KIND = "message"

STATES = {
    "answer": feedback_store.PUBLIC,
    "publish": feedback_store.PUBLIC,
    "refuse": feedback_store.REFUSED,
    "withdraw": feedback_store.REFUSED,
}
"""Step of the case -> state of the message after it."""


def is_on() -> bool:
    """Return whether the site has cases."""
    return p.plugin_loaded("nxopendata_cases")


def begin(row: Feedback, user_id: str = "") -> None:
    """Begin the case of a message, on the day on which it was written; once. The caller commits."""
    answers = {"topic": row.kind, "text": row.text, "signed": row.name}
    written = to_china(row.created or utc_now()).date()
    data = {
        "id": row.id,
        "kind": KIND,
        "dataset": row.dataset_id,
        "applicant": user_id,
        "received": written.isoformat(),
        "answers": {name: value for name, value in answers.items() if value},
    }
    tk.get_action("nx_case_begin")(_context(""), data)


def decide(row: Feedback, state: str, answer: str, user: model.User | None) -> None:
    """Take the step of the case that the decision on a message means. The caller commits."""
    name = user.name if user else ""
    begin(row)
    case = tk.get_action("nx_case_show")(_context(name), {"id": row.id})
    step = "refuse" if state == feedback_store.REFUSED else "answer" if answer.strip() else "publish"
    data = {"id": row.id, "version": case["version"], "action": step, "opinion": answer}
    tk.get_action("nx_case_advance")(_context(name), data)


def follow(case_id: str, action: str, opinion: str, user_id: str) -> None:
    """Do to a message what a step of its case says. The caller commits."""
    row = model.Session.get(Feedback, case_id)
    if row is not None and action in STATES:
        feedback_store.decide(row, STATES[action], opinion if action != "withdraw" else "", user_id)


def _context(user: str) -> Any:
    return {"user": user, "ignore_auth": True, "defer_commit": True}
