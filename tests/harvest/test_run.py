"""Whole runs, from a web server to the database and the index."""

import json
from pathlib import Path
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ..worker import work
from .catalogues import PREFIXES, dataset, iri, page, turtle
from .server import Reply
from .test_workbook import HEADER, ROWS, book

pytestmark = [pytest.mark.usefixtures("with_plugins", "tables")]


def counts(run):
    return {kind: number for kind, number in run["counts"].items() if number}


@pytest.fixture
def problems(call):
    return lambda run: call("nx_harvest_problem_list", run_id=run["id"])["problems"]


class TestFirstHarvest:
    def test_a_catalogue_of_pages_becomes_datasets(self, web, harvest, call, titles):
        web.put("/1", page("/1", [1, 2], "/2", 3))
        web.put("/2", page("/2", [3], None, 3))
        run = harvest(web.base + "/1")
        assert (run["state"], counts(run), run["doubts"]) == ("done", {"create": 3}, [])
        assert titles() == ["数据集1", "数据集2", "数据集3"]
        shown = call("package_show", id="shu-ju-ji-1")
        assert shown["organization"]["name"] == "wen-lyu-ting"
        assert shown["nx_update_cycle"] == "6"
        assert shown["nx_license_verbatim"] == "按原文"
        assert shown["resources"][0]["url"] == "https://dept.example/data/1.csv"
        assert sorted(tag["name"] for tag in shown["tags"]) == ["旅游", "景区"]

    def test_a_workbook_becomes_datasets(self, web, harvest, titles, call):
        run = harvest(web.put("/c.xlsx", book([HEADER, *ROWS]), "application/zip"))
        assert (run["state"], counts(run)) == ("done", {"create": 2})
        shown = call("package_search", q="景区名录")["results"][0]
        assert [item["name"] for item in shown["nx_items"]] == ["名称", "地址"]
        assert shown["resources"][0]["nx_file_name"] == "景区 名录.csv"

    def test_datasets_that_sound_alike_get_addresses_of_their_own(self, web, harvest, call):
        body = PREFIXES + dataset(1, "名录") + dataset(2, "明路") + dataset(3, "鸣鹿")
        assert counts(harvest(web.put("/1", body))) == {"create": 3}
        names = {entry["name"] for entry in call("package_search")["results"]}
        assert len(names) == 3
        assert all(name.startswith("ming-lu") for name in names)


class TestSecondHarvest:
    def test_nothing_is_written_when_nothing_changed(self, web, harvest, call):
        url = web.put("/1", turtle(1, 2))
        harvest(url)
        before = call("package_show", id="shu-ju-ji-1")
        web.put("/1", turtle(2, 1) + "# 新的注释")
        run = harvest(url)
        assert counts(run) == {"unchanged": 2}
        assert call("package_show", id="shu-ju-ji-1") == before

    def test_an_answer_304_ends_the_run_without_reading(self, web, harvest):
        url = web.put("/1", turtle(1, 2), ETag='"1"')
        harvest(url)
        run = harvest(url)
        assert (counts(run), run["note"]) == ({"unchanged": 2}, {"not_modified": True})

    def test_a_304_of_the_first_page_does_not_hide_a_change_of_the_second(self, web, harvest):
        first = page("/1", [1], "/2")
        web.put("/1", first, ETag='"1"')
        web.put("/2", page("/2", [2], None), ETag='"2"')
        harvest(web.base + "/1")
        web.put("/2", page("/2", [2, 3], None), ETag='"3"')
        assert counts(harvest(web.base + "/1")) == {"create": 1, "unchanged": 2}

    def test_a_change_is_written_and_its_fields_are_in_the_plan(self, web, harvest, call):
        url = web.put("/1", turtle(1, 2))
        harvest(url)
        ids = call("package_show", id="shu-ju-ji-1")["resources"][0]["id"]
        web.put("/1", PREFIXES + dataset(1, notes="新说明") + dataset(2))
        run = harvest(url)
        assert counts(run) == {"update": 1, "unchanged": 1}
        plan = call("nx_harvest_run_plan", id=run["id"])
        assert [change["field"] for change in plan["entries"][0]["changes"]] == ["notes_translated"]
        shown = call("package_show", id="shu-ju-ji-1")
        assert shown["notes_translated"] == {"zh": "新说明"}
        assert shown["resources"][0]["id"] == ids

    def test_a_persons_edit_survives(self, web, harvest, call):
        url = web.put("/1", turtle(1))
        harvest(url)
        call("package_patch", id="shu-ju-ji-1", notes_translated={"zh": "人改的"}, nx_contact_name="张三")
        web.put("/1", PREFIXES + dataset(1, title="新标题", notes="新说明"))
        harvest(url)
        shown = call("package_show", id="shu-ju-ji-1")
        assert shown["title"] == "新标题"
        assert shown["notes_translated"] == {"zh": "人改的"}
        assert shown["nx_contact_name"] == "张三"


