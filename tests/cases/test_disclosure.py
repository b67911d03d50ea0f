"""What the public sees of cases: nobody who asked, no word before the department looked; votes once an account."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.disclosure import anonymous
from ckanext.nxopendata.core import caching
from tests.cases.conftest import CaseSite
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
    town.step("head", application, "refuse", outcome="law", opinion="《保密法》第十三条，与马晓明联系")
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
    assert shown["answers"]["planned_for"] == "2027 年一季度"


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


def test_a_list_costs_as_many_questions_for_many_as_for_one(town: CaseSite) -> None:
    town.dataset()
    town.apply()
    counts = []
    for _ in range(2):
        caching.clear_process()
        with statements() as seen:
            town.act("editor", "nx_case_list", box="desk")
            town.act("", "nx_case_public_list")
        counts.append(len(seen))
        for _ in range(5):
            town.apply()
    assert counts[0] == counts[1]
