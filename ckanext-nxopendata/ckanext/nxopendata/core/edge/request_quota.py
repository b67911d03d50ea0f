"""How many calls and large downloads one reader may ask for within an hour; who asks for more waits (RFC 6585, 4).

Who is signed in is counted by account, everybody else by address. Answers that the page cache gives are free. Each
answer that was counted says in its headers what is left (:func:`core.rate_limit.add_headers`).
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Flask, Response, abort, g, jsonify, request
from redis.exceptions import RedisError

from ckanext.nxopendata.core.rate_limit import Limit, describe_wait

CALLED = frozenset({"api.action", "nx_mcp.endpoint"})
"""Views that programs call."""

LARGE = frozenset(
    {
        "datastore.dump",
        "nx_licence.basket_download",
        "nx_results.file",
        "nx_tables.download",
    }
)
"""Views that make a whole file for one reader: a table, the results of a search, a bundle."""

CALLS, DOWNLOADS = "ckanext.nxopendata.limits.calls_per_hour", "ckanext.nxopendata.limits.downloads_per_hour"
"""Options: the numbers of an hour; 0 counts nothing."""


def install(app: Flask) -> None:
    """Have an application count its requests, after all that is checked before a view. Idempotent."""
    if "nx_quota" not in app.extensions:
        app.extensions["nx_quota"] = True
        app.before_request(check_quota)


def check_quota() -> Response | None:
    """Count a request; refuse it with 429 when its reader asked for too many."""
    option, what = (CALLS, "calls") if request.endpoint in CALLED else (DOWNLOADS, "downloads")
    most = tk.config.get(option, 0)
    if not most or request.endpoint not in CALLED | LARGE or g.get("nx_is_counted"):
        return None
    g.nx_is_counted = True
    try:
        seconds = Limit(what, most).count_reader()
    except RedisError:  # nobody is refused because nothing can be counted
        return None
    return _refuse(seconds) if seconds else None


def _refuse(seconds: int) -> Response:
    text = describe_wait(seconds)
    if request.endpoint not in CALLED:
        return abort(429, text)
    response = jsonify(success=False, error={"__type": "Too Many Requests", "message": text})
    response.status_code = 429
    return response
