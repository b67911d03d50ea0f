"""What monitoring does by the clock."""

from __future__ import annotations

from ckan import model

from ckanext.nxopendata.harvest.monitoring import notices


def notify_people() -> list[str]:
    """Notify people of the runs that need them; return the ids of the runs that they were notified of."""
    notified = []
    for run_id in notices.find_news():
        if notices.notify_of(run_id):
            notified.append(run_id)
        model.Session.commit()
    return notified
