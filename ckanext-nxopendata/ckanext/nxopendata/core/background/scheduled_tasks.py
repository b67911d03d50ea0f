"""What the floor does by the clock."""

from __future__ import annotations

from prometheus_client.core import GaugeMetricFamily, Metric

from ckanext.nxopendata.core import scheduler
from ckanext.nxopendata.core.metrics import register_reader
from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.search_fallback import pending


def schedule_tasks() -> None:
    """Have what was saved in an outage of Solr indexed and letters sent that are due; offer figures of both."""
    register_reader("redis", _figures)
    scheduler.schedule(scheduler.EVERY_TICK, "search pending", pending.index_pending)
    scheduler.schedule(scheduler.EVERY_TICK, "mail", outbox.deliver_due)


def _figures() -> list[Metric]:
    letters = GaugeMetricFamily("nx_mails", "Letters: sent, waiting after a failure, given up.", labels=["state"])
    for state, number in outbox.count().items():
        letters.add_metric([state], number)
    text = "Datasets saved while Solr was down, still to be indexed."
    return [letters, GaugeMetricFamily("nx_index_pending", text, value=pending.count())]
