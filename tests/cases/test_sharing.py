"""What departments share: the way to the form, the office's analysis, the provider's examination."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.process import scheduled_tasks
from tests.cases.conftest import CaseSite
from tests.cases.test_waits import SHARING, notices

FORM = "/case/new/sharing?dataset="


@pytest.fixture
def case(town: CaseSite) -> dict[str, Any]:
    """An application of ``tjj`` for a dataset that ``wlt`` shares on conditions."""
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    return town.apply("stranger", kind="sharing", dataset="neibu", answers=SHARING)


def is_on_desk(town: CaseSite, case: dict[str, Any], who: str) -> bool:
    return case["id"] in [one["id"] for one in town.act(who, "nx_case_list", box="desk")["results"]]


def actions(town: CaseSite, case: dict[str, Any], who: str) -> set[str]:
    return {one["action"] for one in town.act(who, "nx_case_show", id=case["id"])["steps"]}


def test_a_dataset_leads_departments_to_the_form_and_nobody_else(app: Any, town: CaseSite) -> None:
    town.dataset("gongxiang", nx_share_type="1", title_translated={"zh": "无条件共享的数据"})
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核", title_translated={"zh": "有条件共享的数据"})
    town.dataset(
        "bugongxiang",
        nx_share_type="3",
        nx_share_condition="《统计法》第九条",
        nx_is_open="0",
        nx_open_condition="",
        title_translated={"zh": "不予共享的数据"},
    )
    for who, names in (("stranger", {"gongxiang", "neibu"}), ("applicant", set()), ("", set())):
        pages = {name: app.get(f"/dataset/{name}", headers=town.headers(who)) for name in ("gongxiang", "neibu")}
        pages["bugongxiang"] = app.get("/dataset/bugongxiang", headers=town.headers(who))
        assert {name for name, page in pages.items() if FORM + name in page.body} == names, who
    assert 'name="system"' in app.get(f"{FORM}neibu", headers=town.headers("stranger")).body


def test_the_office_analyses_before_the_provider_examines(town: CaseSite, case: dict[str, Any]) -> None:
    assert case["state"] == "submitted"
    assert actions(town, case, "head") == set() and {"feasible", "infeasible"} <= actions(town, case, "office")
    assert is_on_desk(town, case, "office") and any(case["number"] in text for text in notices(town, "office"))
    assert not any(case["number"] in text for text in notices(town, "editor"))
    with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
        town.step("head", case, "approve", outcome="agreed")
    town.step("office", case, "analyse")
    with pytest.raises(tk.ValidationError) as refused:
        town.step("office", case, "feasible_partly", opinion="只需等级")
    assert "feasible_columns" in refused.value.error_dict
    answers = {"feasible_columns": "景区名称\n等级"}
    after = town.step("office", case, "feasible_partly", opinion="只需等级", answers=answers)
    assert (after["state"], after["answers"]["feasible_columns"]) == ("auditing", ["景区名称", "等级"])
    assert any(case["number"] in text for text in notices(town, "editor")) and not is_on_desk(town, case, "office")
    assert any("部分可行" in text for text in notices(town, "stranger"))
    town.step("head", case, "approve", outcome="partly", opinion="按分析意见提供")
    town.step("editor", case, "provide", opinion="已提供")
    town.step("stranger", case, "receive")
    assert town.step("stranger", case, "report", opinion="已用于审核")["phase"] == "ended"


def test_what_the_office_finds_infeasible_may_be_disputed(town: CaseSite, case: dict[str, Any]) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        town.step("office", case, "infeasible", opinion="事项不需要")
    assert "outcome" in refused.value.error_dict
    over = town.step("office", case, "infeasible", outcome="infeasible", opinion="事项不需要")
    assert over["state"] == "refused"
    assert town.step("stranger", case, "dispute", opinion="需要")["state"] == "disputed"


def test_the_office_is_reminded_while_the_case_is_with_it(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-02")
    town.apply("stranger", kind="sharing", dataset="neibu", answers=SHARING)
    before = {who: len(notices(town, who)) for who in ("office", "editor")}
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-13")
    assert scheduled_tasks.run_daily()["reminded"] == 1
    assert len(notices(town, "office")) == before["office"] + 1 and len(notices(town, "editor")) == before["editor"]


def test_the_office_is_told_once_of_what_the_applicant_completed(town: CaseSite, case: dict[str, Any]) -> None:
    town.step("office", case, "ask_first", opinion="请写明依据")
    before = len(notices(town, "office"))
    town.step("stranger", case, "complete", opinion="依据见附件")
    assert len(notices(town, "office")) == before + 1


def test_in_a_dispute_the_office_decides_alone(town: CaseSite, case: dict[str, Any]) -> None:
    town.step("office", case, "feasible")
    town.step("stranger", case, "dispute", opinion="请协调")
    assert actions(town, case, "head") == set() and is_on_desk(town, case, "office")
    for state in ("disputed", "escalated"):
        assert {"decide_share", "decide_refuse"} <= actions(town, case, "office"), state
        for action in ("approve", "refuse", "decide_share", "decide_refuse"):
            with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
                town.step("head", case, action, outcome="not_held", opinion="不同意")
        if state == "disputed":
            town.step("office", case, "escalate", opinion="协调未果")
    assert actions(town, case, "head") == set()
    over = town.step("office", case, "decide_refuse", outcome="not_held", opinion="不是数源部门")
    assert (over["state"], over["phase"]) == ("decided", "ended")
    assert actions(town, case, "stranger") == set(), "what was decided is not disputed again"
