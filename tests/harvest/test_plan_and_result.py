"""The dry run, the plan and the result say the same, by the same rules; a run without work ends at once."""

from __future__ import annotations

import json

import pytest

from .catalogues import PREFIXES, dataset, turtle

pytestmark = [pytest.mark.usefixtures("with_plugins")]

MIXED = PREFIXES + "".join(
    [
        dataset(1),
        dataset(2, title="长" * 600),  # longer than a title may be
        dataset(3, extra='nx:shareType "2" ;'),  # shared on conditions that it does not name
        dataset(4, extra='nx:resourceCode "not-a-code" ;'),  # a field that it can do without
        dataset(5, title="同名"),
        dataset(6, title="同名"),
    ]
)


STRANGE = json.dumps(
    {
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "dataset": [
            {"identifier": "a\u0000b", "title": "甲", "description": "说明", "a\u0000c": "没有对应"},
            {"identifier": "ab", "title": "乙", "description": "与甲只差一个看不见的字符"},
            {"identifier": "丙", "title": "丙", "description": "说明"},
            {"identifier": "长" * 700, "title": "丁", "description": "说明"},
            {"identifier": "戊", "title": "戊", "description": "说明", "accessLevel": "non-public"},
            {"title": "己", "description": "说明"},
        ],
    }
)


def counts(run):
    return {kind: number for kind, number in run["counts"].items() if number}


class TestAgreement:
    def test_what_would_be_refused_when_writing_is_refused_when_planning(self, web, harvest, call):
        url = web.put("/mixed", MIXED)
        planned = harvest(url, trust="review")
        assert (planned["state"], counts(planned)) == ("held", {"create": 4, "refused": 2})
        told = call("nx_harvest_problem_list", run_id=planned["id"])["problems"]
        done = call("nx_harvest_run_approve", id=planned["id"])
        assert (done["state"], counts(done)) == ("done", counts(planned))
        after = call("nx_harvest_problem_list", run_id=done["id"])["problems"]
        assert [(p["code"], p["guid"], p["field"]) for p in after] == [(p["code"], p["guid"], p["field"]) for p in told]

    def test_the_dry_run_says_the_same(self, web, harvest, call):
        url = web.put("/mixed", MIXED)
        tried = call("nx_harvest_source_test", url=url, organization="wen-lyu-ting")
        run = harvest(url)
        assert tried["counts"] == counts(run)
        told = {(p["code"], p["guid"], p["field"]) for entry in tried["datasets"] for p in entry["problems"]}
        problems = call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        assert told == {(p["code"], p["guid"], p["field"]) for p in problems if p["guid"]}
        assert {code for code, _, _ in told} == {"not_valid", "field_left_out", "title_repeated"}

    def test_of_identifiers_and_records_that_are_not_public(self, web, harvest, call):
        url = web.put("/data.json", STRANGE, "application/json")
        tried = call("nx_harvest_source_test", url=url, organization="wen-lyu-ting")
        run = harvest(url)
        assert tried["counts"] == counts(run) == {"create": 2, "refused": 3, "withheld": 1}
        told = sorted((p["code"], p["guid"] or "") for entry in tried["datasets"] for p in entry["problems"])
        problems = call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        assert told == sorted((p["code"], p["guid"] or "") for p in problems if p["level"] == "record")
        assert [code for code, _ in told] == [
            "identifier_repeated",
            "identifier_too_long",
            "record_not_public",
            "record_without_identifier",
        ]
        assert [doubt["code"] for doubt in tried["doubts"]] == run["doubts"]
        again = call("nx_harvest_source_test", id="test")
        assert again["counts"] == {"unchanged": 2, "refused": 3, "withheld": 1}

    def test_of_what_another_source_has(self, web, harvest, call):
        harvest(web.put("/1", PREFIXES + dataset(1) + dataset(2)))
        url = web.put("/2", PREFIXES + dataset(2) + dataset(3))
        told = {}
        for priority in (200, 50):
            options = {"url": url, "organization": "wen-lyu-ting", "priority": priority}
            told[priority] = call("nx_harvest_source_test", **options)["counts"]
            name = f"other-{priority}"
            call("nx_harvest_source_create", name=name, title="另一个", trust="review", **options)
            planned = counts(call("nx_harvest_run_create", source_id=name))
            assert planned == told[priority] == call("nx_harvest_source_test", id=name)["counts"]
        assert told == {200: {"duplicate": 1, "create": 1}, 50: {"update": 1, "create": 1}}

    def test_a_field_that_stays_left_out_is_no_change(self, web, harvest):
        url = web.put("/mixed", MIXED)
        harvest(url)
        web.put("/mixed", MIXED + "# read me again")
        assert counts(harvest(url)) == {"unchanged": 4, "refused": 2}

    def test_what_the_rules_say_is_told_in_the_language_of_the_reader(self, web, harvest, call, app):
        run = harvest(web.put("/mixed", PREFIXES + dataset(2, title="长" * 600)))
        path = f"/api/3/action/nx_harvest_problem_list?run_id={run['id']}"
        token = call("api_token_create", user=call("get_site_user")["name"], name="t")["token"]
        asked = {"headers": {"Authorization": token}}
        chinese, english = (
            [p["message"] for p in json.loads(app.get(prefix + path, **asked).body)["result"]["problems"]]
            for prefix in ("", "/en")
        )
        assert len(chinese) == len(english) > 0
        assert any("500" in message for message in english)
        assert not any(message.isascii() for message in chinese)
        assert all(message.isascii() for message in english)


