"""What a source may be, what it keeps secret, and what its settings do to a run."""

import base64

import pytest

from .catalogues import PREFIXES, dataset
from .server import Reply

pytestmark = [pytest.mark.usefixtures("with_plugins", "tables")]

BASIC = {"kind": "basic", "username": "portal", "password": "秘密"}


def create(call, **values):
    given = {"name": "wlt-mulu", "title": "目录", "url": "http://dept.example/c", "organization": "wen-lyu-ting"}
    return call("nx_harvest_source_create", **{**given, **values})


class TestFields:
    def test_every_wrong_field_is_named_with_what_would_be_right(self, department, call):
        from ckan.plugins import toolkit as tk

        wrong = {
            "url": "ftp://dept.example/c",
            "format": "word",
            "organization": "nobody",
            "departments": ["nobody"],
            "schedule": "每天",
            "files": "steal",
            "trust": "blind",
            "limits": {"max_pages": 0},
            "mapping": {"dataset": {"nx_theme": {"as": "magic"}}},
            "credentials": {"kind": "basic", "username": "x"},
        }
        with pytest.raises(tk.ValidationError) as raised:
            create(call, **wrong)
        assert set(raised.value.error_dict) == set(wrong)

    def test_a_schedule_that_never_comes_round_is_refused(self, department, call):
        from ckan.plugins import toolkit as tk

        with pytest.raises(tk.ValidationError, match="schedule"):
            create(call, schedule="0 0 31 2 *")
        assert create(call, schedule="0 0 29 2 *")["schedule"] == "0 0 29 2 *"

    def test_a_password_in_the_address_is_refused(self, department, call):
        from ckan.plugins import toolkit as tk

        with pytest.raises(tk.ValidationError, match="url"):
            create(call, url="https://user:secret@dept.example/c")

    def test_what_is_given_is_shown_and_what_is_not_given_stays(self, department, call):
        call("organization_create", name="yin-chuan", title_translated={"zh": "银川市"})
        limits = {"max_pages": 5}
        mapping = {"dataset": {"nx_region": {"default": "640100"}}}
        create(call, departments=["yin-chuan"], limits=limits, mapping=mapping, trust="review", priority=3)
        shown = call("nx_harvest_source_update", id="wlt-mulu", title="新名称")
        assert shown["title"] == "新名称"
        kept = [shown[name] for name in ("departments", "limits", "mapping", "trust", "priority", "files")]
        assert kept == [["yin-chuan"], limits, mapping, "review", 3, "link"]


class TestPace:
    def test_all_processes_together_ask_a_host_no_more_often_than_allowed(self):
        from ckan.lib.redis import connect_to_redis

        from ckanext.nxopendata.harvest.fetching import throttle

        from .faults.conftest import process

        connect_to_redis().delete("nx:host:dept.example")
        assert throttle.reserve_slot("dept.example", 600) == 0
        assert process(lambda: throttle.reserve_slot("DEPT.example", 600)) == 0
        assert 600 < throttle.reserve_slot("dept.example", 600) <= 1200
        assert throttle.reserve_slot("other.example", 600) == 0
        connect_to_redis().delete("nx:host:other.example", "nx:host:dept.example")


