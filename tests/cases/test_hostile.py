"""What people try who mean no good, or press twice: other people's cases, jumps, stale pages, odd values, SQL, HTML."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.models import Case
from tests.cases.conftest import APPLICATION, CaseSite
from tests.cases.test_grants import grant, take

REFUSALS = (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound)
HTML = '<script>alert("nx")</script><img src=x onerror=alert(1)>'


def refused(call: Callable[[], Any]) -> bool:
    """Whether a call is refused in words, and not by an error of the program."""
    try:
        call()
    except REFUSALS:
        return True
    return False


OTHERS = ("", "other", "stranger")


@pytest.mark.parametrize("who", OTHERS)
def test_other_peoples_cases_are_closed_by_every_action(town: CaseSite, uploaded: dict[str, Any], who: str) -> None:
    case = grant(town, agreed_columns=["等级"])
    calls = {
        "nx_case_show": {},
        "nx_case_advance": {"action": "revoke", "version": case["version"], "opinion": "x"},
        "nx_case_message_create": {"text": "x"},
        "nx_case_use_list": {},
        "nx_case_use_show": {"resource": uploaded["id"]},
        "nx_case_use_create": {"resource": uploaded["id"]},
        "nx_case_row_list": {"resource": uploaded["id"]},
        "nx_case_duty_perform": {"duty": 1, "statement": "x"},
    }
    for action, data in calls.items():
        assert refused(lambda action=action, data=data: town.act(who, action, id=case["id"], **data)), action
    if who:
        assert town.act(who, "nx_case_list")["count"] == 0
        assert refused(lambda: town.act(who, "nx_case_list", box="board"))


def test_the_same_is_said_of_other_peoples_pages_and_of_none(app: Any, town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    client = app.flask_app.test_client()
    for path in ("", "/step", "/message", "/duty"):
        method = "POST" if path else "GET"
        for who in OTHERS:
            answer = client.open(f"/case/{case['id']}{path}", method=method, headers=town.headers(who))
            assert answer.status_code in (400, 401, 403, 404), (who, path)
            assert "旅游研究" not in answer.get_data(as_text=True)


JUMPS = [
    ("applicant", "approve"),
    ("applicant", "accept"),
    ("editor", "approve"),
    ("editor", "withdraw"),
    ("office", "approve"),
    ("head", "expire"),
    ("head", "revoke"),
    ("head", "renew"),
    ("applicant", "reopen"),
    ("head", "no such step"),
    ("head", ""),
    ("head", "__class__"),
    ("head", "create"),
    ("head", "message"),
]


@pytest.mark.parametrize(("who", "action"), JUMPS)
def test_no_state_is_jumped_over(town: CaseSite, who: str, action: str) -> None:
    town.dataset()
    case = town.apply()
    answers = {"agreed_ends": "2099-01-01"}
    assert refused(lambda: town.step(who, case, action, opinion="x", outcome="granted", answers=answers))
    assert town.act("applicant", "nx_case_show", id=case["id"])["state"] == "submitted"


def test_a_case_that_is_over_stays_over(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    town.step("applicant", case, "withdraw")
    for who, action in (("head", "approve"), ("editor", "accept"), ("applicant", "withdraw"), ("head", "refuse")):
        given = {"opinion": "x", "outcome": "granted", "answers": {"agreed_ends": "2099-01-01"}}
        assert refused(lambda who=who, action=action, given=given: town.step(who, case, action, **given)), action
    assert refused(lambda: town.act("applicant", "nx_case_message_create", id=case["id"], text="x"))


@pytest.mark.parametrize("version", [None, "", 0, -1, 2, "x", "1; DROP TABLE nx_case", [1], {"a": 1}, 10**30, 1.5])
def test_a_step_needs_the_version_that_was_looked_at(town: CaseSite, version: Any) -> None:
    town.dataset()
    case = town.apply()
    data = {"id": case["id"], "action": "accept", "version": version}
    if version == 1.5:
        data["version"] = "1.5"
    assert refused(lambda: town.act("editor", "nx_case_advance", **data))
    assert town.act("editor", "nx_case_show", id=case["id"])["state"] == "submitted"


def test_the_same_key_of_two_people_makes_two_cases_and_another_form_is_not_swallowed(town: CaseSite) -> None:
    town.dataset()
    first = town.apply(client_key="same")
    assert town.apply(client_key="same")["id"] == first["id"]
    assert town.apply("other", client_key="same")["id"] != first["id"]
    assert refused(lambda: town.apply(client_key="same", answers={"purpose": "另一件事"}))


def test_a_form_that_is_sent_many_times_at_once_makes_one_case(app: Any, town: CaseSite) -> None:
    town.dataset()
    body = {"kind": "application", "client_key": "at once", "dataset": "jingqu", "answers": APPLICATION}
    headers = {**town.headers("applicant"), "Content-Type": "application/json"}
    codes: list[int] = []

    def send() -> None:
        client = app.flask_app.test_client()
        answer = client.post("/api/3/action/nx_case_create", data=json.dumps(body), headers=headers)
        codes.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 4
    assert model.Session.query(Case).count() == 1


ODD_TEXTS = ["\0", "\ud800", " \u3000\t", "x" * 201, ["x"], {"a": 1}, "x" * 10**6]


@pytest.mark.parametrize("value", ODD_TEXTS)
def test_what_is_no_text_of_a_person_is_refused_at_its_field(town: CaseSite, value: Any) -> None:
    town.dataset()
    with pytest.raises(tk.ValidationError) as problem:
        town.apply(answers={"purpose": value})
    assert list(problem.value.error_dict) == ["purpose"]


@pytest.mark.parametrize(
    "day", ["2020-01-01", "2026-02-30", "0000-01-01", "9999-12-31", "2026-W01", "tomorrow", "2099-1-1", 20990101]
)
def test_a_permission_does_not_end_in_the_past_or_never(town: CaseSite, day: Any) -> None:
    town.dataset()
    assert refused(lambda: town.apply(answers={"ends": day}))
    case = town.apply()
    assert refused(lambda: town.step("head", case, "approve", outcome="granted", answers={"agreed_ends": day}))


@pytest.mark.parametrize("quota", [0, -1, "1.5", "1e3", "٣", "x", 10**30, "0"])
def test_a_quota_is_a_whole_number_from_one(town: CaseSite, quota: Any) -> None:
    town.dataset()
    case = town.apply()
    given = {"agreed_ends": "2099-01-01", "agreed_quota": quota}
    assert refused(lambda: town.step("head", case, "approve", outcome="granted", answers=given))


@pytest.mark.parametrize(
    "rows",
    [
        "等级",
        "=5A",
        {"等级": []},
        {"等级": [1]},
        {"等级": "5A"},
        ["等级=5A"],
        "等级=" + "、".join(str(number) for number in range(10**5)),
        "\n".join(f"列{number}=1" for number in range(21)),
    ],
)
def test_a_condition_on_rows_that_is_none_grants_nothing(town: CaseSite, uploaded: dict[str, Any], rows: Any) -> None:
    case = town.apply()
    given = {"agreed_ends": "2099-01-01", "agreed_rows": rows}
    assert refused(lambda: town.step("head", case, "approve", outcome="partly", answers=given))


@pytest.mark.parametrize("column", ['x"; DROP TABLE nx_case; --', "没有的列", "_id", "等级 ", "*"])
def test_a_column_that_the_file_has_not_gives_nothing(
    app: Any, town: CaseSite, uploaded: dict[str, Any], column: str
) -> None:
    case = grant(town, agreed_columns=[column])
    answer = take(app, town, case, uploaded)
    allowed = {"等级 ": (200, 409)}.get(column, (409,))
    assert answer.status_code in allowed
    assert "0951" not in answer.get_data(as_text=True)


def test_a_filter_with_sql_is_a_value_like_others(app: Any, town: CaseSite, uploaded: dict[str, Any]) -> None:
    case = grant(town, agreed_columns=["等级"], agreed_rows="景区名称=' OR '1'='1")
    lines = take(app, town, case, uploaded).get_data(as_text=True).split()
    assert lines == ["\ufeff等级"]


def test_columns_that_come_later_are_not_granted(
    app: Any, town: CaseSite, uploaded: dict[str, Any], create_with_upload: Any
) -> None:
    case = grant(town, agreed_columns=["景区名称"])
    context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
    changed = {"id": uploaded["id"], "package_id": uploaded["package_id"], "name": "景区", "format": "CSV"}
    text = "证件号码,景区名称\n640104,沙湖\n"
    create_with_upload(text, "景区.csv", context, action="resource_update", url="景区.csv", **changed)
    text = take(app, town, case, uploaded).get_data(as_text=True)
    assert text.split() == ["\ufeff景区名称", "沙湖"]


def test_the_second_one_at_the_last_place_of_a_quota_is_told(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    case = grant(town, agreed_quota="1")
    codes: list[int] = []
    address, headers = f"/case/{case['id']}/data/{uploaded['id']}.csv", town.headers("applicant")

    def get() -> None:
        codes.append(app.flask_app.test_client().get(address, headers=headers).status_code)

    threads = [threading.Thread(target=get) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 429, 429]


def test_words_of_people_are_words_on_every_page(app: Any, town: CaseSite) -> None:
    town.dataset()
    case = town.apply(answers={"purpose": HTML, "scenario": HTML, "organisation": HTML})
    town.step("editor", case, "accept", opinion=HTML)
    town.act("applicant", "nx_case_message_create", id=case["id"], text=HTML)
    for who, path in (
        ("applicant", f"/case/{case['id']}"),
        ("head", f"/case/{case['id']}"),
        ("head", "/case/desk"),
        ("office", "/case/board"),
        ("", "/cases"),
        ("", "/cases.atom"),
        ("", "/cases.csv"),
        ("head", "/notices"),
    ):
        answer = app.get(path, headers=town.headers(who))
        if not answer.headers["Content-Type"].startswith("text/csv"):
            assert "<script>alert" not in answer.body and "<img src=x" not in answer.body, path


@pytest.mark.parametrize("value", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(1)", "\t=1"])
def test_no_cell_of_the_register_runs_as_a_formula(app: Any, town: CaseSite, value: str) -> None:
    case = town.apply(kind="demand", dataset="", answers={"subject": value, "description": value})
    town.step("office", case, "accept")
    text = app.get("/cases.csv").body
    assert not any(cell.startswith(("=", "+", "-1", "@")) for line in text.splitlines() for cell in line.split(","))


NO_ADDRESSES = ["javascript:alert(1)", "file:///etc/passwd", "//evil.example", "data:text/html,x", "x"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_a_reuse_leads_to_a_web_address_alone(town: CaseSite, address: str) -> None:
    town.dataset()
    answers = {"name": "应用", "type": "application", "authors": "张三", "description": "说明", "address": address}
    with pytest.raises(tk.ValidationError) as problem:
        town.apply(kind="reuse", answers=answers)
    assert "address" in problem.value.error_dict


@pytest.mark.parametrize("private", [{"private": True}, {"state": "deleted"}, {"state": "draft"}])
def test_there_is_no_case_about_what_is_hidden(town: CaseSite, private: dict[str, Any]) -> None:
    town.dataset()
    hidden = town.dataset("neibu", title_translated={"zh": "宁夏内部景区名录"})
    town.root("package_patch", id=hidden["id"], **private)
    for name in ("neibu", hidden["id"], "没有"):
        with pytest.raises(tk.ObjectNotFound):
            town.apply(dataset=name)


def test_a_file_of_another_dataset_is_none_of_this(town: CaseSite, uploaded: dict[str, Any]) -> None:
    town.dataset("other-one", title_translated={"zh": "宁夏公园名录"})
    with pytest.raises(tk.ValidationError):
        town.apply(dataset="other-one", resource=uploaded["id"])
    case = town.apply(dataset="other-one")
    town.step("head", case, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    with pytest.raises(tk.ObjectNotFound):
        town.act("applicant", "nx_case_use_create", id=case["id"], resource=uploaded["id"])


@pytest.mark.parametrize("query", ["%", "_", "\\", "'", "NX2026-999999999999999999", "x" * 101, "\0", "٣"])
def test_a_search_is_words_and_not_a_pattern(town: CaseSite, query: str) -> None:
    town.dataset()
    town.apply()
    with contextlib.suppress(tk.ValidationError):
        assert town.act("applicant", "nx_case_list", q=query)["count"] == 0


@pytest.mark.parametrize("query", ["page=-1", "page=999999999", "page=abc", "page=0", "kind=x", "phase=%00", "q=%00"])
def test_odd_addresses_of_lists_are_answered(app: Any, town: CaseSite, query: str) -> None:
    for path in ("/case", "/cases", "/demands"):
        answer = app.get(f"{path}?{query}", headers=town.headers("applicant"), follow_redirects=True)
        assert answer.status_code in (200, 400, 404), path


@pytest.mark.parametrize("number", ["NX2026-000000", "' OR 1=1", "", "NX-1", "x" * 1000, "NX2026-٣"])
def test_nobody_votes_for_what_is_not_there(town: CaseSite, number: str) -> None:
    assert refused(lambda: town.act("applicant", "nx_case_vote_create", number=number))


def test_unknown_fields_and_huge_forms_are_refused(town: CaseSite) -> None:
    town.dataset()
    assert refused(lambda: town.apply(answers={f"field{number}": "x" for number in range(10_000)}))
    assert refused(lambda: town.apply(answers={"agreed_quota": "1"}))
    assert refused(lambda: town.apply(kind="../application"))
    assert refused(lambda: town.apply(client_key="x" * 101))
    assert refused(lambda: town.act("applicant", "nx_case_create", kind="application", client_key="a", answers="x"))


def test_a_demand_is_not_merged_into_itself_or_into_what_is_over(town: CaseSite) -> None:
    town.dataset()
    first, second = (town.apply(kind="demand", answers={"subject": name, "description": name}) for name in "甲乙")
    application = town.apply()

    def merge(case: dict[str, Any], number: str) -> bool:
        step = {"outcome": "merged", "answers": {"merged_into": number}}
        return refused(lambda: town.step("office", case, "merge", **step))

    for number in (first["number"], application["number"], "NX2026-999999", "' OR 1=1", "x" * 3000):
        assert merge(first, number), number
    assert not merge(first, second["number"])
    assert merge(second, first["number"])  # it is over
