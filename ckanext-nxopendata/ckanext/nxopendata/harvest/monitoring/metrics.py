"""Figures for Prometheus: of the harvest, and of the portal as a whole.

They are read from the database, Redis and Solr when they are asked for, so that any process of any number may answer
and the answer is the same.
"""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
import logging
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs
from ckan.lib.search.common import make_connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from ckanext.nxopendata.core.metrics import READERS
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.harvest.models import KnownRecord, Run, Source
from ckanext.nxopendata.harvest.monitoring import health
from ckanext.nxopendata.harvest.withdrawal import marker

log = logging.getLogger(__name__)

TYPE = "text/plain; version=0.0.4; charset=utf-8"
PUBLIC = f"+capacity:public +state:active +dataset_type:dataset -{marker.FIELD}:[* TO *]"
VERDICTS = ("failing", "waiting", "stale", "new", "good", "paused")


def is_allowed(authorization: str, address: str, forwarded: bool, token: str, networks: Iterable[str]) -> bool:
    """Tell whether the figures may be given to who asks.

    Args:
        authorization: The header of the request.
        address: Of the peer.
        forwarded: The request came through a proxy, so that the address is the proxy's.
        token: What opens the figures; "" for none.
        networks: From where no token is needed.
    """
    if token and hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return True
    if forwarded:
        return False
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(peer in ipaddress.ip_network(network, strict=False) for network in networks)


def render() -> bytes:
    """Return all figures in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())  # pyright: ignore[reportArgumentType]  a collector is whatever collects
    return generate_latest(registry)


class _Figures:
    """Each group by itself: one that cannot be had does not take the others along."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("nx_service_up", "1 when the service answers.", labels=["service"])
        groups = {"postgresql": (_sources, _runs, _portal), "redis": (_queue,), "solr": (_index,)}
        for service, own in groups.items():
            readers = (*own, *(reader for reader, read_from in READERS.items() if read_from == service))
            try:
                metrics = [metric for read in readers for metric in read()]
            except Exception:
                log.exception("no figures of %s", service)
                model.Session.rollback()
                metrics = []
            up.add_metric([service], float(bool(metrics)))
            yield from metrics
        yield up


def _seconds(moment: dt.datetime | None) -> float:
    return moment.replace(tzinfo=dt.UTC).timestamp() if moment else 0.0


def _sources() -> list[Metric]:
    ids = list(model.Session.scalars(sa.select(Source.id).where(Source.state != "deleted")))
    success = GaugeMetricFamily(
        "nx_harvest_last_success_timestamp_seconds",
        "When a run of the source last came to its end; 0 for never.",
        labels=["source"],
    )
    verdict = GaugeMetricFamily(
        "nx_harvest_source_health", "1 for the health the source is in.", labels=["source", "health"]
    )
    datasets = GaugeMetricFamily("nx_harvest_datasets", "Datasets of the source.", labels=["source", "state"])
    duration = GaugeMetricFamily("nx_harvest_last_run_seconds", "How long the last run took.", labels=["source"])
    refused = GaugeMetricFamily("nx_harvest_last_run_refused", "Records the last run refused.", labels=["source"])
    for source in health.list_health(ids):
        success.add_metric([source.name], _seconds(source.last_success))
        for name in VERDICTS:
            verdict.add_metric([source.name, name], float(source.verdict == name))
        datasets.add_metric([source.name, "present"], source.present)
        datasets.add_metric([source.name, "withdrawn"], source.withdrawn)
        if source.trend:
            duration.add_metric([source.name], source.trend[-1]["seconds"])
            refused.add_metric([source.name], source.trend[-1]["refused"])
    return [success, verdict, datasets, duration, refused]


def _runs() -> list[Metric]:
    runs = GaugeMetricFamily("nx_harvest_runs", "Runs by state, of all time.", labels=["state"])
    for state, number in model.Session.execute(sa.select(Run.state, sa.func.count()).group_by(Run.state)):
        runs.add_metric([state], number)
    known = GaugeMetricFamily("nx_harvest_records", "Records of sources by state.", labels=["state"])
    query = sa.select(KnownRecord.state, sa.func.count()).group_by(KnownRecord.state)
    for state, number in model.Session.execute(query):
        known.add_metric([state], number)
    return [runs, known]


def _portal() -> list[Metric]:
    is_public = (
        model.Package.state == "active",
        model.Package.private.is_(False),
        model.Package.type == "dataset",
        sa.not_(sa.func.jsonb_exists(model.Package.extras, marker.FIELD)),
    )
    public = sa.select(sa.func.count()).select_from(model.Package).where(*is_public)
    files = (
        sa.select(sa.func.count())
        .select_from(model.Resource)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(model.Resource.state == "active", *is_public)
    )
    departments = sa.select(sa.func.count()).where(model.Group.is_organization.is_(True), model.Group.state == "active")
    users = sa.select(sa.func.count()).where(model.User.state == "active")
    size = sa.select(sa.func.pg_database_size(sa.func.current_database()))
    figures = (
        ("nx_datasets_public", "Public datasets.", public),
        ("nx_files_public", "Files of public datasets.", files),
        ("nx_departments", "Departments.", departments),
        ("nx_users", "Active users.", users),
        ("nx_database_bytes", "Size of the database.", size),
    )
    return [GaugeMetricFamily(name, text, value=model.Session.scalar(query) or 0) for name, text, query in figures]


def _queue() -> list[Metric]:
    connection = client()
    lengths = GaugeMetricFamily("nx_jobs", "Background jobs.", labels=["queue", "state"])
    workers = GaugeMetricFamily("nx_job_workers", "Workers of the queue.", labels=["queue"])
    from rq import Worker

    for queue in [jobs.get_queue(), *jobs.get_all_queues()]:
        name = jobs.remove_queue_name_prefix(queue.name)
        if any(sample.labels["queue"] == name for sample in workers.samples):
            continue
        states = {
            "waiting": queue.count,
            "running": queue.started_job_registry.count,
            "scheduled": queue.scheduled_job_registry.count,
            "failed": queue.failed_job_registry.count,
        }
        for state, number in states.items():
            lengths.add_metric([name, state], number)
        workers.add_metric([name], Worker.count(queue=queue))
    memory = connection.info("memory")["used_memory"]
    return [lengths, workers, GaugeMetricFamily("nx_redis_bytes", "Memory of Redis.", value=memory)]


def _index() -> list[Metric]:
    answer = make_connection().search("+entity_type:package", rows=0, fq=PUBLIC)
    return [GaugeMetricFamily("nx_index_public", "Public datasets in the search index.", value=answer.hits)]
