"""What the exchange does by the clock."""

from __future__ import annotations

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.exchange import models
from ckanext.nxopendata.exchange.dcat import catalogue_endpoint


def schedule_tasks() -> None:
    """Clear away the files of old imports, and make the pages of the RDF catalogue, once a day."""
    schedule("40 3 * * *", "catalogue imports", models.tidy)
    schedule("40 4 * * *", "catalogue pages", catalogue_endpoint.prepare)
