"""Searches in Solr that ask for no more than is needed."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
from ckan.lib.plugins import get_permission_labels
from ckan.lib.search.common import SolrConnectionError
from ckan.lib.search.query import MAGIC_FIELD_RE, QUERY_PARSER_RE, solr_literal

from ckanext.nxopendata.core import solr_connection
from ckanext.nxopendata.core.solr_connection import connect


class InvalidQueryError(Exception):
    """Solr refused the query: its words are no sentence of the query language."""


class TooManyClausesError(InvalidQueryError):
    """Solr refused the query: spread over the fields it searches, it is too large."""


TOO_MANY = ("too many nested clauses", "too many boolean clauses", "maxClauseCount")
"""What Solr says of such a query."""


def search(**parameters: Any) -> dict[str, Any]:
    """Ask Solr.

    Returns:
        ``documents``, ``count``, ``facets`` (field -> values and numbers in turn), ``marks``
        (index id -> field -> passages) and ``partial`` (whether Solr stopped before it had looked at everything).

    Raises:
        InvalidQueryError: the query cannot be parsed, or tries to leave its parser.
        SolrConnectionError: Solr does not answer.
    """
    q = parameters.get("q", "")
    if MAGIC_FIELD_RE.search(q) or QUERY_PARSER_RE.search(q):
        raise InvalidQueryError(q)
    try:
        answer = connect(decode_dates=False).search(**parameters)
    except pysolr.SolrError as error:
        if "Failed to connect" in str(error) or "timed out" in str(error):
            raise SolrConnectionError(str(error)) from error
        refused = TooManyClausesError if any(words in str(error) for words in TOO_MANY) else InvalidQueryError
        raise refused(q) from error
    return {
        "documents": answer.docs,
        "count": answer.hits,
        "facets": answer.facets.get("facet_fields", {}),
        "marks": answer.highlighting,
        "partial": solr_connection.last_is_partial(),
    }


def visibility_filters(user: Any, *, everything: bool = False) -> list[str]:
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
