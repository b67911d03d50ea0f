"""Figures of the change feed and the webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from prometheus_client.core import GaugeMetricFamily, Metric

from ckanext.nxopendata.changes.feed import change_feed
from ckanext.nxopendata.changes.webhooks.models import Delivery, Webhook


def read_figures() -> list[Metric]:
    """Read the place that the feed has come to, and count webhooks and deliveries by state."""
    place = change_feed.find_newest()
    newest = GaugeMetricFamily("nx_changes_newest", "The last place of the change feed.", value=place)
    hooks = GaugeMetricFamily("nx_webhooks", "Webhooks by state.", labels=["state"])
    for state, number in model.Session.execute(sa.select(Webhook.state, sa.func.count()).group_by(Webhook.state)):
        hooks.add_metric([state], number)
    deliveries = GaugeMetricFamily("nx_webhook_deliveries", "Kept deliveries by state.", labels=["state"])
    for state, number in model.Session.execute(sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)):
        deliveries.add_metric([state], number)
    return [newest, hooks, deliveries]
