"""What the public sees of cases: nobody who asked, no word before the department looked; votes once an account."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import uuid
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.disclosure import anonymous, public_store
from ckanext.nxopendata.cases.disclosure.anonymous import mask
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.register_dataset import register_files, scheduled_tasks
from ckanext.nxopendata.catalogue import uploads
from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.register.evaluation import facts
from ckanext.nxopendata.register.reports import collection
from ckanext.nxopendata.safety.recognition.text import TextRules
from tests.cases.conftest import CaseSite
from tests.doors.site import OFFICE
from tests.statements import statements

DEMAND = {"subject": "公交线路和站点", "description": "全区公交，联系 13895123456"}


def ask(town: CaseSite, who: str = "applicant", **answers: str) -> dict[str, Any]:
    return town.apply(who, "demand", dataset="", department="wlt", answers=DEMAND | answers)


def test_the_register_names_nobody_and_shows_no_word_before_it_was_looked_at(app: Any, town: CaseSite) -> None:
    town.dataset()
    person: Any = model.User.get("applicant")
    person.fullname = "马晓明"
    model.Session.commit()
    demand, application = ask(town), town.apply()
    town.step(
        "head",
        application,
        "refuse",
        outcome="law",
        answers={"article": "《数据安全法》第二十一条"},
        opinion="《保密法》第十三条，与马晓明联系",
    )
    for address in ("/cases", "/cases.csv", "/cases.json", "/cases.atom", "/demands"):
        body = app.get(address).body
        assert "马晓明" not in body and "公交" not in body and "分析景区分布" not in body, address
    town.step("head", demand, "accept")
    for address in ("/cases", "/cases.json", "/demands"):
        body = app.get(address).body
        assert ("公交" in body or "\\u516c\\u4ea4" in body) and "13895123456" not in body, address
    rows = list(csv.DictReader(io.StringIO(app.get("/cases.csv").body.lstrip("\ufeff"))))
    assert [row["number"] for row in rows] == [application["number"], demand["number"]]
    assert "数据安全法" in rows[0]["basis"] and rows[0]["in_time"] == "1"
    entries = ElementTree.fromstring(app.get("/cases.atom").body).findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 2
    town.root("package_patch", id="jingqu", private=True)
    for address in ("/cases", "/cases.csv", "/cases.json", "/cases.atom"):
        body = app.get(address).body
        assert "景区" not in body and "\\u666f" not in body and "jingqu" not in body, address
    figures = json.loads(app.get("/cases.json").body)["figures"]
    answered = next(row for row in figures["departments"] if row["kind"] == "application")
    assert (answered["cases"], answered["answered"], answered["in_time"], answered["mean_days"]) == (1, 1, 1, 0.0)
    assert figures["refusals"][0]["cases"] == 1 and figures["refusals"][0]["outcome"] == "law"


def test_what_points_at_a_person_is_masked() -> None:
    text = "身份证 64010219800101123X，手机 13895123456，邮箱 a@b.cn；编号 20240101，金额 1234567890123"
    assert anonymous.mask(text) == "身份证 ***，手机 ***，邮箱 ***；编号 20240101，金额 1234567890123"


def test_a_vote_counts_once_and_never_ones_own(town: CaseSite) -> None:
    demand = ask(town)
    with pytest.raises(tk.ObjectNotFound):
        town.act("other", "nx_case_vote_create", number=demand["number"])
    town.step("head", demand, "accept")
    votes = [town.act(who, "nx_case_vote_create", number=demand["number"])["votes"] for who in ("other", "other")]
    assert votes == [1, 1]
    assert town.act("applicant", "nx_case_vote_create", number=demand["number"])["votes"] == 1
    with pytest.raises(tk.NotAuthorized):
        town.act("", "nx_case_vote_create", number=demand["number"])
    similar = town.act("", "nx_case_demand_list", similar="公交站点和线路")
    assert [one["number"] for one in similar["results"]] == [demand["number"]]
    assert town.act("", "nx_case_demand_list", similar="医院名录")["count"] == 0
    town.step("head", demand, "plan", outcome="planned", answers={"planned_for": "2027 年一季度"})
    shown = town.act("", "nx_case_demand_list")["results"][0]
    assert shown["answers"]["planned_for"] == "2027Q1"


def test_a_reuse_is_shown_at_its_dataset_and_survives_it(app: Any, town: CaseSite) -> None:
    dataset = town.dataset()
    answers = {
        "name": "景区地图",
        "type": "application",
        "description": "地图",
        "authors": "某公司",
        "address": "https://example.org/",
    }
    case = town.apply(kind="reuse", answers=answers)
    assert "景区地图" not in app.get("/dataset/jingqu").body
    town.step("editor", case, "show", outcome="shown")
    assert "景区地图" in app.get("/dataset/jingqu").body
    town.root("package_delete", id=dataset["id"])
    assert app.get(f"/case/{case['id']}", headers=town.headers("applicant")).status_code == 200
    assert app.get("/cases").status_code == 200


def multiply(cases: list[dict[str, Any]], times: int, departments: list[str]) -> None:
    """Store as many copies of cases, of several departments each."""
    for turn in range(times):
        for case in cases:
            row = model.Session.get_one(Case, case["id"])
            values = {column.key: getattr(row, column.key) for column in sa.inspect(Case).column_attrs}
            own = {"id": str(uuid.uuid4()), "client_key": str(uuid.uuid4())}
            kept = {name: value for name, value in values.items() if name != "serial"}
            model.Session.add(Case(**kept | own | {"owner_org": departments[turn % len(departments)]}))
    model.Session.commit()


def test_a_page_costs_as_many_questions_for_thirty_cases_as_for_three(app: Any, town: CaseSite) -> None:
    dataset = town.dataset(title_translated={"zh": "景区名录", "en": "Scenic areas"})
    departments = [
        town.department,
        *(
            town.root("organization_create", name=f"bm-{n}", title_translated={"zh": f"部门{n}"})["id"]
            for n in range(5)
        ),
    ]
    demand = ask(town)
    town.step("head", demand, "accept")
    answers = {"fulfilled_by": dataset["name"]}
    done = town.step("head", town.step("head", ask(town), "accept"), "fulfil", outcome="fulfilled", answers=answers)
    cases = [town.apply(), demand, done]
    pages = [
        *(("", page) for page in ("/cases", "/en/cases", "/cases?q=公交", "/cases.csv", "/cases.json", "/cases.atom")),
        *(("", page) for page in ("/demands", "/en/demands", "/reuses", "/en/dataset/jingqu")),
        *(("head", page) for page in ("/case/desk", "/en/case/desk")),
        *(("office", page) for page in ("/case/board", "/en/case/board?phase=")),
    ]

    def count() -> dict[str, int]:
        """The least of three times: what is read of the configuration now and then, by the clock, is not counted."""
        counts: dict[str, int] = {}
        for who, page in pages * 3:
            caching.clear_process()
            caching.invalidate()
            with statements() as seen:
                assert app.get(page, headers=town.headers(who)).status_code == 200
            counts[page] = min(counts.get(page, len(seen)), len(seen))
        registers = []
        for _ in range(3):
            with statements() as seen:
                assert len(list(register_files.list_rows())) >= 3
            registers.append(len(seen))
        return counts | {"register": min(registers)}

    few = count()
    multiply(cases, 10, departments)
    assert count() == few


def test_only_what_is_shown_is_searched(town: CaseSite) -> None:
    town.dataset(title_translated={"zh": "景区名录"})
    demand = ask(town, subject="电话13895123456登记的公交数据")
    answers = {"name": "景区地图13895123456", "type": "application", "description": "地图", "authors": "某公司"}
    town.step("editor", town.apply(kind="reuse", answers=answers), "show", outcome="shown")
    lists = ("nx_case_demand_list", "nx_case_public_list")

    def found(action: str, **query: str) -> int:
        return town.act("", action, **query)["count"]

    assert [found(action, q="公交数据") for action in lists] == [0, 0]  # nobody has looked at it
    town.step("head", demand, "accept")
    assert [found(action, q="公交数据") for action in lists] == [1, 1]
    assert found("nx_case_reuse_list", q="景区地图") == 1
    for guess in ("13895123456", "1389512", "话13", "6登"):
        assert [found(action, q=guess) for action in (*lists, "nx_case_reuse_list")] == [0, 0, 0], guess
    assert found("nx_case_demand_list", similar="13895123456") == 0
    assert found("nx_case_demand_list", similar="登记的公交数据") == 1
    town.apply()
    assert found("nx_case_public_list", q="景区名录") >= 1
    town.root("package_patch", id="jingqu", private=True)
    assert found("nx_case_public_list", q="景区名录") == 0


def test_the_register_is_searched_by_words_number_and_outcome_as_page_and_as_files(app: Any, town: CaseSite) -> None:
    town.dataset()
    wanted = ask(town, subject="公交站点")
    town.step("head", wanted, "refuse", outcome="not_held", opinion="没有这样的数据")
    other = town.step("head", ask(town, subject="停车场"), "accept")
    town.step(
        "head",
        town.apply(),
        "refuse",
        outcome="law",
        answers={"article": "《数据安全法》第二十一条"},
        opinion="依法不予开放",
    )

    def numbers(body: str) -> set[str]:
        return set(re.findall(r"NX\d{4}-\d{6}", body))

    for query in ("q=公交站点", f"q={wanted['number'].lower()}", "outcome=not_held", "outcome=not_held&kind=demand"):
        for page in ("/cases", "/cases.csv", "/cases.json", "/cases.atom"):
            assert numbers(app.get(f"{page}?{query}").body) == {wanted["number"]}, (page, query)
    page = app.get("/cases?q=停车场&kind=demand").body
    assert "全区公交，联系 ***" in page and re.search(r"<dt>[^<]*</dt><dd[^>]*>停车场</dd>", page)
    for name in ("csv", "json", "atom"):
        assert f"/cases.{name}?kind=demand&amp;q=" in page
    assert '<option value="not_held"' in page and '<option value="law"' in app.get("/cases").body
    assert numbers(app.get("/cases?q=<script>alert(1)</script>").body) == set()
    assert "<script>alert" not in app.get("/cases?q=<script>alert(1)</script>").body
    first, second = (json.loads(app.get(f"/cases.json?limit=2&page={number}").body) for number in (1, 2))
    assert (first["count"], first["page"], first["limit"], len(second["results"])) == (3, 1, 2, 1)
    assert other["number"] in str(first["results"] + second["results"])
    wrong = app.get("/cases.json?limit=many")
    assert wrong.status_code == 400 and "limit" in json.loads(wrong.body)["error"]


def test_the_evaluation_and_the_reports_read_the_cases(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-03-03")
    ends = {"ends": "2032-01-01"}
    in_time, late, silent, withdrawn, asked = (town.apply(answers=ends) for _ in range(5))
    town.step("head", in_time, "refuse", outcome="law", answers={"article": "《数据安全法》第二十一条"}, opinion="依法")
    town.step("applicant", withdrawn, "withdraw")
    town.step("editor", asked, "ask", opinion="请补正")
    town.act("", "nx_feedback_create", id="jingqu", kind="error", text="留言不重复计算")
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-05-05")
    town.step("head", late, "refuse", outcome="law", answers={"article": "《数据安全法》第二十一条"}, opinion="依法")
    rows = town.act("office", "nx_case_between", since="2031-01-01", until="2031-12-31")
    told = {row["id"]: (row["answered"] is not None, row["due"]) for row in rows}
    assert told == {
        in_time["id"]: (True, "2031-03-03"),
        late["id"]: (True, "2031-05-04"),
        silent["id"]: (False, silent["due"]),
        asked["id"]: (False, None),
    }
    matters = [matter for unit, matter in facts._matters(dt.date(2031, 1, 1), dt.date(2031, 12, 31)) if unit]
    good = {one.id: one.answered is not None and one.answered <= one.due for one in matters if one.kind == "case"}
    assert good == {in_time["id"]: True, late["id"]: False, silent["id"]: False}
    counted = collection.count_figures(town.department, dt.date(2031, 12, 31))
    assert (counted["cases"], counted["cases_in_time"]) == (3, 1)
    for who in ("applicant", "head", ""):
        with pytest.raises(tk.NotAuthorized):
            town.act(who, "nx_case_between", since="2031-01-01", until="2031-12-31")
    for wrong in ("x", "2031-13-01", "", None):
        with pytest.raises(tk.ValidationError):
            town.act("office", "nx_case_between", since=wrong, until="2031-12-31")


def test_demands_stand_in_lanes(app: Any, town: CaseSite) -> None:
    made = {}
    for name in ("评估的需求", "计划的需求"):
        answers = {"subject": name, "description": name}
        case = town.act("applicant", "nx_case_create", kind="demand", client_key=name, answers=answers)
        made[name] = town.step("office", case, "accept")
    town.step("office", made["计划的需求"], "plan", outcome="planned", answers={"planned_for": "2027 年一季度"})
    assert "计划 2027 年一季度开放" in app.get("/demands?lane=planned").body
    assert "first quarter of 2027" in app.get("/en/demands?lane=planned").body
    for lane, names in (("asked", ["评估的需求"]), ("planned", ["计划的需求"]), ("done", [])):
        assert [one["title"] for one in town.act("", "nx_case_demand_list", lane=lane)["results"]] == names
    assert "评估的需求" in app.get("/demands?lane=nothing", status=200).body
    assert app.get("/demands?lane=%00").status_code == 400  # no text of any page


def test_what_the_examination_of_files_finds_is_masked_in_words() -> None:
    for text in ("１３８９５１２３４５６", "640104199003070014", "6222022000000000008", "a@example.org"):
        assert text not in mask(f"请联系{text}。") and "***" in mask(f"请联系{text}。")
    for text in ("307006001/000001", "2026-01-01", "5A级景区", "3.14"):
        assert mask(text) == text


def test_the_register_is_a_dataset_that_follows_it_by_itself(
    cli: Any, town: CaseSite, tmp_path: Any, monkeypatch: Any
) -> None:
    from ckan.cli.cli import ckan

    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path))
    assert scheduled_tasks.run_daily() == 0  # nobody has made the entry
    demand = ask(town)
    made = cli.invoke(ckan, ["nx", "cases", "publish"])
    assert made.exit_code == 0 and "2" in made.output, made.output
    dataset = town.act("", "package_show", id="banjian-gongkai")
    assert [one["format"] for one in dataset["resources"]] == ["CSV", "JSON"]
    assert dataset["organization"]["name"] == OFFICE and dataset["nx_items"][0]["name"] == "办件编号"

    def read(place: int) -> str:
        shown = town.act("", "package_show", id="banjian-gongkai")["resources"][place]
        path = uploads.find_path(shown)
        assert path is not None
        return path.read_text(encoding="utf-8")

    rows = list(csv.DictReader(io.StringIO(read(0))))
    assert [row["办件编号"] for row in rows] == [one["number"] for one in json.loads(read(1))] == [demand["number"]]
    assert "公交" not in read(0) and "公交" not in read(1)  # nobody has looked at it
    assert scheduled_tasks.run_daily() == 0
    town.step("head", demand, "accept")
    assert scheduled_tasks.run_daily() == 2
    assert "公交" in read(0) and json.loads(read(1))[0]["department"] == "文旅厅"
    assert "13895123456" not in read(0) + read(1)


def test_those_who_follow_a_dataset_learn_of_grants_and_suspensions(town: CaseSite, uploaded: dict[str, Any]) -> None:
    def follow(cursor: str = "") -> tuple[str, list[dict[str, Any]]]:
        model.Session.commit()
        answer = town.act("", "nx_changes_list", cursor=cursor, datasets=False)
        return answer["cursor"], [
            {name: one.get(name) for name in ("name", "suspended", "grants")} for one in answer["changes"]
        ]

    def told() -> list[str]:
        types = [one["activity_type"] for one in town.act("", "package_activity_list", id="jingqu", limit=20)]
        return [one for one in types if not one.endswith("package")]

    cursor, _ = follow()
    grant = town.apply()
    assert follow(cursor)[1] == []
    town.step("head", grant, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    cursor, changes = follow(cursor)
    assert changes == [{"name": "jingqu", "suspended": False, "grants": 1}]
    objection = town.apply(kind="objection", answers={"right": "privacy", "place": "电话", "reason": "是我的电话"})
    town.step("editor", objection, "accept")
    cursor, changes = follow(cursor)
    assert changes == [{"name": "jingqu", "suspended": True, "grants": 1}]
    town.step("head", objection, "restore", outcome="unfounded", opinion="办公电话")
    town.step("office", grant, "revoke", opinion="超出用途")
    cursor, changes = follow(cursor)
    assert changes == [{"name": "jingqu", "suspended": None, "grants": None}]
    assert told() == ["ended grant", "restored files", "suspended files", "granted data"]
    assert follow(cursor)[1] == []


def test_a_search_reads_each_text_once_and_is_limited(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch, reset_redis: Callable[[], None]
) -> None:
    case = ask(town)
    town.step("head", case, "accept")
    assert case["number"] in app.get("/cases?q=公交").body
    read: list[str] = []
    original = TextRules.find
    monkeypatch.setattr(TextRules, "find", lambda rules, text, day: (read.append(text), original(rules, text, day))[1])
    assert case["number"] in app.get("/cases?q=公交").body
    assert not any("公交" in text for text in read)
    reset_redis()
    addresses = ("/cases", "/cases.csv", "/cases.json", "/cases.atom", "/demands", "/reuses")
    monkeypatch.setattr(public_store, "SEARCHED", Limit("test search", len(addresses)))
    assert {app.get(f"{one}?q=公交").status_code for one in addresses} == {200}
    for one in addresses:
        client = app.flask_app.test_client()
        answer = client.get(f"{one}?q=公交")
        assert (answer.status_code, "q" in answer.get_data(as_text=True)) == (429, True), one
        assert client.get(one).status_code == 200, one  # a list without words is not counted
    reset_redis()


def test_english_lists_name_datasets_kinds_and_states_in_english(app: Any, town: CaseSite) -> None:
    town.dataset(title_translated={"zh": "景区名录", "en": "Scenic areas"})
    case = town.apply()
    town.step("head", case, "refuse", outcome="not_held", opinion="没有")
    feed = app.get("/en/cases.atom").body
    assert "Scenic areas" in feed and "景区名录" not in feed
    assert "景区名录" in app.get("/cases.atom").body
    own = f"/en/case/{case['id']}"
    for address, who in ((own, "applicant"), ("/en/case", "applicant"), ("/en/case/board?phase=ended", "office")):
        page = app.get(address, headers=town.headers(who)).body
        heading = re.findall(r"<h[12][^>]*>(?:<a [^>]*>)?(Scenic areas|<span[^>]*>景区名录|景区名录)", page)
        assert heading == ["Scenic areas"], address
    for language, labels in (("", "有条件开放数据申请"), ("/en", "Not held")):
        rows = list(csv.DictReader(io.StringIO(app.get(f"{language}/cases.csv").body.lstrip("\ufeff"))))
        assert rows[0]["kind"] == "application" and labels in (rows[0]["kind_label"], rows[0]["outcome_label"])
        assert rows[0]["state_label"] not in ("", rows[0]["state"])
