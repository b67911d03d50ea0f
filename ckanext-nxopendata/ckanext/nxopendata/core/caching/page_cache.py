"""Pages and answers that anonymous readers get, kept as they were made, and answered with 304 to who has them.

Only what is the same for every reader without a name is kept: the page must have asked nothing of the session but the
token against forged forms, which is put in anew for each reader. What is kept is forgotten with the first change
(see ``cache``). Of addresses without number, most of which nobody asks for twice, a page is kept when it is asked for
the second time.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, g, request, session
from flask_wtf.csrf import generate_csrf

from ckanext.nxopendata.core.caching import cache
from ckanext.nxopendata.search import solr

kept_pages = Blueprint("nx_kept_pages", __name__)

KEPT = frozenset(
    {
        "nx_portal.home",
        "nx_portal.developers",
        "nx_portal.statistics",
        "nx_portal.help",
        "nx_portal.terms",
        "nx_portal.privacy",
        "nx_portal.accessibility",
        "dataset.search",
        "dataset.read",
        "organization.index",
        "organization.read",
        "home.about",
    }
)
"""Views whose pages are kept. A view that shows what one reader did stays out."""

ACTIONS = frozenset({"nx_search_correct", "nx_search_find", "nx_search_suggest", "package_search"})
"""Actions whose answers to GET requests are kept."""

HTML, JSON = "text/html; charset=utf-8", "application/json;charset=utf-8"

TOKEN = b"\xee\x80\x80nx-token\xee\x80\x81"
"""Stands in a kept page where the token of its reader goes: between characters of private use."""

COUNTLESS = frozenset({"api.action", "dataset.search", "dataset.read"})
"""Views with an address for every search and dataset; so is every address with a question mark. Who walks through
them all leaves no pages in Redis."""

_asked_before: set[str] = set()
MOST_REMEMBERED = 20_000
"""Addresses that a process remembers to have been asked for."""

LARGEST = 1_000_000
HARMLESS = frozenset({"_permanent", "_fresh"})
"""Keys of a session that say nothing about the reader."""


@kept_pages.before_app_request
def answer_from_kept() -> Response | None:
    """Answer with the kept page, if there is one."""
    if not _may_keep():
        return None
    name = _name()
    now, found = cache.find(name)
    if found is None:
        if now is not None:
            g.nx_page = (now, name)
        return None
    return _with_etag(Response(content_type=_content_type()), zlib.decompress(found))


@kept_pages.after_app_request
def keep(response: Response) -> Response:
    """Keep the page just made for the next reader."""
    made_in = g.pop("nx_page", None)
    if made_in is None or response.status_code != 200 or response.is_streamed:
        return response
    if response.mimetype != _content_type().partition(";")[0]:
        return response
    if _asked_of_session() or response.cache_control.no_store or solr.any_is_partial():
        return response
    body = response.get_data()
    if token := g.get(_token_key()):
        body = body.replace(str(token).encode(), TOKEN)
    now, name = made_in
    if len(body) <= LARGEST and _is_worth_keeping(name):
        cache.write(now, name, zlib.compress(body, 1), tk.config["ckanext.nxopendata.search.page_seconds"])
    return _with_etag(response, body)


def _is_worth_keeping(name: str) -> bool:
    countless = request.endpoint in COUNTLESS or request.query_string
    if not countless or name in _asked_before:
        return True
    if len(_asked_before) >= MOST_REMEMBERED:
        _asked_before.clear()
    _asked_before.add(name)
    return False


def _with_etag(response: Response, body: bytes) -> Response:
    """The page with its reader's token; 304 without a body for who has it already."""
    # Weak: two readers' copies differ in their tokens.
    tag = hashlib.sha256(body).hexdigest()[:32]
    response.set_etag(tag, weak=True)
    response.cache_control.max_age = 0
    response.cache_control.must_revalidate = True
    # No cache between here and the reader: the page holds the reader's token.
    request.environ["__no_cache__"] = True
    response.cache_control.private = True
    if request.if_none_match.contains_weak(tag):
        response.status_code = 304
        response.set_data(b"")
    else:
        response.set_data(body.replace(TOKEN, generate_csrf().encode()) if TOKEN in body else body)
    return response


def _may_keep() -> bool:
    return (
        request.method in ("GET", "HEAD")
        and (_is_search() if request.endpoint == "api.action" else request.endpoint in KEPT and _wants_html())
        and tk.config["ckanext.nxopendata.search.page_seconds"] > 0
        and not request.headers.get(tk.config["apitoken_header_name"])
        and not request.headers.get("Authorization")
        and "HX-Request" not in request.headers
        and not _asked_of_session()
        and tk.current_user.is_anonymous
    )


def _is_search() -> bool:
    return (request.view_args or {}).get("logic_function") in ACTIONS and "callback" not in request.args


def _content_type() -> str:
    return JSON if request.endpoint == "api.action" else HTML


def _wants_html() -> bool:
    """Whether the request is a browser's, and not one for RDF of the same address."""
    accepted = request.headers.get("Accept", "*/*")
    return "text/html" in accepted or accepted in ("*/*", "")


def _asked_of_session() -> bool:
    """Whether the session holds something of this reader: messages, a basket, an agreement."""
    said = {"_flashes"} if request.endpoint == "api.action" else set()  # an answer of the API shows no messages
    return bool(set(session) - HARMLESS - said - {_token_key()})


def _token_key() -> str:
    return tk.config["WTF_CSRF_FIELD_NAME"]


def _name() -> str:
    environ: dict[str, Any] = request.environ
    # The language of the links too: they begin with it where the address does.
    language = f"{environ.get('CKAN_LANG')} {environ.get('CKAN_LANG_IS_DEFAULT')}"
    address = f"{language} {request.host} {request.path}?{request.query_string.decode('latin-1')}"
    return "page:" + hashlib.sha256(address.encode()).hexdigest()
