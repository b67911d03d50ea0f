"""Whether a source follows the robots.txt of its host: portals always do, catalogues when they are told to."""

from __future__ import annotations

import dataclasses

from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import FetchError, Problem
from ckanext.nxopendata.harvest.fetching.robots import Robots
from ckanext.nxopendata.harvest.formats import Format, Reading
from ckanext.nxopendata.harvest.models import Source

OPTION = "obey_robots"
"""Key of a source's ``options``; without it the option of the site decides."""


def follow(source: Source, form: Format, url: str, reading: Reading) -> None:
    """Read the robots.txt of the source's host: obey it, or tell what it forbids.

    Args:
        source: What is read.
        form: The format that reads it; one that walks through web pages always obeys.
        url: The address of the catalogue.
        reading: Given the rules to obey.

    Raises:
        FetchError: The catalogue may not be read, and robots.txt is obeyed.
    """
    robots = Robots(reading.client)
    obeyed = getattr(form, "walks_pages", False) or source.options.get(OPTION, config.obey_robots()) is True
    allowed = robots.allows(url)
    if not obeyed:
        if not allowed:
            reading.report(Problem("robots_not_followed", "source", position=url, params={"url": url}, refuses=False))
        return
    if not allowed:
        raise FetchError("robots_forbid", url=url)
    reading.robots = robots
    if delay := robots.delay(url):
        limits = reading.client.limits
        rate = limits.requests_per_second
        reading.client.limits = dataclasses.replace(limits, requests_per_second=min(rate or 1 / delay, 1 / delay))
