"""What the clock does for reuses: their addresses are looked at once a month."""

from __future__ import annotations

import ckan.model as model

from ckanext.nxopendata.cases.reuses import link_checks
from ckanext.nxopendata.core.scheduler import schedule


def schedule_tasks() -> None:
    """Look at the addresses on the second day of each month, in the night."""
    schedule("40 3 2 * *", "reuse links monthly", run_monthly)


def run_monthly() -> int:
    """Look at the address of each reuse that is shown; return how many were looked at."""
    addresses = link_checks.list_addresses()
    model.Session.commit()  # no transaction lies open while a server thinks
    with link_checks.open_session() as session:
        for case_id, address in addresses:
            link_checks.record(case_id, link_checks.ask(session, address))
            model.Session.commit()
    return len(addresses)
