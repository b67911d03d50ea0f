"""The pages of the harvest: who sees them, what they say, what their buttons do."""

import csv
import io

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from lxml import html

from ckanext.nxopendata.harvest.runs import jobs

from .catalogues import PREFIXES, dataset, turtle

pytestmark = pytest.mark.usefixtures("with_plugins", "tables", "clean_queues", "office")

PEOPLE = ("sysadmin", "officer", "head", "editor", "stranger", "visitor")


@pytest.fixture
def office(with_plugins, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xinjianban")


@pytest.fixture
def people(department):
    """Headers by who asks."""
    found = {}
    for name in PEOPLE[:-1]:
        user = factories.Sysadmin(name=name) if name == "sysadmin" else factories.User(name=name)
        found[name] = {"Authorization": factories.APIToken(user=user["name"])["token"]}
    capacities = (("head", "admin"), ("editor", "editor"))
    for name, capacity in capacities:
        helpers.call_action("organization_member_create", id=department["id"], username=name, role=capacity)
    factories.Organization(name="xinjianban", users=[{"name": "officer", "capacity": "editor"}])
    factories.Organization(name="other", users=[{"name": "stranger", "capacity": "admin"}])
    return found | {"visitor": {}}


@pytest.fixture
def world(web, harvest):
    """A source with a finished run that refused a record, and one that the fuse holds."""
    broken = '<https://dept.example/ds/99> a dcat:Dataset ; dct:description "无标题"@zh .\n'
    url = web.put("/1", turtle(*range(1, 21)) + broken)
    first = harvest(url)
    web.put("/1", PREFIXES + dataset(1, title="新题", notes="新说明") + "".join(dataset(key) for key in range(2, 12)))
    second = harvest(url)
    assert (first["state"], second["state"]) == ("done", "held")
    return {"url": url, "done": first, "held": second}


def tree(app, path, headers=None, status=200):
    return html.fromstring(app.get(path, headers=headers or {}, status=status).body)


def said(app, path, headers):
    (main,) = tree(app, path, headers).xpath("//main")
    return main.text_content()


class TestWhoSeesWhat:
    def test_pages_and_buttons_are_for_those_whose_they_are(self, app, people, world):
        held, done = world["held"]["id"], world["done"]["id"]
        pages = {
            "/harvest/": ("sysadmin", "officer", "head", "editor", "stranger"),
            "/harvest/health": ("sysadmin", "officer", "head", "editor", "stranger"),
            "/harvest/source/test": ("sysadmin", "officer", "head", "editor"),
            "/harvest/source/test/test": ("sysadmin", "officer", "head", "editor"),
            f"/harvest/run/{held}": ("sysadmin", "officer", "head", "editor"),
            f"/harvest/run/{held}/progress": ("sysadmin", "officer", "head", "editor"),
            f"/harvest/run/{held}/plan": ("sysadmin", "officer", "head", "editor"),
            f"/harvest/run/{done}/problems": ("sysadmin", "officer", "head", "editor"),
            f"/harvest/run/{done}/problems.csv": ("sysadmin", "officer", "head", "editor"),
            "/harvest/new": ("sysadmin", "officer"),
            "/harvest/source/test/edit": ("sysadmin", "officer"),
            "/harvest/source/test/delete": ("sysadmin", "officer"),
            "/harvest/webhooks/": ("sysadmin", "officer"),
        }
        wrong = []
        for path, allowed in pages.items():
            for who in PEOPLE:
                status = app.get(path, headers=people[who], expect_errors=True, follow_redirects=False).status_code
                if (status == 200) != (who in allowed) or status not in (200, 403):
                    wrong.append(f"{path} {who}: {status}")
        assert not wrong
        assert "测试目录" in said(app, "/harvest/", people["editor"])
        assert "测试目录" not in said(app, "/harvest/", people["stranger"])
        steps = {
            who: tree(app, f"/harvest/run/{held}", people[who]).xpath("//a[contains(@href, '/decide/')]/@href")
            for who in ("officer", "head", "editor")
        }
        for who, links in steps.items():
            assert {link.rpartition("/")[2] for link in links} == {"approve", "refuse"}, who
        assert app.get("/harvest/run/none", headers=people["officer"], status=404)

    def test_who_may_not_decide_changes_nothing_by_posting(self, app, people, world):
        for who in ("stranger", "visitor"):
            for path in (
                f"/harvest/run/{world['held']['id']}/decide/approve",
                "/harvest/source/test/run",
                "/harvest/source/test/delete",
                "/harvest/source/test/state",
            ):
                app.post(path, headers=people[who], status=403)
        from ckanext.nxopendata.harvest.models import Run, Source

        model.Session.expire_all()
        assert model.Session.get_one(Run, world["held"]["id"]).state == "held"
        assert model.Session.query(Source).one().state == "active"


class TestReading:
    def test_the_run_its_plan_and_its_problems_tell_what_happened(self, app, people, world):
        officer = people["officer"]
        page = said(app, f"/harvest/run/{world['held']['id']}", officer)
        assert "等待决定" in page
        assert "撤下 9 个数据集" in page
        plan = tree(app, f"/harvest/run/{world['held']['id']}/plan", officer)
        assert len(plan.xpath("//section[@class='nx-step']")) == 10
        changed = tree(app, f"/harvest/run/{world['held']['id']}/plan?kind=update", officer)
        (step,) = changed.xpath("//section[@class='nx-step']")
        rows = [row.xpath("normalize-space(string(.))") for row in step.xpath(".//tbody/tr")]
        assert any("数据集1" in row and "新题" in row for row in rows)
        assert "plan has no steps" in said(app, f"/en/harvest/run/{world['held']['id']}/plan?kind=restore", officer)
        problems = tree(app, f"/harvest/run/{world['done']['id']}/problems", officer)
        cells = [cell.xpath("normalize-space(string(.))") for cell in problems.xpath("//tbody/tr[1]/td")]
        assert cells[0] == "已拒收"
        assert cells[1].startswith("https://dept.example/ds/99")
        assert cells[4]
        body = app.get(f"/harvest/run/{world['done']['id']}/problems.csv", headers=officer).body
        assert body.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))
        assert len(rows) == world["done"]["problem_count"] + 1
        assert rows[1][1] == "https://dept.example/ds/99"
        assert "等待决定" in said(app, "/harvest/health", officer)

    def test_the_english_pages_have_no_chinese_of_ours(self, app, people, world):
        for path in ("/", "/health", "/new", "/source/test", f"/run/{world['held']['id']}", "/webhooks/"):
            text = said(app, f"/en/harvest{path}", people["officer"])
            for name in ("测试目录", "文化和旅游厅"):
                text = text.replace(name, "")
            assert not [letter for letter in text if "\u4e00" <= letter <= "\u9fff"], path


