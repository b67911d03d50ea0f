"""Outages of our own services that pass by themselves: the work waits for them instead of failing."""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Callable
from typing import TypeVar

import pysolr
import redis.exceptions
import requests.exceptions
import sqlalchemy.exc
from ckan import model
from ckan.lib.search import SearchError, SearchIndexError
from ckan.lib.search.common import SolrConnectionError

from ckanext.nxopendata.harvest.errors import HarvestError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LONGEST_PAUSE = 10.0
"""Seconds between two attempts."""

PASSING_STATES = ("08", "40", "53", "57")
"""Classes of SQLSTATE that another attempt may not meet: connection, rollback, resources, shutdown."""


def outage(error: BaseException) -> str | None:
    """The code of the outage that ``error`` is, None when trying again would not help."""
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        state = getattr(error.orig, "pgcode", None)
        lost = error.connection_invalidated or (isinstance(error, sqlalchemy.exc.OperationalError) and not state)
        return "database_unreachable" if lost or (state or "").startswith(PASSING_STATES) else None
    if isinstance(error, sqlalchemy.exc.TimeoutError):
        return "database_unreachable"
    if isinstance(error, (pysolr.SolrError, SearchError, SearchIndexError, SolrConnectionError)):
        return None if rejected(error) else "index_unreachable"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "index_unreachable"
    return "queue_unreachable" if isinstance(error, redis.exceptions.ConnectionError) else None


def rejected(error: Exception) -> bool:
    """Whether Solr answered that it does not take a document, as opposed to not answering."""
    return bool(re.search(r"HTTP 4\d\d", str(error)))


def persistently(work: Callable[[], Result], patience: float, meanwhile: Callable[[], None] = lambda: None) -> Result:
    """Do ``work``; when a service does not answer, try again for ``patience`` seconds.

    :param work: may be repeated, from its beginning
    :param meanwhile: called between the attempts
    :raises HarvestError: the service did not come back in time
    """
    began, pause = time.monotonic(), 0.5
    while True:
        try:
            return work()
        except Exception as error:
            code = outage(error)
            if code is None:
                raise
            with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
                model.Session.rollback()
            if time.monotonic() - began > patience:
                raise HarvestError(code) from error
            log.warning("%s; trying again: %s", code, type(error).__name__)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
        meanwhile()
