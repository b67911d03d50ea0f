"""A misbehaving web server, and the harvest's tables for tests with services."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from .server import Server, serving


@pytest.fixture
def web() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def tables(clean_db: None, clean_index: None) -> None:
    """CKAN's tables and ours, empty."""
    clear_locks()


def clear_locks() -> None:
    from ckan.lib.redis import connect_to_redis

    connection = connect_to_redis()
    for key in connection.scan_iter("nx:harvest:*"):
        connection.delete(key)


@pytest.fixture
def department(tables: None, call: Callable[..., Any]) -> dict[str, Any]:
    return call("organization_create", name="wen-lyu-ting", title_translated={"zh": "文化和旅游厅"})


@pytest.fixture
def harvest(department: dict[str, Any], call: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """``harvest(url)`` creates the source ``test`` on first use, runs it, and gives the run."""

    def run(url: str, **options: Any) -> dict[str, Any]:
        names = {source["name"] for source in call("nx_harvest_source_list")}
        values = {"title": "测试目录", "url": url, "organization": department["name"], **options}
        if "test" in names:
            call("nx_harvest_source_update", id="test", **values)
        else:
            call("nx_harvest_source_create", name="test", **values)
        return call("nx_harvest_run_create", source_id="test")

    return run


@pytest.fixture
def titles(call: Callable[..., Any]) -> Callable[[], list[str]]:
    """Titles of the datasets that a visitor finds."""

    def search() -> list[str]:
        found = call("package_search", q="*:*", rows=1000)
        return sorted(dataset["title"] for dataset in found["results"])

    return search