TYPED = {
    "title": "统计局目录",
    "name": "tjj",
    "url": "https://tjj.example/catalog.ttl",
    "format": "auto",
    "organization": "wen-lyu-ting",
    "files": "link",
    "priority": "50",
    "trust": "review",
    "schedule": "30 2 * * *",
    "max_resources": "20",
    "credentials_kind": "basic",
    "username": "nx",
    "password": "s3cret-words",
}


class TestForm:
    def test_a_source_is_made_changed_and_deleted_and_its_password_never_shown(self, app, people, department, call):
        officer = people["officer"]
        app.post("/harvest/new", data=TYPED, headers=officer)
        source = call("nx_harvest_source_show", id="tjj")
        assert (source["priority"], source["trust"], source["limits"]) == (50, "review", {"max_resources": 20})
        assert source["credentials_kind"] == "basic"
        form = app.get("/harvest/source/tjj/edit", headers=officer).body
        assert "s3cret-words" not in form
        assert "30 2 * * *" in form
        changed = TYPED | {"title": "新名称", "credentials_kind": "keep", "username": "", "password": ""}
        app.post("/harvest/source/tjj/edit", data=changed, headers=officer)
        source = call("nx_harvest_source_show", id="tjj")
        assert (source["title"], source["credentials_kind"]) == ("新名称", "basic")
        app.post("/harvest/source/tjj/edit", data=changed | {"credentials_kind": "none"}, headers=officer)
        assert call("nx_harvest_source_show", id="tjj")["credentials_kind"] == ""
        app.post("/harvest/source/tjj/state", data={"todo": "pause"}, headers=officer)
        assert call("nx_harvest_source_show", id="tjj")["state"] == "paused"
        app.post("/harvest/source/tjj/delete", headers=officer)
        app.get("/harvest/source/tjj", headers=officer, status=404)

    def test_mistakes_are_said_at_their_fields_and_what_was_typed_stays(self, app, people, department):
        typed = TYPED | {"url": "ftp://x", "schedule": "nachts", "max_resources": "-1", "mapping": "{"}
        page = html.fromstring(app.post("/harvest/new", data=typed, headers=people["officer"]).body)
        fields = set(page.xpath("//div[contains(@class, 'error-explanation')]//li/@data-field"))
        assert fields == {"max_resources", "mapping"}  # what cannot be read at all comes first
        typed |= {"max_resources": "", "mapping": ""}
        page = html.fromstring(app.post("/harvest/new", data=typed, headers=people["officer"]).body)
        assert set(page.xpath("//div[contains(@class, 'error-explanation')]//li/@data-field")) == {"url", "schedule"}
        assert page.xpath("//input[@name='schedule']/@aria-invalid") == ["true"]
        assert page.xpath("//input[@name='title']/@value") == ["统计局目录"]


