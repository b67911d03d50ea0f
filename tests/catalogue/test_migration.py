"""The catalogue's migrations go up and down, and keep what must not be given out twice."""

from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.cli.cli import ckan
from ckan.tests import factories
from sqlalchemy import inspect

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

TABLES = {"nx_resource_code", "nx_review_case", "nx_review_decision", "nx_notice"}


def migrate(cli: Any, direction: str, version: str) -> None:
    model.Session.remove()  # an open transaction would hold the tables
    result = cli.invoke(ckan, ["db", direction, "-p", "nxopendata_catalogue", "-v", version])
    assert result.exit_code == 0, result.output


def tables() -> set[str]:
    return TABLES & set(inspect(model.meta.engine).get_table_names())


def test_down_and_up_again(cli: Any, call: Callable[..., Any]) -> None:
    owner = factories.Organization(title="文旅厅")["id"]
    first = call("package_create", title="甲", notes="摘要", owner_org=owner)["nx_resource_code"]
    migrate(cli, "downgrade", "base")
    try:
        assert tables() == set()
    finally:
        migrate(cli, "upgrade", "head")
    assert tables() == TABLES
    second = call("package_create", title="乙", notes="摘要", owner_org=owner)["nx_resource_code"]
    assert second > first