class TestWithdrawal:
    def many(self, *missing):
        return turtle(*[key for key in range(1, 21) if key not in missing])

    def test_a_vanished_dataset_is_kept_for_its_department_and_leaves_the_public(self, web, harvest, call, titles):
        url = web.put("/1", self.many())
        harvest(url)
        web.put("/1", self.many(7))
        run = harvest(url)
        assert counts(run) == {"withdraw": 1, "unchanged": 19}
        assert "数据集7" not in titles()
        shown = call("package_show", id="shu-ju-ji-7")
        assert shown["state"] == "active"
        assert [extra["key"] for extra in shown["extras"]] == ["nx_withdrawn"]
        nobody: Any = {"user": "", "ignore_auth": False, "auth_user_obj": None}
        with pytest.raises(tk.NotAuthorized):
            tk.check_access("package_show", nobody, {"id": shown["id"]})
        told = call("nx_dataset_withdrawal_show", id="shu-ju-ji-7")
        assert (told["by"], told["reason"], told["id"]) == ("source", "", shown["id"])

    def test_it_comes_back_by_itself_with_its_id(self, web, harvest, call, titles):
        url = web.put("/1", self.many())
        harvest(url)
        before = call("package_show", id="shu-ju-ji-7")
        web.put("/1", self.many(7))
        harvest(url)
        web.put("/1", self.many())
        assert counts(harvest(url)) == {"restore": 1, "unchanged": 19}
        after = call("package_show", id="shu-ju-ji-7")
        assert {**after, "metadata_modified": ""} == {**before, "metadata_modified": ""}
        assert "数据集7" in titles()

    def test_many_withdrawals_wait_for_a_person(self, web, harvest, titles):
        url = web.put("/1", self.many())
        harvest(url)
        web.put("/1", self.many(1, 2, 3))
        run = harvest(url)
        assert (run["state"], counts(run)) == ("held", {"withdraw": 3, "unchanged": 17})
        assert len(titles()) == 20

    @pytest.mark.parametrize(
        ("body", "issue"),
        [
            (PREFIXES, "catalogue_empty"),
            (turtle(*range(1, 20)) + '[] a dcat:Dataset ; dct:title "无标识"@zh .', "record_without_identifier"),
            (page("/1", list(range(1, 20)), None, 20), "total_not_reached"),
            (page("/1", list(range(1, 20)), "/gone"), "page_unreadable"),
            (page("/1", list(range(1, 20)), "/2"), "page_loop"),
        ],
    )
    def test_without_proof_nothing_is_withdrawn(self, web, harvest, titles, body, issue):
        url = web.put("/1", self.many())
        harvest(url)
        web.put("/1", body)
        web.put("/2", page("/2", [1], "/1"))
        run = harvest(url)
        assert issue in run["doubts"]
        assert run["counts"]["withdraw"] == 0
        assert len(titles()) == 20

    def test_a_renamed_identifier_is_a_new_dataset_and_the_old_waits(self, web, harvest):
        url = web.put("/1", turtle(1))
        harvest(url)
        web.put("/1", turtle(2))
        run = harvest(url)
        assert (run["state"], counts(run)) == ("held", {"create": 1, "withdraw": 1})