class TestDeciding:
    def test_approved_withdrawn_restored_by_hand_and_undone(self, app, people, world, call, titles):
        head, officer = people["head"], people["officer"]
        decide = f"/harvest/run/{world['held']['id']}/decide"
        assert "撤下" in said(app, f"{decide}/approve", head)
        app.post(f"{decide}/approve", headers=head)
        jobs.carry_out_chunks()
        assert len(titles()) == 11
        gone = app.get("/dataset/shu-ju-ji-15", status=410).body
        assert "本数据集已撤下" in gone
        assert "采集自" not in gone
        department = app.get("/dataset/shu-ju-ji-15", headers=head).body
        assert "此数据集已于" in department
        assert "采集自" in department
        assert "测试目录" in department
        restore = "/harvest/dataset/shu-ju-ji-15/restore"
        app.get(restore, headers=people["editor"], status=403)
        assert app.get(restore, headers=head)
        app.post(restore, headers=head)
        assert len(titles()) == 12
        assert "撤下" not in app.get("/dataset/shu-ju-ji-15", status=200).body
        answer = app.post(f"{decide}/refuse", headers=head)
        assert "不能" in answer.body
        app.get(f"{decide}/undo", headers=officer)
        app.post(f"{decide}/undo", headers=officer)
        assert call("nx_harvest_run_show", id=world["held"]["id"])["state"] == "undoing"
        jobs.undo(world["held"]["id"])
        assert call("nx_harvest_run_show", id=world["held"]["id"])["state"] == "undone"
        assert len(titles()) == 20

    def test_a_run_is_handed_to_the_workers(self, app, people, world, call):
        call("nx_harvest_run_refuse", id=world["held"]["id"])
        page = app.post("/harvest/source/test/run", headers=people["editor"])
        assert "data-nx-progress" in page.body
        assert call("job_list")
        newest = call("nx_harvest_run_list", source_id="test")[0]
        assert (newest["state"], newest["user_name"]) == ("pending", "editor")
        app.post(f"/harvest/run/{newest['id']}/decide/cancel", headers=people["editor"])
        assert call("nx_harvest_run_show", id=newest["id"])["state"] == "cancelled"
