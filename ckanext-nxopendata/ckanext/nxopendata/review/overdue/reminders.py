"""The daily reminder: one notice, and so one mail, a person, of all that is late; again after growing intervals."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.core.notifications.topics import Params, register_topic
from ckanext.nxopendata.review.overdue import overdue_updates
from ckanext.nxopendata.review.workflow import state_machine
from ckanext.nxopendata.review.workflow.models import Case

TOPIC = "late and overdue"

INTERVALS = (1, 3, 7, 14, 30)
"""Days until the next reminder of the same; the last one again and again. What is new is told the next day."""

NAMED = 3
"""How many titles a reminder names."""


@dataclass(slots=True)
class Work:
    """What is late for one person.

    Attributes:
        reviews: reviews past their deadline.
        updates: datasets whose update is missing, the longest overdue first, as :func:`.overdue_updates.list_overdue`
            gives them.
    """

    reviews: list[Case] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)

    def list_keys(self) -> list[str]:
        """Return what names each matter in the next reminder."""
        return [*(case.id for case in self.reviews), *(dataset["id"] for dataset in self.updates)]


def find_next_step(keys: Collection[str], last: Params | None, days: int) -> int | None:
    """Return the number of a reminder in its row of growing intervals; None when it is not its day.

    Args:
        keys: what is late now.
        last: of the last reminder: ``keys`` and ``step``; None if there was none.
        days: since then.
    """
    if not keys or (last is not None and days == 0):
        return None
    if last is None or not set(keys) <= set(last["keys"]):
        return 0
    step = int(last["step"])
    return min(step + 1, len(INTERVALS) - 1) if days >= INTERVALS[step] else None


def collect(day: dt.date) -> tuple[list[Case], list[dict[str, Any]], dict[str, Work]]:
    """Return the late reviews, the overdue datasets, and what of them is whose, by the id of the person."""
    late = list(model.Session.scalars(sa.select(Case).where(Case.deadline < day).order_by(Case.deadline)))
    overdue = overdue_updates.list_overdue(day)
    work: dict[str, Work] = defaultdict(Work)
    office = roles.people(roles.office_id(), ("admin", "editor"))
    for case in late:
        is_for_office = case.state == state_machine.PUBLISHING
        for person in office if is_for_office else roles.people(case.owner_org, ("admin",)):
            work[person.id].reviews.append(case)
    of_department = {
        owner: roles.people(owner, ("admin", "editor")) for owner in {dataset["owner_org"] for dataset in overdue}
    }
    for dataset in overdue:
        people = {person.id for person in (*of_department[dataset["owner_org"]], *office)}
        for person_id in people:
            work[person_id].updates.append(dataset)
    return late, overdue, work


def remind(day: dt.date) -> tuple[int, int]:
    """Remind everybody who has something late, where it is the day to. Does not commit.

    Returns:
        How many reviews are late, and how many datasets overdue: the numbers that the pages show.
    """
    late, overdue, work = collect(day)
    last = _read_last(work)
    for person_id, matters in work.items():
        told = last.get(person_id)
        days = (day - dt.date.fromisoformat(told["day"])).days if told else 1
        step = find_next_step(matters.list_keys(), told, days)
        if step is not None and (person := model.User.get(person_id)):
            inbox.tell([person], TOPIC, _params(matters, step, day))
    return len(late), len(overdue)


def _read_last(people: Iterable[str]) -> dict[str, Params]:
    query = (
        sa.select(Notice.user_id, Notice.params)
        .where(Notice.topic == TOPIC, Notice.user_id.in_(list(people)))
        .distinct(Notice.user_id)
        .order_by(Notice.user_id, Notice.created.desc(), Notice.id.desc())
    )
    return dict(model.Session.execute(query).tuples().all())


def _params(work: Work, step: int, day: dt.date) -> dict[str, Any]:
    return {
        "reviews": len(work.reviews),
        "review_titles": _name([case.title for case in work.reviews]),
        "updates": len(work.updates),
        "update_titles": _name([dataset["title"] for dataset in work.updates]),
        "since": work.updates[0]["due"] if work.updates else "",
        "keys": work.list_keys(),
        "step": step,
        "day": day.isoformat(),
    }


def _name(titles: Sequence[str]) -> str:
    return "、".join(titles[:NAMED]) + ("……" if len(titles) > NAMED else "")


def _format(params: Params) -> str:
    parts: list[str] = []
    if params["reviews"]:
        parts.append(tk._("{reviews} reviews are past their deadline: {review_titles}").format(**params))
    if params["updates"]:
        text = tk._("{updates} datasets are overdue for an update, the longest since {since}: {update_titles}")
        parts.append(text.format(**params))
    return " ".join(parts)


def _page(params: Params, *, external: bool) -> str:
    return tk.url_for("nx_review.queue", _external=external)


def register_topics() -> None:
    """Make the topic of the daily reminder known."""
    register_topic(TOPIC, _format, _page)
