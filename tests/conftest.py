"""Fixtures for every room. The services come from ``deployment/test``, by the environment."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from passlib.hash import pbkdf2_sha512

# Of several workers each has services of its own; CKAN reads the addresses after this.
if "PYTEST_XDIST_WORKER" in os.environ and "NX_TEST_SERVICES" in os.environ:
    os.environ.update(json.loads(os.environ["NX_TEST_SERVICES"])[os.environ["PYTEST_XDIST_WORKER"]])

# Needs the demonstration site; .ci/run starts it and says where.
collect_ignore = [] if os.environ.get("NX_DEMO_URL") else ["smoke"]

pbkdf2_sha512.default_rounds = 1000
"""Of passwords of tests: what makes guessing dear makes every test that signs somebody in dear."""

MIGRATED_PLUGINS = (
    "activity",
    "nxopendata_cases",
    "nxopendata_catalogue",
    "nxopendata_changes",
    "nxopendata_exchange",
    "nxopendata_following",
    "nxopendata_harvest",
    "nxopendata_licences",
    "nxopendata_portal",
    "nxopendata_register",
    "nxopendata_review",
    "nxopendata_safety",
    "nxopendata_tables",
)


OWN_SITE_MARKS = {"ckan_config", "with_plugins", "provide_plugin"}
_site: dict[str, Any] = {}
"""The application of the site that test.ini describes, kept from test to test; the plugins of the last one made."""


def _has_a_site_of_its_own(request: pytest.FixtureRequest) -> bool:
    return any(mark.name in OWN_SITE_MARKS for mark in request.node.iter_markers())


@pytest.fixture
def with_plugins(request: pytest.FixtureRequest) -> Iterator[None]:
    """CKAN's fixture, but the plugins of test.ini stay loaded: loading them takes longer than most tests.

    A request with an API token excuses its view from CSRF for the rest of the process (see ``core/ckan_gaps.py``). A
    process that serves a site makes one application before the first request; this one makes many, so each test takes
    back what its requests excused.
    """
    from ckan.config.middleware.flask_app import csrf
    from ckan.lib import app_globals
    from ckan.plugins import core
    from ckan.plugins import toolkit as tk
    from ckan.tests import helpers

    is_own = _has_a_site_of_its_own(request)
    if is_own:
        core.unload_all()
        request.getfixturevalue("with_plugins")
    elif tk.aslist(tk.config["ckan.plugins"]) != core._PLUGINS:
        core.unload_all()
        core.load_all()
        _site.clear()
    plugins = tk.aslist(tk.config["ckan.plugins"])
    # Addresses made outside a request are those of the application that was made last, whatever its plugins were.
    if _site.get("plugins") != plugins or not (is_own or "app" in _site):
        app_globals._CONFIG_CACHE.clear()
        made = helpers._get_test_app().app
        _site.clear()
        _site.update({"plugins": plugins} if is_own else {"plugins": plugins, "app": made})
    exempt_views = set(csrf._exempt_views)
    yield
    csrf._exempt_views = exempt_views


@pytest.fixture
def app(request: pytest.FixtureRequest, with_plugins: None) -> Any:
    """CKAN's fixture, with one application for all tests that do not change the configuration by a mark."""
    from ckan.lib import app_globals
    from ckan.tests import helpers

    if _has_a_site_of_its_own(request):
        return request.getfixturevalue("app")
    app_globals._CONFIG_CACHE.clear()
    return helpers.CKANTestApp(_site["app"])


@pytest.fixture
def office_publishes(with_plugins: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dataset is public once the office (``xinjianban``) has approved it too. A mark would load the plugins anew."""
    from ckan.plugins import toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.review", "office")
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xinjianban")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, one for the tests of a file."""
    from tests.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def site(app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the site, served by a thread; its Content-Security-Policy must refuse nothing that it sends."""
    from ckan.plugins import toolkit as tk

    from tests.browser import policy_violations, served

    policy_violations.clear()
    with served(app) as address:
        monkeypatch.setitem(tk.config, "ckan.site_url", address)
        yield address
    assert not policy_violations, "\n".join(sorted(set(policy_violations)))


def _enable_loggers() -> None:
    """Undo what the migrations of CKAN's own plugins do: ``fileConfig`` disables every logger that was made before."""
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False


_migrated: set[str] = set()
"""Plugins whose tables the database of this process has."""


@pytest.fixture
def clean_db(reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """CKAN's fixture, with the tables of our plugins: the first reset of a run drops every table."""
    from ckan import model
    from ckan.plugins import plugin_loaded

    from ckanext.nxopendata.core.caching import state
    from tests.caches import forget_limits

    if not model.repo.tables_created_and_initialised:
        _migrated.clear()
    engine = model.meta.engine
    reset_db()
    for plugin in MIGRATED_PLUGINS:  # a test may load fewer of them than the next one
        if plugin not in _migrated and plugin_loaded(plugin):
            migrate_db_for(plugin)
            _migrated.add(plugin)
    _enable_loggers()
    forget_limits()
    if engine is not None and model.meta.engine is not engine:
        # Migrations, run in this process by the first reset, leave an engine that connects anew for each session.
        model.init_model(engine)
    state.watch()


@pytest.fixture
def call(clean_db: None) -> Callable[..., Any]:
    """Call an action as the site's own user, who may do everything: ``call("package_show", id=...)``."""
    from ckan.plugins import toolkit as tk
    from ckan.tests import helpers

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def call_action(action: str, /, **data: Any) -> Any:
        return helpers.call_action(action, {"user": user, "ignore_auth": True}, **data)

    return call_action
