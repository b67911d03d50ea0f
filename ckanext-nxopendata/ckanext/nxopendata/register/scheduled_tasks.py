"""What the register does by the clock."""

from __future__ import annotations

from ckan import model

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register.audit import findings
from ckanext.nxopendata.register.ledger import facts
from ckanext.nxopendata.register.reports import collection


def schedule_tasks() -> None:
    """Ask for reports and remind once a day; count what the reports will tell at the end of each day."""
    schedule("10 8 * * *", "register remind", remind)
    schedule("10 7 * * *", "register facts", follow_facts)
    schedule("40 23 * * *", "register figures", keep_figures)


def remind() -> tuple[dict[str, int], int]:
    """Ask for the reports that have come due, and remind who is due or late. Commits.

    Returns:
        How many reports were ``asked`` for and ``reminded`` of, and how many replies were reminded of.
    """
    counts = collection.remind(today()), findings.remind(today())
    model.Session.commit()
    return counts


def keep_figures() -> int:
    """Keep what the register knows of every unit today, for the reports of this month. Commits."""
    count = collection.keep_figures(today())
    model.Session.commit()
    return count


def follow_facts() -> dict[str, int]:
    """Have the state of the plan's tasks follow what the register knows. Commits.

    Returns:
        How many tasks were ``done`` and ``opened``.
    """
    counts = facts.follow(today())
    model.Session.commit()
    return counts
