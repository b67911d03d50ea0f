"""Figures for Prometheus that rooms add to those of the page ``/metrics``."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client.core import Metric

Reader = Callable[[], list[Metric]]

READERS: dict[Reader, str] = {}
"""What reads figures -> the service that it reads them from: ``postgresql``, ``redis`` or ``solr``."""


def register_reader(service: str, reader: Reader) -> None:
    """Add figures to the page.

    Args:
        service: What the figures are read from; without it there are none.
        reader: Called for each request of the page.
    """
    READERS[reader] = service
