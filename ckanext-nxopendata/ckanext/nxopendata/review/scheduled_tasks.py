"""What the review does by the clock."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review.overdue import reminders
from ckanext.nxopendata.review.workflow import jobs


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
        How many reviews are late, and how many datasets are overdue.
    """
    numbers = reminders.remind(today())
    model.Session.commit()
    return numbers
