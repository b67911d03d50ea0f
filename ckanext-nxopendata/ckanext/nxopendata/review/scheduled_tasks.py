"""What the review does by the clock."""

from __future__ import annotations

import datetime as dt

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.core.timezone import today, utc_now
from ckanext.nxopendata.review.overdue import overdue_updates
from ckanext.nxopendata.review.workflow import jobs, notices, state_machine
from ckanext.nxopendata.review.workflow.models import Case

NOT_AGAIN_WITHIN = dt.timedelta(hours=12)
"""A round that failed on its way is made again on the same day: nobody is told twice of one late review."""


def schedule_tasks() -> None:
    """Publish on time, and remind once a day."""
    schedule("*/5 * * * *", "review release", release)
    schedule("0 8 * * *", "review daily", remind)


def release() -> list[str]:
    """Publish what was approved for a time that has come; return the ids of the cases."""
    name = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    user = model.User.get(name)
    return jobs.release_due(user) if user else []


def remind() -> tuple[int, int]:
    """Remind of late reviews and of overdue updates. Commits.

    Returns:
        How many reviews are late, and how many datasets have become overdue.
    """
    day = today()
    late = list(model.Session.scalars(sa.select(Case).where(Case.deadline < day)))
    recent = sa.select(Notice.params["case"].astext).where(
        Notice.topic == notices.LATE, Notice.created > utc_now() - NOT_AGAIN_WITHIN
    )
    told = set(model.Session.scalars(recent))
    for case in late:
        if case.id in told:
            continue
        office = case.state == state_machine.PUBLISHING
        people = (
            roles.people(roles.office_id(), ("admin", "editor")) if office else roles.people(case.owner_org, ("admin",))
        )
        inbox.tell(people, notices.LATE, {"title": case.title, "case": case.id, "day": str(case.deadline)})
    overdue = overdue_updates.list_newly_overdue(day)
    for dataset in overdue:
        people = roles.people(dataset["owner_org"], ("admin", "editor"))
        people += roles.people(roles.office_id(), ("admin", "editor"))
        params = {"title": dataset["title"], "dataset": dataset["name"], "day": dataset["due"]}
        inbox.tell({person.id: person for person in people}.values(), notices.OVERDUE, params)
    model.Session.commit()
    return len(late), len(overdue)
