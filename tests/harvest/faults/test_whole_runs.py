"""Whole runs against what the world sends: every file proved or as before, true counts, nothing withdrawn."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

import pytest

from ..server import Reply
from .misbehaving import BAD, GOOD, TABLE, Answer, leads, misbehaving
from .reading import CASES

pytestmark = [pytest.mark.usefixtures("with_plugins")]

DIGEST = hashlib.sha256(TABLE).hexdigest()


def datajson(base, names):
    datasets = [
        {
            "identifier": f"file-{number}",
            "title": f"文件{name}",
            "description": "说明",
            "distribution": [{"title": name, "downloadURL": f"{base}/{quote(name)}", "mediaType": "text/csv"}],
        }
        for number, name in enumerate(names)
    ]
    return json.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": datasets}).encode()


def put(site, path, case):
    site.web.put(f"/{path}", (CASES / case).read_bytes(), "text/turtle")


def stored(site):
    from ckan import model

    from ckanext.nxopendata.harvest.models import KnownRecord, Source

    model.Session.remove()
    source = model.Session.query(Source).filter_by(name=site.name).one()
    records = model.Session.query(KnownRecord).filter_by(source_id=source.id, state="present")
    return {file.get("name") or file["id"]: file for record in records for file in record.written["resources"]}


class TestCopies:
    def test_a_copy_is_the_file_or_the_link_stays(self, site, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.requests_per_second"] = 1000
        with misbehaving(GOOD | BAD) as base:
            names = sorted(GOOD | BAD)
            site.source("copies", datajson(base, names), format="datajson", files="mirror")
            run = site.run()
            assert (run["state"], run["counts"]["create"]) == ("done", len(names))
            files = stored(site)
            assert {name for name, file in files.items() if file.get("url_type") == "upload"} == set(GOOD)
            assert {files[name]["hash"] for name in GOOD} == {DIGEST}
            assert all(files[name]["url"].startswith(base) for name in BAD)
            assert len([code for code in site.problems(run) if code != "fields_unused"]) >= len(BAD)

    def test_an_answer_that_turns_bad_leaves_the_earlier_copy(self, site, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.requests_per_second"] = 1000
        names = sorted(BAD)
        answers = dict.fromkeys(names, GOOD["plain"])
        with misbehaving(answers) as base:
            site.source("turned", datajson(base, names), format="datajson", files="mirror")
            assert site.run()["counts"]["create"] == len(names)
            answers |= BAD
            body = datajson(base, names).decode().replace("说明", "新说明").encode()
            changed = json.loads(body)
            for entry in changed["dataset"]:
                entry["description"] = "新说明"
            site.web.put("/turned", json.dumps(changed), "application/json")
            run = site.run()
            assert (run["state"], run["counts"]["update"]) == ("done", len(names))
            assert {file["hash"] for file in stored(site).values()} == {DIGEST}

    def test_304_that_nobody_asked_for_is_no_reading(self, site):
        with misbehaving({"c.json": Answer(b"", 304)}) as base:
            site.source("unasked", b"", format="datajson")
            site.call(
                "nx_harvest_source_update",
                id="unasked",
                title="unasked",
                url=f"{base}/c.json",
                organization=site.department,
                format="datajson",
            )
            run = site.run()
            assert (run["state"], site.problems(run)) == ("failed", ["not_modified_unasked"])

    def test_304_that_nobody_asked_for_proves_nothing_of_an_earlier_reading(self, site):
        body = datajson("https://dept.example", ["then"])
        site.source("then", body, format="datajson")
        site.web.replies["/then"] = [Reply(body, headers={"Content-Type": "application/json"}), Reply(status=304)]
        first, second = site.run(), site.run()
        assert (first["state"], first["counts"]["create"]) == ("done", 1)
        assert (second["state"], site.problems(second)) == ("failed", ["not_modified_unasked"])
        assert sum(second["counts"].values()) == 0
        assert stored(site).keys() == {"then"}

    @pytest.mark.parametrize(
        ("path", "answer", "code"),
        [
            ("wide", leads("http://data.dept.example／x.json".encode()), "redirect_nowhere"),
            ("long", leads("/" + "a" * 30_000), "address_too_long"),
            ("nothing", leads(""), "redirect_nowhere"),
        ],
    )
    def test_a_source_that_leads_nowhere_fails_with_a_sentence(self, site, path, answer, code):
        with misbehaving({f"{path}.json": answer}) as base:
            site.source(f"leads-{path}", b"", format="datajson")
            values = {"title": path, "url": f"{base}/{path}.json", "organization": site.department}
            site.call("nx_harvest_source_update", id=f"leads-{path}", format="datajson", **values)
            run = site.run()
            found = site.call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        assert (run["state"], [problem["code"] for problem in found]) == ("failed", [code])
        assert path != "wide" or "data.dept.example／x.json" in found[0]["message"]


class TestLongTexts:
    """Solr takes no term beyond 32,766 bytes: what is cut is cut in the index only."""

    def test_datasets_with_long_texts_are_whole_and_found_by_their_titles(self, site):
        body = (CASES / "text-beyond-32766-bytes" / "catalogue.ttl").read_bytes()
        site.source("long-texts", body.replace(b"dept.example/dataset/", b"dept.example/long/"))
        run = site.run()
        assert (run["state"], run["counts"]["create"], run["counts"]["refused"]) == ("done", 3, 0)
        found = site.call("package_search", q="条款很长的数据集")["results"]
        (dataset,) = [one for one in found if one["title"] == "条款很长的数据集"]
        assert len(dataset["nx_license_verbatim"].encode()) == 35_880
        assert len(site.call("package_show", id=dataset["id"])["nx_license_verbatim"].encode()) == 35_880

    def test_a_title_of_33_kilobytes_is_told_and_the_others_come_in(self, site):
        body = (CASES / "text-beyond-32766-bytes" / "data.json").read_text().replace("条款很长", "条款更长")
        site.source("long-title", body.encode(), format="datajson")
        run = site.run()
        assert (run["state"], run["counts"]["create"], run["counts"]["refused"]) == ("done", 2, 1)
        problems = site.call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        refused = [problem for problem in problems if problem["refuses"]]
        assert {problem["guid"] for problem in refused} == {"long-2"}
        assert any("500" in p["message"] for p in refused if p["field"] == "title_translated"), refused
        for title in ("条款更长的数据集", "一个词没有空格"):
            found = site.call("package_search", q=title)["results"]
            assert title in [dataset["title"] for dataset in found]
        dataset = next(one for one in found if one["title"] == "一个词没有空格")
        assert len(dataset["notes_translated"]["zh"]) == 40_000


class TestControlCharacters:
    def test_the_trial_and_the_run_read_all_five(self, site):
        body = (CASES / "control-characters" / "data.json").read_bytes()
        site.source("control", body, format="datajson")
        trial = site.call("nx_harvest_source_test", url=site.url, organization=site.department, format="datajson")
        assert [record["guid"] for record in trial["datasets"]] == ["id-1", "id-2", "id3", "id-4", "id-5"]
        run = site.run()
        assert (run["state"], run["counts"]["create"], run["counts"]["refused"]) == ("done", 5, 0)


class TestLists:
    def test_what_is_still_listed_is_not_withdrawn(self, site):
        first, second = (
            CASES / "listed-without-type" / name for name in ("1-first-reading.ttl", "2-second-reading.ttl")
        )
        site.source("listed", first.read_bytes())
        assert site.run()["counts"]["create"] == 25
        site.web.put("/listed", second.read_bytes())
        run = site.run()
        assert (run["state"], run["counts"]["withdraw"]) == ("done", 0)
        assert [doubt["code"] if isinstance(doubt, dict) else doubt for doubt in run["doubts"]] == [
            "listed_not_described"
        ]


class TestRecords:
    def test_equal_titles_come_in_with_a_finding(self, site):
        site.source("equal", (CASES / "other-catalogues" / "same-title.ttl").read_bytes())
        run = site.run()
        assert (run["state"], run["counts"]["create"], run["counts"]["refused"]) == ("done", 2, 0)
        assert site.problems(run) == ["title_repeated"]

    def test_a_record_that_is_public_no_more_is_withdrawn(self, site):
        datasets = [
            {"identifier": f"p-{n}", "title": f"公开{n}", "description": "说明", "accessLevel": "public"}
            for n in range(12)
        ]
        site.source("public", json.dumps({"conformsTo": "x", "dataset": datasets}).encode(), format="datajson")
        assert site.run()["counts"]["create"] == 12
        datasets[0]["accessLevel"] = "non-public"
        site.web.put("/public", json.dumps({"conformsTo": "x", "dataset": datasets}), "application/json")
        run = site.run()
        assert (run["state"], run["counts"]["withdraw"], run["counts"]["unchanged"]) == ("done", 1, 11)
        assert site.problems(run) == ["record_not_public"]

    def test_an_unknown_licence_of_a_file_refuses_no_dataset(self, site):
        body = (CASES / "other-catalogues" / "unknown-distribution-licence.ttl").read_text()
        site.source("licence", body.replace("dl-by-de/2.0", "nobody/knows"))
        run = site.run()
        assert (run["state"], run["counts"]["create"]) == ("done", 1)
        (file,) = stored(site).values()
        assert file["nx_license_verbatim"].endswith("nobody/knows")