class TestDecisions:
    @pytest.fixture
    def held(self, web, harvest):
        url = web.put("/1", turtle(*range(1, 6)))
        harvest(url)
        web.put("/1", turtle(1, 6, more=dataset(2, notes="新说明")))
        return harvest(url)

    def test_an_approved_run_is_carried_out(self, held, call, titles):
        run = call("nx_harvest_run_approve", id=held["id"])
        assert (run["state"], counts(run)) == ("done", {"create": 1, "update": 1, "unchanged": 1, "withdraw": 3})
        assert titles() == ["数据集1", "数据集2", "数据集6"]

    def test_a_refused_run_changes_nothing_and_asks_again(self, web, held, call, harvest, titles):
        assert call("nx_harvest_run_refuse", id=held["id"])["state"] == "refused"
        assert len(titles()) == 5
        assert harvest(web.base + "/1")["state"] == "held"

    def test_a_decision_is_made_once(self, held, call):
        from ckan.plugins import toolkit as tk

        call("nx_harvest_run_refuse", id=held["id"])
        with pytest.raises(tk.ValidationError):
            call("nx_harvest_run_approve", id=held["id"])

    def test_undo_restores_the_state_before_the_run(self, web, harvest, call, titles):
        url = web.put("/1", turtle(*range(1, 21)))
        harvest(url)
        before = {n: call("package_show", id=f"shu-ju-ji-{n}") for n in range(1, 21)}
        web.put("/1", turtle(*range(3, 22), more=dataset(2, notes="新说明")))
        run = harvest(url)
        assert counts(run) == {"create": 1, "update": 1, "unchanged": 18, "withdraw": 1}
        assert call("nx_harvest_run_undo", id=run["id"])["state"] == "undone"
        after = {n: call("package_show", id=f"shu-ju-ji-{n}") for n in range(1, 21)}
        for dataset_ in (*before.values(), *after.values()):
            dataset_.pop("metadata_modified")
            for resource in dataset_["resources"]:
                resource.pop("metadata_modified")
        assert after == before
        assert titles() == sorted(f"数据集{n}" for n in range(1, 21))
        assert counts(harvest(url)) == {"create": 1, "update": 1, "unchanged": 18, "withdraw": 1}
        assert "数据集21" in titles()


class TestInTheBackground:
    def test_a_worker_carries_out_a_queued_run(self, web, harvest, call, titles):
        url = web.put("/1", turtle(1))
        harvest(url)
        web.put("/1", turtle(1, 2))
        run = call("nx_harvest_run_create", source_id="test", queue=True)
        assert run["state"] == "pending"
        work()
        assert counts(call("nx_harvest_run_show", id=run["id"])) == {"create": 1, "unchanged": 1}
        assert titles() == ["数据集1", "数据集2"]

    @pytest.mark.parametrize(("minutes", "due"), [(-120, True), (-1, False)])
    def test_a_source_is_due_once_its_time_has_come(self, web, harvest, minutes, due):
        import datetime as dt

        from ckan import model

        from ckanext.nxopendata.harvest.models import Run
        from ckanext.nxopendata.harvest.runs import jobs

        harvest(web.put("/1", turtle(1)), schedule="30 2 * * *")  # 18:30 UTC
        begun = dt.datetime.fromisoformat("2026-11-01T18:32")
        model.Session.query(Run).update({"created": begun + dt.timedelta(minutes=minutes)})
        model.Session.commit()
        assert [source.name for source in jobs.find_due_sources(begun)] == (["test"] if due else [])

    def test_a_schedule_must_be_one(self, web, harvest):
        from ckan.plugins import toolkit as tk

        with pytest.raises(tk.ValidationError):
            harvest(web.put("/1", turtle(1)), schedule="每天")


class TestVerify:
    def test_what_the_index_lost_is_counted_and_brought_back(self, web, harvest, titles):
        from ckan.lib.search.common import make_connection

        from ckanext.nxopendata.harvest.monitoring import verify

        harvest(web.put("/1", turtle(1, 2, 3)))
        assert verify.compare().missing == frozenset()
        make_connection().delete(q="name:shu-ju-ji-2", commit=True)
        found = verify.compare()
        assert (found.datasets, len(found.missing), len(found.surplus)) == (3, 1, 0)
        verify.repair(found)
        assert verify.compare().missing == frozenset()
        assert titles() == ["数据集1", "数据集2", "数据集3"]


