"""What is similar to what somebody is about to ask for, while it is typed and before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.desk import forms
from ckanext.nxopendata.cases.disclosure import actions
from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.core.rate_limit import Limit
from tests.cases.conftest import CaseSite

OPEN = {"nx_open_condition": "", "license_id": "nx-open-1.0"}


def find(town: CaseSite, words: str) -> list[tuple[str, str]]:
    return [(one["kind"], one["zh"]) for one in town.act("", "nx_case_similar_list", q=words)]


def ask(town: CaseSite, subject: str) -> dict[str, Any]:
    answers = {"subject": subject, "description": "全区的站点"}
    return town.apply(kind="demand", dataset="", department="wlt", answers=answers)


def test_datasets_and_demands_are_found_public_ones_alone(app: Any, town: CaseSite) -> None:
    titles = {"zh": "公交站点名录", "en": "Bus stops"}
    town.dataset("gongjiao", title_translated=titles, **OPEN)
    town.dataset("secret", title_translated={"zh": "公交站点内部名录"}, private=True, **OPEN)
    case = ask(town, "公交站点和线路")
    assert find(town, "公交站点") == [("dataset", "公交站点名录")]
    town.step("head", case, "accept")
    town.act("other", "nx_case_vote_create", number=case["number"])
    assert find(town, "公交站点") == [("dataset", "公交站点名录"), ("demand", "公交站点和线路")]
    dataset, demand = town.act("", "nx_case_similar_list", q="公交站点")
    assert (dataset["path"], dataset["en"], dataset["count"]) == ("/dataset/gongjiao", "Bus stops", None)
    assert demand["count"] == 1 and case["number"] in app.get(demand["path"]).body
    assert find(town, "ABC") == []
    for odd in ('公交"', "(((", "a:b OR *:*", "\\", "!", "公交" * 300, "<script>"):
        town.act("", "nx_case_similar_list", q=odd)
    for wrong in ("", None, ["公交"], "\0"):
        with pytest.raises(tk.ValidationError):
            town.act("", "nx_case_similar_list", q=wrong)


def test_who_asks_too_often_is_told(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch, reset_redis: Callable[[], None]
) -> None:
    reset_redis()
    monkeypatch.setattr(actions, "COMPARED", Limit("test similar", 2))
    codes = [app.get("/api/3/action/nx_case_similar_list?q=公交").status_code for _ in range(3)]
    assert codes[:2] == [200, 200] and codes[2] in (409, 429)
    reset_redis()


def test_the_form_shows_them_once_and_takes_the_demand_all_the_same(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "FASTEST", 0)
    town.dataset("gongjiao", title_translated={"zh": "公交站点名录"}, **OPEN)
    town.step("head", ask(town, "公交站点和线路"), "accept")
    page, headers = "/case/new/demand", town.headers("applicant")
    data = {"subject": "公交站点", "description": "全区公交", "department": "wlt", "stamp": forms.make_stamp()}
    first = app.post(page, data=data, headers=headers, follow_redirects=False)
    assert first.status_code == 200 and 'name="seen"' in first.body
    assert 'href="/dataset/gongjiao"' in first.body and "公交站点和线路" in first.body
    assert "全区公交" in first.body  # what was filled in is still there
    data |= {"stamp": forms.make_stamp(), "seen": "1"}
    assert app.post(page, data=data, headers=headers, follow_redirects=False).status_code == 302
    assert town.act("applicant", "nx_case_list")["results"][0]["title"] == "公交站点"
    alone = {**data, "subject": "ABC-XYZ", "stamp": forms.make_stamp()}
    del alone["seen"]
    assert app.post(page, data=alone, headers=headers, follow_redirects=False).status_code == 302


def test_a_title_that_the_register_hides_is_not_suggested(app: Any, town: CaseSite) -> None:
    case = ask(town, "公交站点和线路")
    town.step("head", case, "accept")
    assert find(town, "公交站点") == [("demand", "公交站点和线路")]
    examined: list[str] = []

    def refuse(texts: Iterable[str], is_own: bool) -> list[str]:
        examined.extend(texts)
        return ["公交"] if any("公交站点和线路" in text for text in examined) else []

    objections.examine_texts("test", refuse)
    caching.invalidate()
    try:
        assert "公交站点和线路" not in app.get("/demands").body
        assert find(town, "公交站点") == []
    finally:
        objections._text_objectors.pop("test")
        caching.invalidate()