class TestCredentials:
    def test_they_are_encrypted_and_never_shown(self, department, call):
        from ckan import model

        from ckanext.nxopendata.harvest.models import Source
        from ckanext.nxopendata.harvest.settings import credentials

        shown = create(call, credentials=BASIC)
        stored = model.Session.get(Source, shown["id"]).credentials
        assert shown["credentials_kind"] == "basic"
        assert "credentials" not in shown
        assert "portal" not in stored
        assert credentials.unseal(stored) == BASIC
        assert call("nx_harvest_source_update", id="wlt-mulu", title="x")["credentials_kind"] == "basic"
        assert call("nx_harvest_source_update", id="wlt-mulu", credentials={})["credentials_kind"] == ""

    def test_a_new_host_does_not_get_the_password_of_the_old_one(self, department, call):
        create(call, credentials=BASIC)
        moved = call("nx_harvest_source_update", id="wlt-mulu", url="http://other.example/c")
        assert moved["credentials_kind"] == ""

    def test_they_are_sent_to_the_host_of_the_source(self, web, harvest):
        expected = "Basic " + base64.b64encode("portal:秘密".encode()).decode()
        body = (PREFIXES + dataset(1)).encode()

        def guarded(handler):
            right = handler.headers.get("Authorization") == expected
            return Reply(body, headers={"Content-Type": "text/turtle"}) if right else Reply(status=401)

        web.replies["/c"] = guarded
        assert harvest(web.base + "/c")["state"] == "failed"
        assert harvest(web.base + "/c", credentials=BASIC)["counts"]["create"] == 1

    def test_a_changed_key_is_said_and_keys_can_be_rotated(self, department, call):
        from ckan.plugins import toolkit as tk
        from cryptography.fernet import Fernet

        from ckanext.nxopendata.harvest.errors import HarvestError
        from ckanext.nxopendata.harvest.settings import credentials

        key = "ckanext.nxopendata.harvest.credentials_keys"
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        before = tk.config[key]
        try:
            tk.config[key] = [old]
            sealed = credentials.seal(BASIC)
            tk.config[key] = [new, old]
            assert credentials.unseal(sealed) == BASIC
            tk.config[key] = [new]
            with pytest.raises(HarvestError, match="credentials_unreadable"):
                credentials.unseal(sealed)
        finally:
            tk.config[key] = before


class TestSettingsInARun:
    def test_datasets_go_to_the_department_their_provider_names(self, web, harvest, call):
        call("organization_create", name="yin-chuan", title_translated={"zh": "银川市"})
        call("organization_create", name="bu-xiang-gan", title_translated={"zh": "不相干局"})
        named = '\n[] a dcat:Dataset ; dct:identifier "{0}" ; dct:title "甲{0}" ; dct:description "说明" ;'
        named += ' dct:publisher [ <http://xmlns.com/foaf/0.1/name> "{1}"@zh ] .'
        body = PREFIXES + named.format(1, "银川 市") + named.format(2, "不相干局") + named.format(3, "")
        run = harvest(web.put("/c", body), departments=["yin-chuan"])
        assert (run["counts"]["create"], run["counts"]["refused"]) == (2, 1)
        found = call("package_search")["results"]
        owners = {entry["title"]: entry["organization"]["name"] for entry in found}
        assert owners == {"甲1": "yin-chuan", "甲3": "wen-lyu-ting"}
        (problem,) = call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        assert (problem["code"], "不相干局" in problem["message"]) == ("provider_of_another", True)

    def test_a_source_under_review_waits_until_a_person_approves(self, web, harvest, call, titles):
        url = web.put("/c", PREFIXES + dataset(1))
        run = harvest(url, trust="review")
        assert (run["state"], titles()) == ("held", [])
        assert call("nx_harvest_run_approve", id=run["id"])["state"] == "done"
        assert titles() == ["数据集1"]
        assert harvest(url, trust="review")["state"] == "done"

    def test_the_sources_own_mapping_and_limits_count(self, web, harvest, call):
        url = web.put("/c", PREFIXES + dataset(1, extra='dct:source "6402" ;'))
        mapping = {"dataset": {"nx_region": {"from": "dct:source", "values": {"6402": "640200"}}}}
        run = harvest(url, limits={"max_keywords": 1})
        assert (run["counts"]["create"], run["counts"]["refused"]) == (1, 0)
        told = call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        (cut,) = [problem for problem in told if problem["code"] == "too_many_entries"]
        assert cut["field"] == "tags" and "2" in cut["message"] and "1" in cut["message"]
        taken = call("package_show", id="shu-ju-ji-1")
        assert len(taken["tags"]) == 1 and taken.get("nx_region") != "640200"
        harvest(url, mapping=mapping, limits={})
        changed = call("package_show", id="shu-ju-ji-1")
        assert len(changed["tags"]) == 2 and changed["nx_region"] == "640200"