class TestMirror:
    def catalogue(self, web, notes="说明", **files):
        for name, body in files.items():
            web.put(f"/data/{name}.csv", body, "text/csv")
        body = PREFIXES + dataset(1, notes=notes).replace("https://dept.example/data", "data")
        return web.put("/1", body)

    def stored(self, call):
        from ckan.lib import uploader

        resource = call("package_show", id="shu-ju-ji-1")["resources"][0]
        path = uploader.get_resource_uploader(resource).get_path(resource["id"])
        return resource, Path(path).read_bytes()

    def test_files_are_copied_with_size_digest_and_name(self, web, harvest, call):
        import hashlib

        run = harvest(self.catalogue(web, **{"1": "甲,乙\n"}), files="mirror")
        assert (run["state"], counts(run)) == ("done", {"create": 1})
        resource, body = self.stored(call)
        assert body.decode() == "甲,乙\n"
        assert resource["url_type"] == "upload"
        assert resource["url"].startswith("http://test.ckan.net/dataset/")
        assert (resource["size"], resource["nx_file_name"]) == (len(body), "1.csv")
        assert resource["hash"] == hashlib.sha256(body).hexdigest()
        assert resource["nx_source_url"] == web.base + "/data/1.csv"

    def test_nothing_is_copied_again_when_nothing_changed(self, web, harvest):
        url = self.catalogue(web, **{"1": "甲"})
        harvest(url, files="mirror")
        web.requests.clear()
        web.put("/1", web.replies["/1"].body + b"# x")
        assert counts(harvest(url, files="mirror")) == {"unchanged": 1}
        assert "/data/1.csv" not in web.paths()

    def test_a_change_of_the_record_brings_the_new_file(self, web, harvest, call):
        harvest(self.catalogue(web, **{"1": "甲"}), files="mirror")
        old, _ = self.stored(call)
        run = harvest(self.catalogue(web, notes="新说明", **{"1": "甲乙"}), files="mirror")
        assert counts(run) == {"update": 1}
        new, body = self.stored(call)
        assert body.decode() == "甲乙"
        assert new["id"] == old["id"]
        assert new["last_modified"] > old["last_modified"]
        assert call("package_show", id="shu-ju-ji-1")["notes"] == "新说明"

    @pytest.mark.parametrize(
        ("reply", "code"),
        [
            (Reply(status=404), "file_not_mirrored"),
            (Reply("<!DOCTYPE html>找不到".encode(), headers={"Content-Type": "text/csv"}), "file_is_a_page"),
            (Reply(b"PK\x03\x04", headers={"Content-Type": "text/csv"}), "file_of_another_type"),
        ],
    )
    def test_a_dead_link_is_reported_and_the_copy_stays(self, web, harvest, call, problems, reply, code):
        harvest(self.catalogue(web, **{"1": "甲"}), files="mirror")
        url = self.catalogue(web, notes="新说明")
        web.replies["/data/1.csv"] = reply
        run = harvest(url, files="mirror")
        assert [(p["code"], p["refuses"]) for p in problems(run)] == [(code, False)]
        resource, body = self.stored(call)
        assert (body.decode(), resource["url_type"]) == ("甲", "upload")

    def test_a_file_that_never_came_stays_a_link_until_it_comes(self, web, harvest, call, problems, every_run):
        url = self.catalogue(web)
        run = harvest(url, files="mirror")
        assert [p["code"] for p in problems(run)] == ["file_not_mirrored"]
        resource = call("package_show", id="shu-ju-ji-1")["resources"][0]
        assert (resource["url"], resource["url_type"]) == (web.base + "/data/1.csv", None)
        web.put("/data/1.csv", "甲", "text/csv")
        assert counts(harvest(url, files="mirror")) == {"update": 1}
        assert self.stored(call)[1].decode() == "甲"

    @pytest.fixture
    def every_run(self, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.mirror_check_hours"] = 0
        ckan_config["ckanext.nxopendata.harvest.mirror_versions"] = 2

    def test_a_changed_file_of_an_unchanged_record_is_a_new_content_beside_the_old(
        self, web, app, harvest, call, every_run
    ):
        url = self.catalogue(web, **{"1": "一"})
        web.put("/1", web.replies["/1"].body, ETag='"same"')
        web.put("/data/1.csv", "一", "text/csv", ETag='"1"')
        harvest(url, files="mirror")
        first, _ = self.stored(call)
        run = harvest(url, files="mirror")
        assert (counts(run), run["note"]) == ({"unchanged": 1}, {"not_modified": True})
        assert web.requests[-1][1]["If-None-Match"] == '"1"'
        web.put("/data/1.csv", "二二", "text/csv", ETag='"2"')
        run = harvest(url, files="mirror")
        assert counts(run) == {"update": 1}
        (step,) = call("nx_harvest_run_plan", id=run["id"])["entries"]
        assert [change["field"] for change in step["changes"]] == ["resources"]
        second, body = self.stored(call)
        assert (body.decode(), second["id"], second["size"]) == ("二二", first["id"], 6)
        assert second["last_modified"] > first["last_modified"]
        files = call("nx_harvest_file_list", id=first["id"])
        assert [(one["number"], one["sha256"], one["current"]) for one in files] == [
            (2, second["hash"], True),
            (1, first["hash"], False),
        ]
        earlier = f"/dataset/shu-ju-ji-1/resource/{first['id']}/content/1"
        assert app.get(earlier).body == "一"
        assert earlier in app.get(f"/dataset/shu-ju-ji-1/resource/{first['id']}").body

        call("nx_harvest_run_undo", id=run["id"])
        undone, body = self.stored(call)
        assert (body.decode(), undone["hash"], undone["last_modified"]) == ("一", first["hash"], first["last_modified"])
        assert counts(harvest(url, files="mirror")) == {"update": 1}  # the source still says so
        assert self.stored(call)[1].decode() == "二二"

        web.put("/data/1.csv", "三", "text/csv")
        harvest(url, files="mirror")
        assert [one["number"] for one in call("nx_harvest_file_list", id=first["id"])] == [3, 2]
        app.get(earlier, status=404)
        kept = f"/dataset/shu-ju-ji-1/resource/{first['id']}/content/2"
        assert app.get(kept).body == "二二"
        call("package_patch", id="shu-ju-ji-1", private=True)
        app.get(kept, status=404)

    def test_a_link_that_died_is_told_and_the_copy_stays_although_nothing_else_changed(
        self, web, harvest, call, problems, every_run
    ):
        url = self.catalogue(web, **{"1": "甲"})
        web.put("/1", web.replies["/1"].body, ETag='"same"')
        harvest(url, files="mirror")
        web.replies["/data/1.csv"] = Reply(status=404)
        run = harvest(url, files="mirror")
        assert (run["state"], counts(run)) == ("done", {"unchanged": 1})
        assert [(p["code"], p["refuses"]) for p in problems(run)] == [("file_not_mirrored", False)]
        resource, body = self.stored(call)
        assert (body.decode(), resource["url_type"]) == ("甲", "upload")
        assert call("nx_harvest_file_list", id=resource["id"])[0]["failure"] == "server_refused"

    def test_a_file_that_a_person_put_in_its_place_stays(self, web, harvest, call, every_run):
        from io import BytesIO

        from werkzeug.datastructures import FileStorage

        url = self.catalogue(web, **{"1": "甲"})
        harvest(url, files="mirror")
        resource, _ = self.stored(call)
        theirs = FileStorage(BytesIO("人的".encode()), filename="own.csv")
        call("resource_patch", id=resource["id"], upload=theirs)
        for notes in ("说明", "新说明"):
            harvest(self.catalogue(web, notes=notes, **{"1": "乙乙"}), files="mirror")
            resource, body = self.stored(call)
            assert (body.decode(), resource["url"].rpartition("/")[2]) == ("人的", "own.csv")
        assert call("package_show", id="shu-ju-ji-1")["notes"] == "新说明"


class TestKilled:
    """A process that dies between its steps loses nothing and doubles nothing."""

    def interrupted(self, monkeypatch, target, name, after):
        """Let ``target.name`` work ``after`` times, then die as the process would."""
        real, calls = getattr(target, name), []

        def dying(*args, **kwargs):
            if len(calls) >= after:
                raise KeyboardInterrupt
            calls.append(1)
            return real(*args, **kwargs)

        monkeypatch.setattr(target, name, dying)

    @pytest.mark.parametrize(
        ("module", "name", "after"),
        [
            ("planning.planner:Planner", "plan_batch", 0),
            ("runs.lifecycle.plans", "close", 0),
            ("runs.execution.apply", "write_steps", 0),
            ("runs.execution.apply", "write_steps", 1),
            ("runs.execution.apply", "index_steps", 0),
            ("runs.execution.apply", "index_steps", 1),
            ("runs.executor", "finish", 0),
        ],
    )
    def test_at_any_step(self, web, harvest, call, titles, monkeypatch, ckan_config, module, name, after):
        import pkgutil

        from .conftest import clear_locks

        ckan_config["ckanext.nxopendata.harvest.chunk"] = 4
        url = web.put("/1", turtle(*range(1, 11)))
        with monkeypatch.context() as patch:
            self.interrupted(patch, pkgutil.resolve_name(f"ckanext.nxopendata.harvest.{module}"), name, after)
            with pytest.raises(KeyboardInterrupt):
                harvest(url)
        from ckan import model

        model.Session.rollback()
        model.Session.expunge_all()
        clear_locks()  # their time passes
        run = harvest(url)
        assert run["state"] == "done"
        assert titles() == sorted(f"数据集{n}" for n in range(1, 11))
        assert model.Session.query(model.Package).count() == 10
        assert counts(harvest(url)) == {"unchanged": 10}
        states = [entry["state"] for entry in call("nx_harvest_run_list", source_id="test")]
        assert states == ["done", "done", "failed"]


class TestRefusedRecords:
    def test_one_bad_record_never_stops_the_rest(self, web, harvest, titles, problems):
        bad = f"<{iri('bad')}> a dcat:Dataset ; dct:description '没有标题'@zh ."
        run = harvest(web.put("/1", turtle(1, 2, more=bad)))
        assert counts(run) == {"create": 2, "refused": 1}
        (problem,) = problems(run)
        assert (problem["guid"], problem["field"], problem["refuses"]) == (iri("bad"), "title_translated", True)
        assert problem["message"]
        assert problem["remedy"]
        assert titles() == ["数据集1", "数据集2"]

    def test_what_the_schema_refuses_is_left_out_and_listed_with_its_field(self, web, harvest, problems):
        bad = dataset("bad", extra='nx:resourceCode "not-a-code" ;')
        run = harvest(web.put("/1", turtle(1, more=bad)))
        assert counts(run) == {"create": 2}
        assert [(p["code"], p["field"], p["guid"], p["refuses"]) for p in problems(run)] == [
            ("field_left_out", "nx_resource_code", iri("bad"), False)
        ]

    def test_a_refused_record_is_tried_again_and_not_forgotten(self, web, harvest, titles):
        url = web.put("/1", PREFIXES + dataset(1, title="长" * 600), ETag='"1"')
        assert counts(harvest(url)) == {"refused": 1}
        assert counts(harvest(url)) == {"refused": 1}
        web.put("/1", turtle(1))
        assert counts(harvest(url)) == {"create": 1}

    def test_a_known_dataset_whose_record_turned_bad_stays(self, web, harvest, titles):
        url = web.put("/1", turtle(1, 2))
        harvest(url)
        web.put("/1", turtle(1, more=dataset(2, extra='nx:shareType "2" ;')))
        run = harvest(url)
        assert counts(run) == {"unchanged": 1, "refused": 1}
        assert titles() == ["数据集1", "数据集2"]

    def test_identifiers_that_repeat_or_are_endless(self, web, harvest, problems):
        long = f"[] a dcat:Dataset ; dct:title 'x'@zh ; dct:identifier '{'长' * 10_000}' ."
        twice = "[] a dcat:Dataset ; dct:title 'x'@zh ; dct:description 'y'@zh ; dct:identifier 'a\"b' . "
        run = harvest(web.put("/1", turtle(1, more=long + twice + twice.replace("'x'", "'z'"))))
        assert counts(run) == {"create": 2, "refused": 2}
        assert {p["code"] for p in problems(run)} == {"identifier_too_long", "identifier_repeated"}


class TestFailure:
    @pytest.mark.parametrize(
        ("reply", "code"),
        [
            (Reply(status=404), "server_refused"),
            (Reply(b"<html/>", headers={"Content-Type": "text/html"}), "format_not_recognised"),
            (Reply(b"@prefix x", headers={"Content-Type": "text/turtle"}), "rdf_broken"),
            (Reply(status=302, headers={"Location": "http://10.0.0.1/"}), "address_forbidden"),
        ],
    )
    def test_a_source_that_cannot_be_read_loses_nothing(self, web, harvest, titles, problems, reply, code):
        url = web.put("/1", turtle(1, 2))
        harvest(url)
        web.replies["/1"] = reply
        run = harvest(url)
        assert (run["state"], [problem["code"] for problem in problems(run)]) == ("failed", [code])
        assert titles() == ["数据集1", "数据集2"]
        web.put("/1", turtle(1, 2, 3))
        assert counts(harvest(url)) == {"create": 1, "unchanged": 2}

    def test_two_runs_of_a_source_do_not_meet(self, web, harvest, call):
        from ckanext.nxopendata.harvest.errors import HarvestError
        from ckanext.nxopendata.harvest.runs.coordination import locks

        url = web.put("/1", turtle(1))
        harvest(url)
        source = call("nx_harvest_source_show", id="test")
        with locks.lock_source(source["id"], "another run"), pytest.raises(HarvestError, match="run_busy"):
            harvest(url)
        assert harvest(url)["state"] == "done"

    def test_the_lock_of_a_run_that_is_over_holds_nobody_up(self, web, harvest):
        """Its worker was killed after the last commit, before it let go."""
        from ckanext.nxopendata.harvest.runs.coordination import locks

        url = web.put("/1", turtle(1))
        over = harvest(url)
        assert locks.take(over["source_id"], over["id"])
        assert harvest(url)["state"] == "done"


class TestCommands:
    @pytest.fixture
    def ckan(self, cli):
        from ckan.cli.cli import ckan

        return lambda *arguments: cli.invoke(ckan, ["nx", "harvest", *arguments])

    def create(self, ckan, url, *more):
        options = ["--name", "demo", "--title", "目录", "--url", url, "--organization", "wen-lyu-ting", *more]
        return ckan("source", "create", *options)

    def test_a_source_is_created_changed_and_run(self, web, department, ckan):
        url = web.put("/1", turtle(1, 2))
        assert self.create(ckan, url).exit_code == 0
        assert self.create(ckan, url).exit_code == 1
        assert self.create(ckan, url, "--update").exit_code == 0
        result = ckan("run", "demo")
        assert result.exit_code == 0
        assert "新增 created 2" in result.output
        assert "未变 unchanged 2" in ckan("run", "demo").output
        assert "demo" in ckan("source", "list").output

    def test_json_is_nothing_but_json(self, web, department, ckan):
        self.create(ckan, web.put("/1", turtle(1)))
        result = json.loads(ckan("run", "demo", "--json").stdout)
        assert (result["state"], result["counts"]["create"], result["problems"]) == ("done", 1, [])
        assert json.loads(ckan("source", "list", "--json").stdout)[0]["name"] == "demo"

    def test_every_command_answers_in_json(self, web, department, ckan):
        from ckanext.nxopendata.harvest.cli import harvest

        def commands(group, path=()):
            for name, command in group.commands.items():
                inner = getattr(command, "commands", None)
                yield from commands(command, (*path, name)) if inner else [((*path, name), command)]

        every = dict(commands(harvest))
        assert len(every) > 20
        assert [path for path, command in every.items() if "as_json" not in {p.name for p in command.params}] == []

    def test_a_run_is_shown_with_its_problems(self, web, department, ckan):
        body = PREFIXES + dataset(1) + '[] a dcat:Dataset ; dct:title "x"@zh .'
        self.create(ckan, web.put("/1", body))
        run = json.loads(ckan("run", "demo", "--json").stdout)
        shown = json.loads(ckan("show", run["id"], "--json", "--wait").stdout)
        assert (shown["state"], shown["counts"]) == ("done", run["counts"])
        assert shown["progress"] == {"done": 1, "total": 1}
        assert [problem["code"] for problem in shown["problems"]] == ["record_without_identifier"]
        listed = json.loads(ckan("problems", run["id"], "--json").stdout)
        assert listed == {"count": 1, "problems": shown["problems"]}
        assert listed["problems"][0]["remedy"]
        assert listed["problems"][0]["remedy"] in ckan("problems", run["id"]).output
        assert ckan("show", "missing").exit_code == 1
        assert json.loads(ckan("source", "delete", "demo", "--json").stdout) == {"deleted": "demo"}

    def test_the_exit_status_tells_what_happened(self, web, department, ckan):
        self.create(ckan, web.put("/1", turtle(1)))
        ckan("run", "demo")
        web.put("/1", turtle(2))
        assert ckan("run", "demo").exit_code == 2
        web.replies["/1"] = Reply(status=404)
        assert ckan("run", "demo").exit_code == 1
        assert ckan("run", "missing").exit_code == 1
