"""Solr, Redis and PostgreSQL are really stopped, one at a time, and started again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckan.lib.search.common import SolrConnectionError
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.nxopendata.core.search_fallback import pending
from local import services
from local.stack import wait_until

from .supervised import stack_of_services

pytestmark = [pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_queues")]

READY = 120


@contextlib.contextmanager
def stopped(service: str) -> Iterator[None]:
    """Stop a service of the tests; start it again and wait until it answers."""
    stack = stack_of_services()
    stack.rpc.stopProcess(service)
    try:
        yield
    finally:
        stack.rpc.startProcess(service)
        assert wait_until(lambda: services.healthy(stack, service), READY)


@pytest.fixture
def department(call: Callable[..., Any]) -> dict[str, Any]:
    return call("organization_create", name="ting", title_translated={"zh": "某某厅"}, nx_level="province")


@pytest.fixture
def dataset(call: Callable[..., Any], department: dict[str, Any]) -> dict[str, Any]:
    return call(
        "package_create",
        name="jing-qu",
        title_translated={"zh": "景区名录"},
        notes_translated={"zh": "说明"},
        owner_org=department["id"],
        license_id="nx-open-1.0",
    )


class TestSolrDown:
    def test_pages_are_made_from_the_database_and_what_is_saved_is_indexed_later(
        self, app: Any, call: Callable[..., Any], dataset: dict[str, Any]
    ) -> None:
        editor = factories.Sysadmin()
        token = call("api_token_create", user=editor["name"], name="test")["token"]
        call("package_create", **private_dataset(dataset))
        with stopped("solr"):
            home = app.get("/")
            assert "景区名录" in home.body
            assert "bu-gong-kai" not in home.body
            assert "景区名录" in app.get("/dataset/jing-qu").body
            department = app.get("/organization/ting")
            assert "景区名录" in department.body
            assert "bu-gong-kai" not in department.body
            assert "某某厅" in app.get("/organization/").body
            mine = app.get("/workbench/datasets", headers={"Authorization": token})
            assert ("jing-qu" in mine.body, "bu-gong-kai" in mine.body) == (True, True)
            assert app.get("/workbench", headers={"Authorization": token}).status_code == 200
            words = app.get("/dataset/?q=景区", status=503)
            assert "检索服务暂时没有响应" in words.body
            with pytest.raises(SolrConnectionError):
                tk.get_action("package_search")({"user": ""}, {"q": "景区"})
            saved = app.post(
                "/api/3/action/package_create",
                json={**new_dataset(dataset), "name": "xin-de", "title_translated": {"zh": "新的名录"}},
                headers={"Authorization": token},
            )
            assert saved.json["success"]
            assert pending.count() == 1
        assert call("package_show", id="xin-de")["state"] == "active"
        assert "xin-de" not in found()
        time.sleep(pending.TRANSACTION)
        assert pending.index_pending() == 1
        assert wait_until(lambda: "xin-de" in found(), 20)
        assert pending.count() == 0

    def test_a_filter_that_only_solr_knows_is_refused(self, dataset: dict[str, Any]) -> None:
        with stopped("solr"):
            assert tk.get_action("package_search")({"user": ""}, {"fq": "organization:ting"})["count"] == 1
            for fq in ("nx_theme:lv-you", "title:景区", "organization:ting OR name:x", "metadata_modified:[a TO b]"):
                with pytest.raises(SolrConnectionError):
                    tk.get_action("package_search")({"user": ""}, {"fq": fq})


def new_dataset(dataset: dict[str, Any]) -> dict[str, Any]:
    names = ("title_translated", "notes_translated", "owner_org", "license_id")
    return {name: dataset[name] for name in names}


def private_dataset(dataset: dict[str, Any]) -> dict[str, Any]:
    own = {"name": "bu-gong-kai", "private": True, "title_translated": {"zh": "不公开的名录"}}
    return new_dataset(dataset) | own


def found() -> list[str]:
    return [one["name"] for one in tk.get_action("package_search")({"user": ""}, {"rows": 50})["results"]]


class TestRedisDown:
    def test_readers_read(self, app: Any, dataset: dict[str, Any]) -> None:
        with stopped("redis"):
            for address in ("/", "/dataset/jing-qu", "/dataset/?q=景区", "/organization/ting"):
                assert app.get(address).status_code == 200, address
            assert app.get("/health", status=503).json["services"] == {
                "postgresql": True,
                "redis": False,
                "solr": True,
            }


class TestPostgresqlDown:
    def test_kept_pages_are_read_forms_come_back_and_monitors_hear_the_truth(
        self, app: Any, dataset: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(tk.config, "ckanext.nxopendata.caching.page_seconds", 60)
        monkeypatch.setitem(tk.config, "ckan.site_url", "http://localhost")
        assert app.get("/health").json["status"] == "ok"
        forget_kept_pages()
        assert wait_until(lambda: is_kept(app, "/"), 30, step=1)
        with stopped("postgres"):
            home = app.get("/")
            assert "景区名录" in home.body
            assert "正在恢复" in home.body
            assert app.get("/dataset/nobody-asked-before", status=503).headers["Retry-After"]
            health = app.get("/health", status=503)
            assert health.json["services"]["postgresql"] is False
            figures = app.get("/metrics")
            assert 'nx_service_up{service="postgresql"} 0.0' in figures.body
            assert 'nx_service_up{service="redis"} 1.0' in figures.body
            typed = {"title": "很久才写好的一段话" * 10, "password": "not-to-be-sent-back"}
            form = app.post("/dataset/new", data=typed, status=503)
            assert typed["title"] in form.body
            assert typed["password"] not in form.body
            answer = app.get("/api/3/action/package_search", status=503)
            assert answer.json["success"] is False
        assert wait_until(lambda: app.get("/dataset/jing-qu", status=None).status_code == 200, 30)


def forget_kept_pages() -> None:
    """Remove what an earlier test kept: it would be taken for the page that is waited for."""
    from ckanext.nxopendata.core.redis import client

    for key in client().scan_iter("*:outage"):
        client().delete(key)


def is_kept(app: Any, address: str) -> bool:
    from ckanext.nxopendata.core.redis import client

    app.get(address)
    return bool(list(client().scan_iter("*:outage")))
