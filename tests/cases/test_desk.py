"""What those who answer do at their desk: one step of many cases, common answers, another department, letters."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
import pytest
from ckan.plugins import toolkit as tk
from pypdf import PdfReader

from tests.cases.conftest import CaseSite


def demand(town: CaseSite, name: str = "公交站点", **more: Any) -> dict[str, Any]:
    answers = {"subject": name, "description": "全区公交站点的位置"}
    return town.act("applicant", "nx_case_create", kind="demand", client_key=f"demand {name}", answers=answers, **more)


def test_a_link_says_what_the_form_is_about(app: Any, town: CaseSite) -> None:
    address = "/case/new/demand?subject=公交站点<b>&dataset=x&votes=9"
    page = app.get(address, headers=town.headers("applicant")).body
    assert 'value="公交站点&lt;b&gt;"' in page


def show(town: CaseSite, case: dict[str, Any], who: str = "office") -> dict[str, Any]:
    return town.act(who, "nx_case_show", id=case["id"])


def test_a_demand_is_given_to_the_department_that_has_it_and_the_clock_goes_on(app: Any, town: CaseSite) -> None:
    case = demand(town)
    assert [one["id"] for one in town.act("office", "nx_case_list", box="board", attention="unclear")["results"]] == [
        case["id"]
    ]
    for who in ("applicant", "editor", "head", "stranger"):
        with pytest.raises(tk.NotAuthorized if who == "applicant" else tk.ObjectNotFound):
            town.act(who, "nx_case_forward", id=case["id"], version=1, department="wlt", opinion="有数据")
    for wrong in (
        {"version": 2},
        {"department": "没有"},
        {"department": ""},
        {"opinion": " "},
        {"department": ["wlt"]},
        {"opinion": "x" * 2001},
    ):
        given = {"id": case["id"], "version": 1, "department": "wlt", "opinion": "有数据"} | wrong
        with pytest.raises(tk.ValidationError):
            town.act("office", "nx_case_forward", **given)
    page = f"/case/{case['id']}/forward"
    data = {"version": "1", "department": "wlt", "opinion": "文旅厅有数据"}
    assert app.post(page, data=data, headers=town.headers("office"), follow_redirects=False).status_code == 302
    after = show(town, case, "editor")
    assert (after["owner_org"], after["due"], after["version"]) == (town.department, case["due"], 2)
    assert after["events"][-1]["action"] == "forward" and after["events"][-1]["detail"]["before"] == ""
    assert "文旅厅" in app.get(f"/case/{case['id']}", headers=town.headers("applicant")).body
    with pytest.raises(tk.ValidationError):
        town.act("editor", "nx_case_forward", id=case["id"], version=2, department="wlt", opinion="还是自己")
    town.act("editor", "nx_case_forward", id=case["id"], version=2, department="tjj", opinion="统计局")
    with pytest.raises(tk.ObjectNotFound):
        show(town, case, "editor")


def test_what_is_about_a_dataset_stays_with_its_department(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    with pytest.raises(tk.ValidationError):
        town.act("head", "nx_case_forward", id=case["id"], version=1, department="tjj", opinion="x")


def test_one_step_of_many_cases_is_taken_of_each_that_it_fits(app: Any, town: CaseSite) -> None:
    cases = [demand(town, name, department="wlt") for name in ("甲", "乙", "丙")]
    foreign = demand(town, "丁", department="tjj")
    page = app.get("/case/desk", headers=town.headers("editor")).body
    assert 'id="nx-batch"' in page and 'value="demand:accept:"' in page and "数据需求：" in page
    town.step("editor", cases[2], "accept")
    data = {
        "case": [*(f"{case['id']}:1" for case in cases), f"{foreign['id']}:1", "no such:1", "x", ""],
        "action": "demand:accept:",
        "opinion": "一并确认",
    }
    town.dataset()
    objection = town.apply(kind="objection", answers={"right": "privacy", "place": "电话", "reason": "是我的电话"})
    data["case"].append(f"{objection['id']}:1")
    answer = app.post("/case/desk/batch", data=data, headers=town.headers("editor"))
    assert answer.status_code == 200 and "另一种办件" in answer.body
    assert show(town, objection)["state"] == "submitted"  # accepting it withholds files, which nobody chose
    assert [show(town, case)["state"] for case in (*cases, foreign)] == ["assessed"] * 3 + ["submitted"]
    assert show(town, cases[0])["events"][-1]["opinion"] == "一并确认"
    assert len(show(town, cases[2])["events"]) == 2
    assert app.post("/case/desk/batch", data=data, headers=town.headers("")).status_code in (400, 401, 403)


def test_a_common_answer_stands_before_words_of_ones_own(app: Any, town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    data = {"action": "ask", "version": "1", "phrase": "1", "opinion": "三日内。"}
    app.post(f"/case/{case['id']}/step", data=data, headers=town.headers("editor"), follow_redirects=False)
    words = show(town, case, "editor")["events"][-1]["opinion"]
    assert words.startswith("请说明数据保管在哪里") and words.endswith("三日内。")
    for phrase in ("99", "-1", "x", "１"):
        data = {"action": "refuse", "version": "2", "outcome": "law", "phrase": phrase}
        page = app.post(f"/case/{case['id']}/step", data=data, headers=town.headers("head"))
        assert show(town, case, "head")["state"] == "completion", phrase
        assert page.status_code == 200


def test_a_dispute_goes_to_the_office_and_to_the_government(app: Any, town: CaseSite) -> None:
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    answers = {
        "need": "比对",
        "system": "审核系统",
        "scenario": "审核",
        "matter": "审核",
        "frequency": "once",
        "ends": "2099-01-01",
    }
    case = town.apply("stranger", kind="sharing", dataset="neibu", answers=answers)
    town.step("office", case, "feasible")
    town.step(
        "head", case, "refuse", outcome="law", answers={"article": "《数据安全法》第二十一条"}, opinion="依法不予共享"
    )
    case = town.step("stranger", case, "dispute", opinion="法律没有这样规定")
    with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
        town.step("head", case, "escalate", opinion="x")
    case = town.step("office", case, "escalate", opinion="协调未果")
    assert case["phase"] == "waiting" and case["clock"]["stopped"]
    # As the form sends it, with the state that it came with; and by the links above it.
    board = app.get("/case/board", headers=town.headers("office")).body
    counts = re.findall(r'href="/case/board\?(\w+=\w+)">[^<]+<span class="nx-count">(\d+)<', board)
    assert counts == [("attention=unclear", "0"), ("attention=disputed", "1"), ("overdue=1", "0")]
    for query in ("attention=disputed&phase=open&kind=&q=", "attention=disputed", "attention=disputed&phase=waiting"):
        assert case["number"] in app.get(f"/case/board?{query}", headers=town.headers("office")).body, query
    hidden = app.get("/case/board?attention=disputed&phase=ended", headers=town.headers("office")).body
    assert case["number"] not in hidden
    for who in ("head", "applicant", ""):
        with pytest.raises(tk.NotAuthorized):
            town.act(who, "nx_case_board_show")
    found = town.act("office", "nx_case_list", box="board", attention="disputed")
    assert [one["id"] for one in found["results"]] == [case["id"]]
    case = town.step("office", case, "decide_share", outcome="agreed", opinion="本级政府决定共享")
    assert case["state"] == "providing"


def test_a_letter_of_a_decision_is_printed_for_those_who_take_part(app: Any, town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    town.step("editor", case, "accept")
    town.step(
        "head",
        case,
        "refuse",
        outcome="law",
        answers={"article": "《数据安全法》第二十一条"},
        opinion="涉及商业秘密<b>，依据第十四条",
    )
    shown = show(town, case, "applicant")
    assert [event["letter"] for event in shown["events"]] == [0, 1, 2]
    address = f"/case/{case['id']}/letter-2"
    assert f"{address}.pdf" in app.get(f"/case/{case['id']}", headers=town.headers("applicant")).body
    client = app.flask_app.test_client()
    word = client.get(f"{address}.docx", headers=town.headers("applicant"))
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(word.data)).paragraphs)
    printed = client.get(f"{address}.pdf", headers=town.headers("head"))
    pages = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.data)).pages)
    number = case["number"].partition("-")[2]
    for part in (f"{number}号之2", "涉及商业秘密<b>，依据第十四条", "数据安全法", "行政复议", "文旅厅"):
        assert part in text, part
    assert f"{number}号之2" in pages.replace("\n", "")
    assert "no-store" in word.headers["Cache-Control"]
    for who, statuses in (("other", (404,)), ("", (401, 403))):
        assert client.get(f"{address}.pdf", headers=town.headers(who)).status_code in statuses
    for wrong in (f"/case/{case['id']}/letter-3.pdf", f"{address}.exe", f"/case/{case['id']}/letter-0.pdf"):
        assert client.get(wrong, headers=town.headers("applicant")).status_code == 404
