"""Wait for our own services during an outage that passes by itself, instead of failing."""

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
import tenacity
from ckan import model
from ckan.lib.search import SearchError, SearchIndexError
from ckan.lib.search.common import SolrConnectionError

from ckanext.nxopendata.harvest.errors import ServiceUnreachableError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds between two attempts; each pause is twice the one before."""

PASSING_STATES = ("08", "40", "53", "57")
"""Classes of SQLSTATE that another attempt may not meet: connection, rollback, resources, shutdown."""


def outage_code(error: BaseException) -> str | None:
    """Return the code of the outage that ``error`` is; None when trying again would not help."""
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        state = getattr(error.orig, "pgcode", None)
        lost = error.connection_invalidated or (isinstance(error, sqlalchemy.exc.OperationalError) and not state)
        return "database_unreachable" if lost or (state or "").startswith(PASSING_STATES) else None
    if isinstance(error, sqlalchemy.exc.TimeoutError):
        return "database_unreachable"
    if isinstance(error, (pysolr.SolrError, SearchError, SearchIndexError, SolrConnectionError)):
        return None if is_rejection(error) else "index_unreachable"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "index_unreachable"
    return "queue_unreachable" if isinstance(error, redis.exceptions.ConnectionError) else None


def is_rejection(error: Exception) -> bool:
    """Tell whether Solr answered that it does not take a document, as opposed to not answering."""
    return bool(re.search(r"HTTP 4\d\d", str(error)))


def retry_on_outage(work: Callable[[], Result], patience: float, renew: Callable[[], object] = lambda: None) -> Result:
    """Do ``work``; when a service does not answer, try again for ``patience`` seconds.

    Args:
        work: May be repeated from its beginning.
        patience: Seconds after which it is not tried again.
        renew: Called after each pause, to keep a lock.

    Raises:
        ServiceUnreachableError: The service did not come back in time.
    """

    def pause(seconds: float) -> None:
        time.sleep(seconds)
        renew()

    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: outage_code(error) is not None),
        stop=tenacity.stop_after_delay(patience),
        wait=tenacity.wait_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE),
        after=_roll_back,
        before_sleep=_log_outage,
        sleep=pause,
        reraise=True,
    )
    try:
        return attempts(work)
    except Exception as error:
        if (code := outage_code(error)) is None:
            raise
        raise ServiceUnreachableError(code) from error


def _roll_back(_state: tenacity.RetryCallState) -> None:
    with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
        model.Session.rollback()


def _log_outage(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    if error:
        log.warning("%s; trying again: %s", outage_code(error), type(error).__name__)
