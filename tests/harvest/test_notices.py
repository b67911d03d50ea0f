"""What people are told after runs, the health of sources, and the figures for Prometheus."""

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.harvest.monitoring import jobs, metrics

from ..worker import work
from .catalogues import turtle

pytestmark = pytest.mark.usefixtures("with_plugins", "tables", "clean_queues")

BROKEN = '<https://dept.example/ds/99> a dcat:Dataset ; dct:description "没有名称"@zh .\n'


@pytest.fixture
def told(department, monkeypatch):
    """``told(name)``: the texts of the notices of a person, oldest first."""
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xinjianban")
    for name in ("head", "editor", "officer"):
        factories.User(name=name, email=f"{name}@nx.example")
    factories.Organization(name="xinjianban", users=[{"name": "officer", "capacity": "editor"}])
    for name, role in (("head", "admin"), ("editor", "editor")):
        helpers.call_action("organization_member_create", id=department["id"], username=name, role=role)

    def texts(name):
        jobs.notify_people()
        with site_language():
            found = helpers.call_action("nx_notice_list", {"user": name, "ignore_auth": True})
        return [notice["text"] for notice in reversed(found)]

    return texts


class TestNotices:
    def test_people_are_told_once_of_what_needs_them_and_of_nothing_else(self, web, harvest, told, mail_server, call):
        url = web.put("/1", turtle(*range(1, 21)))
        harvest(url)
        assert told("head") == []

        web.put("/1", turtle(*range(1, 21), more=BROKEN))
        harvest(url)
        harvest(url)
        refused = "“测试目录”的 21 条记录中有 1 条被拒收，其余已收下。"
        assert told("head") == told("officer") == [refused]
        assert told("editor") == []

        web.replies.pop("/1")
        harvest(url)
        harvest(url)
        failed = told("head")[1:]
        assert len(failed) == 1
        assert failed[0].startswith("“测试目录”采集失败：")
        assert "404" in failed[0]
        assert failed[0].endswith("没有写入任何内容，数据集保持原样。")

        web.put("/1", turtle(*range(1, 11)))
        run = harvest(url)
        held = "“测试目录”的采集等待您决定：新增 0 个，更新 0 个，撤下 10 个。目前什么都没有写入。"
        assert told("officer")[2:] == [held]
        links = [notice["link"] for notice in call_as("officer", "nx_notice_list")]
        assert links[0].endswith(f"/harvest/run/{run['id']}")

        work()
        messages = mail_server.get_smtp_messages()
        assert {recipient for message in messages for recipient in message[2]} == {
            "head@nx.example",
            "officer@nx.example",
        }
        assert len(messages) == 6


def call_as(user, action, **data):
    return helpers.call_action(action, {"user": user, "ignore_auth": True}, **data)


class TestMetrics:
    def test_the_figures_are_right_and_guarded(self, app, web, harvest, monkeypatch):
        url = web.put("/1", turtle(1, 2, 3, more=BROKEN))
        harvest(url)
        body = metrics.render().decode()
        for line in (
            'nx_harvest_datasets{source="test",state="present"} 3.0',
            'nx_harvest_source_health{health="good",source="test"} 1.0',
            'nx_harvest_last_run_refused{source="test"} 1.0',
            'nx_harvest_runs{state="done"} 1.0',
            "nx_datasets_public 3.0",
            "nx_index_public 3.0",
            'nx_service_up{service="postgresql"} 1.0',
            'nx_service_up{service="redis"} 1.0',
            'nx_service_up{service="solr"} 1.0',
        ):
            assert line in body.splitlines()
        monkeypatch.setitem(tk.config, "ckanext.nxopendata.harvest.metrics_token", "geheim-1234")
        local, far = {"REMOTE_ADDR": "127.0.0.1"}, {"REMOTE_ADDR": "203.0.113.7"}
        bearer = {"Authorization": "Bearer geheim-1234"}
        for environ, headers, status in (
            (local, {}, 200),
            (local, {"X-Forwarded-For": "203.0.113.7"}, 403),
            (far, {}, 403),
            (far, {"Authorization": "Bearer wrong"}, 403),
            (far, bearer | {"X-Forwarded-For": "203.0.113.7"}, 200),
        ):
            answer = app.get("/metrics", environ_overrides=environ, headers=headers, status=status)
            assert ("nx_datasets_public" in answer.body) == (status == 200)