class TestProviders:
    @pytest.mark.parametrize("provider", ["统计局", "11640000MB0000011X"])
    def test_rows_of_another_department_are_not_published_as_those_of_this_one(self, web, harvest, call, provider):
        call("organization_create", name="tjj", title_translated={"zh": "统计局"}, nx_uscc="91110000600037341L")
        provider = {"统计局": ("统计局", ""), "11640000MB0000011X": ("", "91110000600037341L")}[provider]
        header = "信息资源代码,信息资源名称,信息资源摘要,信息资源提供方,信息资源提供方代码"
        rows = f"{header}\n214001/1,一,说明,,\n214001/2,二,说明,{provider[0]},{provider[1]}\n"
        run = harvest(web.put("/c.csv", rows, "text/csv"), format="workbook")
        assert counts(run) == {"create": 1, "refused": 1}
        (problem,) = [
            p
            for p in call("nx_harvest_problem_list", run_id=run["id"])["problems"]
            if p["level"] == "record" and p["refuses"]
        ]
        assert problem["code"] == "provider_of_another"
        assert "统计局" in problem["message"]

    def test_of_a_department_known_by_its_english_title_too(self, web, harvest, call):
        call("organization_create", name="tjj", title_translated={"zh": "统计局", "en": "Bureau of Statistics"})
        rows = "信息资源代码,信息资源名称,信息资源摘要,信息资源提供方\n214001/1,一,说明,Bureau of Statistics\n"
        run = harvest(web.put("/c.csv", rows, "text/csv"), format="workbook")
        assert counts(run) == {"refused": 1}

    def test_a_provider_that_nobody_knows_is_told_and_its_rows_come_in(self, web, harvest, call):
        header = "信息资源代码,信息资源名称,信息资源摘要,信息资源提供方"
        rows = f"{header}\n214001/1,一,说明,文化和旅游厅\n214001/2,二,说明,月球开发局\n214001/3,三,说明,\n"
        url = web.put("/c.csv", rows, "text/csv")
        tried = call("nx_harvest_source_test", url=url, organization="wen-lyu-ting", format="workbook")
        run = harvest(url, format="workbook")
        assert tried["counts"] == counts(run) == {"create": 3}
        problems = call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        (problem,) = [problem for problem in problems if problem["level"] == "record"]
        assert (problem["code"], problem["refuses"], problem["field"]) == ("provider_unknown", False, "owner_org")
        assert "月球开发局" in problem["message"]
        told = {(p["code"], p["guid"], p["field"]) for entry in tried["datasets"] for p in entry["problems"]}
        assert told == {("provider_unknown", problem["guid"], "owner_org")}

    @pytest.mark.parametrize(("code", "told"), [("11640000MB1234567X", 1), ("https://dept.example/id", 0), ("", 0)])
    def test_the_publisher_of_a_dcat_catalogue_is_unknown_where_it_has_a_credit_code(
        self, web, harvest, call, code, told
    ):
        agent = f'[ <http://xmlns.com/foaf/0.1/name> "外地局"@zh ; dct:identifier "{code}" ]'
        run = harvest(web.put("/1", PREFIXES + dataset(1, extra=f"dct:publisher {agent} ;")))
        problems = call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        assert [p["code"] for p in problems if p["level"] == "record"] == ["provider_unknown"] * told


