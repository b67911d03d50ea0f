"""The way to Solr: one kept connection a thread, no more than was asked."""

from __future__ import annotations

import threading
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import requests
from ckan.lib.plugins import get_permission_labels
from ckan.lib.search import query as ckan_query
from ckan.lib.search.common import SolrConnectionError, make_connection
from ckan.lib.search.query import MAGIC_FIELD_RE, QUERY_PARSER_RE, solr_literal
from flask import g, has_request_context

TIME_ALLOWED = "ckanext.nxopendata.search.time_allowed"
_kept = threading.local()


class CannotAnswer(Exception):
    """Solr refused the query: its words are no sentence of the query language."""


class TooManyClauses(CannotAnswer):
    """Solr refused the query: spread over the fields it searches, it is too large."""


TOO_MANY = ("too many nested clauses", "too many boolean clauses", "maxClauseCount")
"""What Solr says of such a query."""


def connection(decode_dates: bool = True) -> pysolr.Solr:
    """CKAN's connection, over this thread's open line instead of a new one for each search."""
    known = make_connection(decode_dates)
    made = _Solr(known.url, decoder=known.decoder, timeout=known.timeout)
    if not hasattr(_kept, "session"):
        _kept.session = _Line(made.url)
    made.session = _kept.session
    return made


class _Solr(pysolr.Solr):
    """A connection that says how long a search may take, and notices when Solr stopped it for that."""

    def search(self, q: str, search_handler: str | None = None, **parameters: Any) -> pysolr.Results:
        parameters.setdefault("timeAllowed", tk.config[TIME_ALLOWED])
        answer = super().search(q, search_handler, **parameters)
        _kept.partial = bool((answer.raw_response.get("responseHeader") or {}).get("partialResults"))
        if _kept.partial and has_request_context():
            g.nx_partial_search = True
        return answer


def last_is_partial() -> bool:
    """Whether the last search of this thread was stopped before it had looked at everything."""
    return getattr(_kept, "partial", False)


def any_is_partial() -> bool:
    """Whether a search of this request was stopped before it had looked at everything."""
    return bool(has_request_context() and g.get("nx_partial_search"))


class _Line(requests.Session):
    """An open line to Solr, at less expense than requests' own: for a search that is a tenth of its time.

    What requests would look up in the environment at every question (proxies, certificates, ``.netrc``) is taken from
    there once, and questions travel in the body: an address is read letter by letter, three times over.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        found = self.merge_environment_settings(url, {}, None, None, None)
        self.proxies, self.verify, self.cert = found["proxies"], found["verify"], found["cert"]
        self.auth = requests.utils.get_netrc_auth(url)
        self.trust_env = False

    def get(self, url: str | bytes, **options: Any) -> requests.Response:
        address, _, question = str(url).partition("?")
        options["headers"] = {**(options.get("headers") or {}), "Content-Type": "application/x-www-form-urlencoded"}
        # A redirect would lose the body: pysolr tells of it instead.
        return self.post(address, **{**options, "data": question, "allow_redirects": False})


def keep_lines_open() -> None:
    """Let CKAN's own searches use the open line too."""
    ckan_query.make_connection = connection


def search(**parameters: Any) -> dict[str, Any]:
    """Ask Solr.

    Returns:
        ``documents``, ``count``, ``facets`` (field -> values and numbers in turn), ``marks``
        (index id -> field -> passages) and ``partial`` (whether Solr stopped before it had looked at everything).

    Raises:
        CannotAnswer: the query cannot be parsed, or tries to leave its parser.
        SolrConnectionError: Solr does not answer.
    """
    q = parameters.get("q", "")
    if MAGIC_FIELD_RE.search(q) or QUERY_PARSER_RE.search(q):
        raise CannotAnswer(q)
    try:
        answer = connection(decode_dates=False).search(**parameters)
    except pysolr.SolrError as error:
        if "Failed to connect" in str(error) or "timed out" in str(error):
            raise SolrConnectionError(str(error)) from error
        refused = TooManyClauses if any(words in str(error) for words in TOO_MANY) else CannotAnswer
        raise refused(q) from error
    return {
        "documents": answer.docs,
        "count": answer.hits,
        "facets": answer.facets.get("facet_fields", {}),
        "marks": answer.highlighting,
        "partial": last_is_partial(),
    }


def visible(user: Any, *, everything: bool = False) -> list[str]:
    """The filters for what this reader (a user, or None) may see: CKAN's own permission labels.

    The public sees public datasets of this site; members of departments also those their labels name, where
    ``ckan.search.default_include_private`` says so. One filter for all, so that Solr keeps one set a reader.

    Args:
        everything: the reader is a sysadmin, whom no label binds.
    """
    own = [f"site_id:{solr_literal(tk.config['ckan.site_id'])}", "state:active", "dataset_type:dataset"]
    labels = ["public"]
    if user is not None:
        labels = list(get_permission_labels().get_user_dataset_labels(user))
    if not tk.config["ckan.search.default_include_private"] or (labels == ["public"] and not everything):
        own.append("capacity:public")
    if not everything:
        own.append(f"permission_labels:({' OR '.join(solr_literal(label) for label in labels)})")
    return [" AND ".join(own)]