class TestTrial:
    def test_it_says_what_would_come_of_the_source_and_keeps_nothing(self, web, department, call):
        body = PREFIXES + dataset(1, extra='dct:spatialResolution "1" ;') + dataset(2, title=" ") + dataset(3)
        url = web.put("/c", body)
        report = call("nx_harvest_source_test", url=url, organization="wen-lyu-ting")
        assert (report["ok"], report["format"], report["detected"], report["complete"]) == (True, "dcat", True, True)
        assert report["counts"] == {"create": 2, "refused": 1}
        refused = next(entry for entry in report["datasets"] if entry["kind"] == "refused")
        assert [problem["field"] for problem in refused["problems"]] == ["title_translated"]
        good = next(entry for entry in report["datasets"] if entry["title"] == "数据集1")
        assert good["dataset"]["resources"][0]["url"] == "https://dept.example/data/1.csv"
        assert report["unused"] == {"dct:spatialResolution": 1}
        assert call("nx_harvest_source_list") == []
        assert call("package_search")["count"] == 0

    def test_a_sample_of_a_large_catalogue_reads_no_further(self, department, call):
        from .generated.site import site

        with site(90) as source:
            settings = {"url": source.url("ckan-2.8"), "organization": "wen-lyu-ting", "format": "ckan"}
            report = call("nx_harvest_source_test", **settings, limit=5)
            pages = [path for path, _ in source.server.requests if "package_search" in path]
        assert (report["records"], report["complete"], report["declared_total"], len(pages)) == (5, None, 88, 1)
        assert report["counts"] == {"create": 5}

    def test_a_source_that_cannot_be_read_is_told_in_words(self, web, department, call):
        report = call("nx_harvest_source_test", url=web.base + "/gone", organization="wen-lyu-ting")
        assert (report["ok"], report["complete"]) == (False, False)
        assert "404" in report["problems"][0]["message"]
        assert report["problems"][0]["remedy"]

    def test_a_saved_source_is_tried_with_other_settings(self, web, harvest, call):
        url = web.put("/c", PREFIXES + dataset(1))
        harvest(url)
        assert call("nx_harvest_source_test", id="test")["counts"] == {"unchanged": 1}
        changed = call("nx_harvest_source_test", id="test", mapping={"dataset": {"nx_region": {"default": "640100"}}})
        assert changed["counts"] == {"update": 1}
        assert changed["datasets"][0]["dataset"]["nx_region"] == "640100"
        assert call("nx_harvest_source_show", id="test")["mapping"] == {}

    def test_the_command_line_says_the_same(self, web, department, cli):
        url = web.put("/c", PREFIXES + dataset(1) + dataset(2, title=" "))
        from ckan.cli.cli import ckan

        result = cli.invoke(ckan, ["nx", "harvest", "source", "test", "--url", url, "--organization", "wen-lyu-ting"])
        assert result.exit_code == 2, result.output
        assert "dcat" in result.output
        assert "✗" in result.output
        assert "✓ 数据集1" in result.output
        made = ["nx", "harvest", "source", "create", "--name", "wlt", "--title", "文旅", "--url", url]
        result = cli.invoke(ckan, [*made, "--organization", "wen-lyu-ting", "--limit", "max_pages", "3"])
        assert result.exit_code == 0, result.output
        result = cli.invoke(ckan, ["nx", "harvest", "source", "update", "wlt", "--trust", "review"])
        shown = cli.invoke(ckan, ["nx", "harvest", "source", "show", "wlt"])
        assert "review" in shown.output
        assert "max_pages" in shown.output
