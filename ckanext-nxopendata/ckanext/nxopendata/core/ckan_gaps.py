"""The only place where something of CKAN or its extensions is replaced at run time, for want of a hook.

Each gap has a function that closes it, which says what to offer upstream, and a test in
``tests/core/test_ckan_gaps.py`` that fails once upstream has closed it: then remove both.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ckan.config.middleware.flask_app import csrf
from ckan.lib.search import index as ckan_index
from ckan.lib.search import query as ckan_query
from flask import Flask, abort, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user

from ckanext.nxopendata.core.http_security import form_origin
from ckanext.nxopendata.core.solr_connection import connect, connect_for_indexing


def reuse_solr_connections() -> None:
    """Let CKAN's own searches use the thread's open connection to Solr.

    CKAN 2.12.0 makes a ``pysolr.Solr``, and with it a ``requests.Session`` and a TCP connection, for every search. On
    two busy cores ``package_search`` takes 29 ms with that and 19 ms with an open one (median of 350, in turns).

    To offer upstream, in ``ckan/lib/search/common.py``: keep the session of each thread,
    ``_local = threading.local()``, and end ``make_connection`` with ``solr.session = _local.session``.
    """
    ckan_query.make_connection = connect


def index_later_in_an_outage() -> None:
    """Let what a person saves while Solr does not answer be saved, and indexed when it answers again.

    CKAN 2.12.0 indexes before it commits, and gives what was typed up when Solr is down, though the database is well.

    To offer upstream, in ``ckan/logic/action``: commit first, and hand the indexing to a job that is tried again.
    """
    ckan_index.make_connection = connect_for_indexing


def read_rdf_profiles_once() -> None:
    """Look for the RDF profiles of ckanext-dcat once a process.

    ckanext-dcat 2.4.4 reads the metadata of every installed package for each ``RDFSerializer``, twice a dataset page.

    To offer upstream, in ``ckanext/dcat/processors.py``: ``@functools.cache`` on a function around
    ``entry_points(group=RDF_PROFILES_ENTRY_POINT_GROUP)``, called by ``RDFProcessor._load_profiles``.
    """
    try:
        from ckanext.dcat import processors
    except ImportError:
        return
    if not hasattr(processors.entry_points, "cache_info"):
        processors.entry_points = cache(processors.entry_points)


def check_csrf_of_every_request(app: Flask) -> None:
    """Ask for the CSRF token again, by what was exempt when the application was made.

    CKAN 2.12.0 means to excuse requests that come with an API token, or from nobody. ``ckan_before_request`` does so by
    ``csrf.exempt(view)``, which excuses the view for everybody until the process ends: after one anonymous visit a page
    took any form. Forms of nobody need no token, which would give each reader a session; they must not come from
    another site.

    To offer upstream, in ``ckan/config/middleware/flask_app.py``: set ``WTF_CSRF_CHECK_DEFAULT`` to false and end
    ``ckan_before_request`` with ``if not g.get("login_via_auth_header"): csrf.protect(apply_exemptions=True)``.
    """
    excused = frozenset(csrf._exempt_views)

    @app.before_request
    def check_csrf() -> Any:
        if not current_app.config["WTF_CSRF_ENABLED"] or g.get("csrf_valid"):
            return
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None or f"{view.__module__}.{view.__name__}" in excused:
            return
        if not g.get("login_via_auth_header"):  # which CKAN sets for a token and for nobody
            csrf.protect()
        elif not current_user.is_authenticated and form_origin.comes_from_elsewhere():
            abort(400, _("The form was sent from another site. Open it here and send it once more."))
