"""Fixtures for every room. The services come from ``deployment/test``, by the environment."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

# Of several workers each has services of its own; CKAN reads the addresses after this.
if "PYTEST_XDIST_WORKER" in os.environ and "NX_TEST_SERVICES" in os.environ:
    os.environ.update(json.loads(os.environ["NX_TEST_SERVICES"])[os.environ["PYTEST_XDIST_WORKER"]])

# Needs the demonstration site; .ci/run starts it and says where.
collect_ignore = [] if os.environ.get("NX_DEMO_URL") else ["smoke"]

MIGRATED_PLUGINS = (
    "activity",
    "nxopendata_catalogue",
    "nxopendata_exchange",
    "nxopendata_following",
    "nxopendata_portal",
    "nxopendata_register",
)


@pytest.fixture
def clean_db(reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> None:
    """CKAN's fixture, with the tables of our plugins: the first reset of a run drops every table."""
    from ckan import model
    from ckan.plugins import plugin_loaded

    first = not model.repo.tables_created_and_initialised
    reset_db()
    if first:
        for plugin in filter(plugin_loaded, MIGRATED_PLUGINS):
            migrate_db_for(plugin)


@pytest.fixture
def call(clean_db: None) -> Callable[..., Any]:
    """Call an action as the site's own user, who may do everything: ``call("package_show", id=...)``."""
    from ckan.plugins import toolkit as tk
    from ckan.tests import helpers

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def call_action(action: str, /, **data: Any) -> Any:
        return helpers.call_action(action, {"user": user, "ignore_auth": True}, **data)

    return call_action
