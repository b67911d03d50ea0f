"""The page of the sources' health, and the figures for Prometheus."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.monitoring import health, metrics
from ckanext.nxopendata.harvest.views import nx_harvest

nx_metrics = Blueprint("nx_metrics", __name__)

FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-Ip",
)
"""Headers one of which a proxy adds; a request without any came from its peer itself."""


@nx_harvest.route("/health")
def health_page() -> str:
    """How every source fares."""
    sources = act("nx_harvest_source_list")
    return tk.render("nx_harvest/health.html", {"rows": health.list_health([source["id"] for source in sources])})


@nx_metrics.route("/metrics")
def figures() -> Response:
    """Figures for Prometheus, for those who have the token or ask from an allowed address."""
    request = tk.request
    forwarded = any(name in request.headers for name in FORWARDED)
    if not metrics.is_allowed(
        request.headers.get("Authorization", ""),
        request.environ.get("REMOTE_ADDR", ""),
        forwarded,
        config.metrics_token(),
        config.metrics_networks(),
    ):
        return Response("403\n", status=403, content_type="text/plain")
    return Response(metrics.render(), content_type=metrics.TYPE, headers={"Cache-Control": "no-store"})
