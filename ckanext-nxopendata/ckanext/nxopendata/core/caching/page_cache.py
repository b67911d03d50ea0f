"""The page cache: whole answers to readers without a name, with an ETag, and 304 for those who have them already.

A request is answered from the cache only if all that its answer depends on is in the key (:func:`_key`) and it says
nothing about its reader (:func:`_is_cacheable`); an answer is stored only if the view asked nothing of the session but
the token against forged forms, which is put in anew for each reader. The first change ends all of it
(:mod:`.state`). Of addresses without number, most of which nobody asks for twice, an answer is stored when a process is
asked for it the second time.
"""

from __future__ import annotations

import hashlib
import zlib
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from flask import Flask, Request, Response, g, has_request_context, request, session
from flask_wtf.csrf import generate_csrf

from ckanext.nxopendata.core.caching import state, values

ENDPOINTS = frozenset(
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
"""Views whose pages are stored. A view that shows what one reader did stays out."""

API = "api.action"
ACTIONS = frozenset({"nx_search_correct", "nx_search_find", "nx_search_suggest", "package_search"})
"""Actions whose answers to GET requests are stored."""

METHODS = frozenset({"GET", "HEAD"})
HTML, JSON = "text/html; charset=utf-8", "application/json;charset=utf-8"

TOKEN = b"\xee\x80\x80nx-token\xee\x80\x81"
"""Stands in a stored page where the token of its reader goes: between characters of private use."""

COUNTLESS = frozenset({API, "dataset.search", "dataset.read"})
"""Views with an address for every search and dataset; so is every address with a question mark. Crawlers that ask for
each of them once fill no memory in Redis."""

NAMING_HEADERS = ("Authorization", "X-CKAN-API-Key")
"""Headers that name a reader, beside the one that is configured; a wrong token is not stored either."""

FEATURE_HEADERS = ("HX-Request", "Range")
"""Headers that ask for a part of a page."""

HARMLESS = frozenset({"_permanent", "_fresh"})
"""Keys of a session that say nothing about the reader."""

PAGE_SECONDS = "ckanext.nxopendata.caching.page_seconds"
LARGEST = 1_000_000
OUTAGE_SECONDS = 24 * 3600
"""For how long a page is kept for an outage of the database, unless the site changes."""

MOST_REMEMBERED = 20_000
"""Addresses that a process remembers to have been asked for."""

_asked_before: set[str] = set()


def install(app: Flask) -> None:
    """Answer the readers of an application from the page cache. Idempotent: several plugins may ask for it.

    Called by ``IMiddleware.make_middleware``, so that whatever other plugins check before a view is checked first.
    """
    if "nx_page_cache" not in app.extensions:
        app.extensions["nx_page_cache"] = True
        app.before_request(answer_from_cache)
        app.after_request(store)


def answer_from_cache() -> Response | None:
    """Answer with the stored page, if there is one."""
    if not _is_cacheable(request):
        return None
    slot = values.look_up(_key(request))
    if slot.value is None:
        g.nx_page = slot
        return None
    return _with_etag(Response(content_type=_content_type()), zlib.decompress(slot.value))


def look_up_in_outage() -> bytes | None:
    """Return the page that was last stored for a request, if the site has not changed since; it may be a day old.

    For when the database does not answer: the state of the site is in Redis, so nothing withdrawn since is shown.
    """
    if not _is_cacheable(request):
        return None
    slot = values.look_up(_outage_key(_key(request)))
    return None if slot.value is None else zlib.decompress(slot.value).replace(TOKEN, generate_csrf().encode())


def do_not_store() -> None:
    """Have the answer to the request at hand not stored, because it is not what another time would give."""
    if has_request_context():
        g.nx_do_not_store = True


def store(response: Response) -> Response:
    """Store the page just made for the next reader."""
    slot: values.Slot | None = g.pop("nx_page", None)
    if slot is None or slot.state is None or not _is_storable(response):
        return response
    body = response.get_data()
    if token := g.get(_token_key()):
        body = body.replace(str(token).encode(), TOKEN)
    if len(body) <= LARGEST and _is_worth_storing(slot.key):
        compressed = zlib.compress(body, 1)
        slot.keep(compressed, tk.config[PAGE_SECONDS])
        if request.endpoint != API:
            kept = values.Slot(state.redis_key(f"value:{_outage_key(_key(request))}"), slot.state, None)
            kept.keep(compressed, OUTAGE_SECONDS)
    return _with_etag(response, body)


# What may be answered from the cache, and stored there


def _is_cacheable(request: Request) -> bool:
    """Whether the answer to a request is the same for every reader with the same :func:`_key`."""
    return (
        request.method in METHODS
        and (_is_search(request) if request.endpoint == API else request.endpoint in ENDPOINTS and _wants_html(request))
        and tk.config[PAGE_SECONDS] > 0
        and not _has_body(request)
        and _is_for_this_site(request)
        and not any(name in request.headers for name in (*_naming_headers(), *FEATURE_HEADERS))
        and not _session_tells_of_reader()
        and tk.current_user.is_anonymous
    )


def _is_search(request: Request) -> bool:
    return (request.view_args or {}).get("logic_function") in ACTIONS and "callback" not in request.args


def _has_body(request: Request) -> bool:
    """Whether a request brings a body: CKAN takes the parameters of a GET request from there too."""
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _is_for_this_site(request: Request) -> bool:
    """Whether a request names the site's own host. A proxy may leave out the port."""
    site = urlsplit(tk.config["ckan.site_url"])
    return request.host.lower() in (site.netloc.lower(), site.hostname)


def _wants_html(request: Request) -> bool:
    """Whether a request takes HTML before anything else, such as RDF of the same address."""
    return not request.accept_mimetypes or request.accept_mimetypes.best in ("text/html", "*/*")


def _naming_headers() -> tuple[str, ...]:
    return (tk.config["apitoken_header_name"], *NAMING_HEADERS)


def _session_tells_of_reader() -> bool:
    """Whether the session holds something of this reader: messages, a basket, an agreement."""
    return bool(set(session) - HARMLESS - {_token_key()})


def _is_storable(response: Response) -> bool:
    return (
        response.status_code == 200
        and not response.is_streamed
        and response.mimetype == _content_type().partition(";")[0]
        and "Content-Encoding" not in response.headers
        and not response.cache_control.no_store
        and not g.get("nx_do_not_store")
        and not _session_tells_of_reader()
    )


def _outage_key(key: str) -> str:
    return f"{key}:outage"


def _is_worth_storing(key: str) -> bool:
    countless = request.endpoint in COUNTLESS or request.query_string
    if not countless or key in _asked_before:
        return True
    if len(_asked_before) >= MOST_REMEMBERED:
        _asked_before.clear()
    _asked_before.add(key)
    return False


def _key(request: Request) -> str:
    """Return the name of an answer, which holds all that it depends on.

    The language stands beside the path, from which CKAN takes it away: links begin with it where the address does. Of
    the headers nothing else is in it: what other values of ``Accept`` or ``Host`` would change is not cacheable.
    """
    environ = request.environ
    parts = (
        request.method,
        request.scheme,
        request.host.lower(),
        str(environ.get("CKAN_LANG")),
        str(environ.get("CKAN_LANG_IS_DEFAULT")),
        environ.get("SCRIPT_NAME", ""),
        request.path,
        request.query_string.decode("latin-1"),
    )
    return "page:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


# The answer


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


def _content_type() -> str:
    return JSON if request.endpoint == API else HTML


def _token_key() -> str:
    return tk.config["WTF_CSRF_FIELD_NAME"]
