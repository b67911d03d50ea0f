"""A correction goes to the department that the data comes from, which verifies; the dataset's own corrects it."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from tests.cases.conftest import CaseSite
from tests.cases.test_corrections import WRONG

WORDS = {"opinion": "数据来自统计局，请核实"}


@pytest.fixture
def case(town: CaseSite) -> dict[str, Any]:
    """An error that somebody found in a dataset of ``wlt``; ``stranger`` works at ``tjj``, whose data it is."""
    town.dataset()
    return town.apply(kind="correction", answers=WRONG)


def forward(town: CaseSite, case: dict[str, Any], who: str = "editor", department: str = "tjj") -> dict[str, Any]:
    answers = {"source_department": department}
    return town.step(who, case, "forward", answers=answers, **WORDS)


def is_on_desk(town: CaseSite, case: dict[str, Any], who: str) -> bool:
    return case["id"] in [one["id"] for one in town.act(who, "nx_case_list", box="desk")["results"]]


def test_the_source_gets_the_case_and_the_department_of_the_dataset_still_corrects(
    app: Any, town: CaseSite, case: dict[str, Any]
) -> None:
    source: Any = model.Group.get("tjj")
    with pytest.raises(tk.ObjectNotFound):
        town.act("stranger", "nx_case_show", id=case["id"])
    form = app.get(f"/case/{case['id']}", headers=town.headers("editor")).body
    assert 'name="source_department"' in form and '<option value="tjj"' in form
    after = forward(town, case)
    assert (after["state"], after["owner_org"], after["forwarded_by"]) == ("forwarded", source.id, town.department)
    assert after["due"] == case["due"]
    for who in ("editor", "head", "stranger", "applicant", "office"):
        page = app.get(f"/case/{case['id']}", headers=town.headers(who))
        assert page.status_code == 200 and "统计局" in page.body, who
        assert source.id not in page.body
    assert is_on_desk(town, case, "editor") and is_on_desk(town, case, "stranger")
    assert any(case["number"] in one["text"] for one in town.act("stranger", "nx_notice_list"))
    with pytest.raises(tk.ObjectNotFound):
        town.act("other", "nx_case_show", id=case["id"])
    town.root("package_patch", id="jingqu", nx_provider_unit="资源开发处")
    fixed = town.step("editor", case, "fix", outcome="fixed", opinion="统计局核实后已更正")
    assert fixed["state"] == "fixed"


def test_the_source_verifies_and_returns_it(town: CaseSite, case: dict[str, Any]) -> None:
    with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
        town.step("editor", case, "return", opinion="没有转过")
    forward(town, case)
    back = town.step("stranger", case, "return", opinion="确有错误，请更正")
    assert (back["state"], back["owner_org"], back["forwarded_by"]) == ("submitted", town.department, "")
    with pytest.raises(tk.ObjectNotFound):
        town.act("stranger", "nx_case_show", id=case["id"])
    assert any("确有错误" in one["text"] for one in town.act("applicant", "nx_notice_list"))


def test_the_source_answers_that_there_is_no_error(town: CaseSite, case: dict[str, Any]) -> None:
    forward(town, case)
    over = town.step("stranger", case, "reject", outcome="correct", opinion="与年鉴一致")
    assert over["phase"] == "ended"


def test_the_department_of_the_dataset_keeps_its_part_however_often_it_is_forwarded(
    town: CaseSite, case: dict[str, Any]
) -> None:
    forward(town, case)
    third = forward(town, case, "stranger", "xinjianban")
    assert third["forwarded_by"] == town.department
    with pytest.raises(tk.ObjectNotFound):
        town.act("stranger", "nx_case_show", id=case["id"])
    home = forward(town, case, "office", "wlt")
    assert (home["owner_org"], home["forwarded_by"]) == (town.department, "")


@pytest.mark.parametrize("department", ["", "没有这个部门", "wlt", ["tjj"], "applicant"])
def test_which_department_is_missing_is_said_at_the_field(
    town: CaseSite, case: dict[str, Any], department: Any
) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        forward(town, case, department=department)
    assert "source_department" in refused.value.error_dict
    assert town.act("editor", "nx_case_show", id=case["id"])["owner_org"] == town.department