class TestEmptyRuns:
    def test_a_queued_run_without_work_ends_with_its_plan(self, web, harvest, call):
        from ckanext.nxopendata.harvest.runs import jobs

        url = web.put("/1", turtle(1))
        harvest(url)
        web.put("/1", turtle(1) + "# read me again")
        run = call("nx_harvest_run_create", source_id="test", queue=True)
        jobs.execute(run["id"])
        assert call("nx_harvest_run_show", id=run["id"])["state"] == "done"
        again = call("nx_harvest_run_create", source_id="test", queue=True)  # the source is free
        assert again["state"] == "pending"


FEDERAL = 402


def federal_record(number):
    """A record as agencies write them for Project Open Data 1.1, with fields that have no place here."""
    title = "Grants by state" if number in (7, 311) else f"Annual survey {number}"
    return {
        "@type": "dcat:Dataset",
        "identifier": f"https://agency.example/id/{number}",
        "title": title,
        "description": f"Results of the year, part {number}.",
        "keyword": ["survey", f"part-{number}"],
        "modified": "R/P1Y" if number % 50 == 0 else "2024-05-01",
        "accrualPeriodicity": "R/P1Y",
        "accessLevel": "public",
        "bureauCode": ["015:11"],
        "programCode": ["015:001"],
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "publisher": {"@type": "org:Organization", "name": "Agency", "subOrganizationOf": {"name": "Department"}},
        "contactPoint": {"@type": "vcard:Contact", "fn": "Data desk", "hasEmail": "mailto:data@agency.example"},
        "spatial": "-179.1,18.9,-66.9,71.4",
        "temporal": "2020-01-01/2020-12-31",
        "dataQuality": True,
        "primaryITInvestmentUII": f"023-{number:09}",
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "title": "Table",
                "downloadURL": f"https://agency.example/data/{number}.csv",
                "mediaType": "text/csv",
                "describedBy": "https://agency.example/dictionary.pdf",
            }
        ],
    }


class TestManyRecords:
    def test_all_402_records_of_a_data_json_come_in_and_what_has_no_place_is_told(self, web, harvest, call):
        catalogue = {
            "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
            "dataset": [federal_record(number) for number in range(FEDERAL)],
        }
        run = harvest(web.put("/data.json", json.dumps(catalogue), "application/json"))
        assert (run["state"], counts(run)) == ("done", {"create": FEDERAL})
        problems = call("nx_harvest_problem_list", run_id=run["id"], limit=10_000)["problems"]
        by_code = {}
        for problem in problems:
            by_code.setdefault(problem["code"], []).append(problem)
        assert [problem["guid"] for problem in by_code["title_repeated"]] == ["https://agency.example/id/311"]
        assert not any(problem["refuses"] for problem in problems)
        unused = by_code["fields_unused"][0]["message"]
        nested = ("distribution > describedBy", "publisher > subOrganizationOf")
        for name in ("bureauCode", "programCode", "dataQuality", "primaryITInvestmentUII", *nested):
            assert f"{name} ({FEDERAL})" in unused
        assert len([p for p in problems if p["field"] == "nx_region"]) == FEDERAL  # the shape lies elsewhere
        assert len([p for p in problems if p["code"] == "date_unreadable"]) == len(range(0, FEDERAL, 50))
