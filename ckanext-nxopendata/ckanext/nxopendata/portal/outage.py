"""What readers and monitors are told while PostgreSQL or Solr does not answer.

A page that needs nothing of the service is made as ever. One that does is answered with 503: from the page cache with
a note, if a copy of the present state of the site is there; else with a page that says so, asks nobody, and gives what
was typed into a form back, so that one press of a button sends it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib.search import SearchError, SearchIndexError
from ckan.lib.search.common import SolrConnectionError, make_connection
from flask import Flask, Response, current_app, jsonify, request
from jinja2 import Environment, select_autoescape
from redis import RedisError
from sqlalchemy.exc import DBAPIError, OperationalError

from ckanext.nxopendata.core.caching import page_cache
from ckanext.nxopendata.core.language import zh_or_en
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.solr_connection import is_outage

log = logging.getLogger(__name__)

RETRY_AFTER = 20
"""Seconds after which a service that was started again answers."""

BEARS_OUTAGE = frozenset({"nx_metrics.figures", "nx_portal.health"})
"""Views that tell which service fails: what CKAN asks the database before each view must not keep them from it."""

SECRET = ("password", "token", "secret")
"""Parts of the names of fields that are not sent back."""

PAGE = resources.files("ckanext.nxopendata.portal") / "templates" / "nx" / "outage.html"


def install(app: Flask) -> None:
    """Answer for services that fall, on every page of an application."""
    app.register_error_handler(DBAPIError, _database_failed)
    for kind in (SolrConnectionError, SearchError, SearchIndexError, pysolr.SolrError):
        app.register_error_handler(kind, _search_failed)


def _database_failed(error: DBAPIError) -> Any:
    if not _is_disconnect(error):
        raise error
    model.Session.remove()
    log.error("PostgreSQL does not answer: %s", str(error.orig).strip())
    if request.endpoint in BEARS_OUTAGE:
        return current_app.ensure_sync(current_app.view_functions[request.endpoint])(**(request.view_args or {}))
    kept = page_cache.look_up_in_outage()
    if kept is not None:
        note = tk._("The site is being repaired: you are reading a copy that was kept, and cannot search or save now.")
        banner = f'<p role="status" class="nx-outage">{note}</p>'.encode()
        return _plain(kept.replace(b'<main id="content"', banner + b'<main id="content"', 1), 200)
    return _answer(tk._("The database does not answer at the moment."))


def _search_failed(error: Exception) -> Any:
    if not isinstance(error, SolrConnectionError) and not is_outage(error):
        raise error
    log.error("Solr does not answer: %s", error)
    return _answer(tk._("The search does not answer at the moment. Please try again in a minute."))


def _is_disconnect(error: DBAPIError) -> bool:
    """Return whether PostgreSQL cannot be reached, or is going down or coming up, rather than refuses a statement."""
    text = str(error.orig)
    signs = ("connection", "server closed", "starting up", "shutting down", "terminating", "recovery mode")
    return error.connection_invalidated or (isinstance(error, OperationalError) and any(s in text for s in signs))


def _answer(reason: str) -> Response:
    if request.path.startswith("/api/"):
        answer = jsonify(success=False, error={"__type": "Service Unavailable", "message": reason})
        answer.status_code, answer.headers["Retry-After"] = 503, str(RETRY_AFTER)
        return answer
    environment = Environment(autoescape=select_autoescape(default=True, default_for_string=True))
    page = environment.from_string(PAGE.read_text(encoding="utf-8"))
    text = page.render(
        _=tk._,
        language="zh-Hans" if zh_or_en() == "zh" else "en",
        reason=reason,
        address=request.full_path if request.query_string else request.path,
        fields=list(_typed()),
        is_form=request.method == "POST",
        has_files=any(file.filename for file in request.files.values()) if request.method == "POST" else False,
    )
    return _plain(text.encode(), 503)


def _typed() -> Iterator[tuple[str, str]]:
    """Yield the fields of the form that was sent, but passwords."""
    if request.method != "POST":
        return
    for name, value in request.form.items(multi=True):
        if not any(part in name.lower() for part in SECRET) or name == tk.config["WTF_CSRF_FIELD_NAME"]:
            yield name, value


def _plain(body: bytes, status: int) -> Response:
    answer = Response(body, status, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


# Health


def health() -> Response:
    """Tell whether each service answers, for monitoring; 503 when one does not."""
    up = {name: _answers(ask) for name, ask in SERVICES.items()}
    answer = jsonify(status="ok" if all(up.values()) else "failing", services=up)
    answer.status_code = 200 if all(up.values()) else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ask_database() -> None:
    with model.ensure_engine().connect() as connection:
        connection.execute(sa.text("SELECT 1"))


SERVICES: dict[str, Callable[[], Any]] = {
    "postgresql": _ask_database,
    "redis": lambda: client().ping(),
    "solr": lambda: make_connection().search("*:*", rows=0),
}


def _answers(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except (DBAPIError, RedisError, pysolr.SolrError, OSError):
        return False
    return True
