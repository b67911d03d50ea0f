"""Connections to Solr that stay open: one a thread, instead of one for each search."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import requests
from ckan.lib.search.common import make_connection
from flask import g, has_request_context

from ckanext.nxopendata.core.caching import page_cache
from ckanext.nxopendata.core.search_fallback import database, pending
from ckanext.nxopendata.core.search_fallback.filters import UnsupportedFilterError

TIME_ALLOWED = "ckanext.nxopendata.search.time_allowed"
_thread = threading.local()

Adjust = Callable[[str, dict[str, Any]], None]
adjustments: dict[str, Adjust] = {}
"""Name -> what a room does to the parameters of every search, given its words."""


def connect(decode_dates: bool = True) -> pysolr.Solr:
    """Return CKAN's connection, which sends over the open session of this thread and bounds the time of a search."""
    known = make_connection(decode_dates)
    connection = BoundedSolr(known.url, decoder=known.decoder, timeout=known.timeout)
    if not hasattr(_thread, "session"):
        _thread.session = PersistentSession(connection.url)
    connection.session = _thread.session
    return connection


class BoundedSolr(pysolr.Solr):
    """A connection that says how long a search may take, and notices when Solr stopped it for that."""

    def search(self, q: str, search_handler: str | None = None, **parameters: Any) -> pysolr.Results:
        if time_allowed := tk.config.get(TIME_ALLOWED):
            parameters.setdefault("timeAllowed", time_allowed)
        for adjust in adjustments.values():
            adjust(str(q), parameters)
        try:
            answer = super().search(q, search_handler, **parameters)
        except pysolr.SolrError as error:
            if not is_outage(error):
                raise
            answer = self._from_database(str(q), parameters, error)
        _thread.partial = bool((answer.raw_response.get("responseHeader") or {}).get("partialResults"))
        if _thread.partial and has_request_context():
            g.nx_partial_search = True
            page_cache.do_not_store()
        return answer

    def _from_database(self, q: str, parameters: dict[str, Any], error: pysolr.SolrError) -> pysolr.Results:
        try:
            answer = database.search(q, parameters)
        except UnsupportedFilterError:
            raise error from None
        page_cache.do_not_store()
        return answer


class DeferringSolr(pysolr.Solr):
    """A connection that has what a reader saves indexed later when Solr does not answer; the database has it."""

    def add(self, docs: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return super().add(docs, *arguments, **options)
        except pysolr.SolrError as error:
            self._defer([document["id"] for document in docs], error)

    def delete(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().delete(*arguments, **options)
        except pysolr.SolrError as error:
            self._defer(DELETED.findall(options.get("q") or ""), error)

    def _defer(self, package_ids: list[str], error: pysolr.SolrError) -> None:
        if not package_ids or not is_outage(error) or not has_request_context():
            raise error
        pending.remember(package_ids)


DELETED = re.compile(r'\+\(id:"([^"]+)"')
"""The dataset that CKAN asks Solr to remove."""


def connect_for_indexing(decode_dates: bool = True) -> pysolr.Solr:
    """Return CKAN's connection, which defers what cannot be indexed now."""
    known = make_connection(decode_dates)
    return DeferringSolr(known.url, decoder=known.decoder, timeout=known.timeout)


def is_outage(error: Exception) -> bool:
    """Return whether Solr did not answer, rather than refuse."""
    return any(sign in str(error) for sign in ("Failed to connect", "timed out", "503"))


def last_is_partial() -> bool:
    """Return whether the last search of this thread was stopped before it had looked at everything."""
    return getattr(_thread, "partial", False)


def any_is_partial() -> bool:
    """Return whether a search of this request was stopped before it had looked at everything."""
    return bool(has_request_context() and g.get("nx_partial_search"))


class PersistentSession(requests.Session):
    """An open session with Solr, at less expense than requests' own: for a search that is a tenth of its time.

    What requests would look up in the environment at every request (proxies, certificates, ``.netrc``) is read once,
    and queries travel in the body: an address is read letter by letter, three times over.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        found = self.merge_environment_settings(url, {}, None, None, None)
        self.proxies, self.verify, self.cert = found["proxies"], found["verify"], found["cert"]
        self.auth = requests.utils.get_netrc_auth(url)
        self.trust_env = False

    def get(self, url: str | bytes, **options: Any) -> requests.Response:
        address, _, query = str(url).partition("?")
        options["headers"] = {**(options.get("headers") or {}), "Content-Type": "application/x-www-form-urlencoded"}
        # A redirect would lose the body: pysolr tells of it instead.
        return self.post(address, **{**options, "data": query, "allow_redirects": False})
