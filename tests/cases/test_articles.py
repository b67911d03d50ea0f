"""A refusal that rests on a law names it and its article, for everybody to read."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import docx
import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.register_dataset import register_files
from ckanext.nxopendata.core import caching
from tests.cases.conftest import CaseSite
from tests.cases.test_waits import OBJECTION, notices

ARTICLE, OTHER = "《数据安全法》第二十一条", "《测绘法》第三十七条第一款"


def refuse(town: CaseSite, case: dict[str, Any], article: str | None, outcome: str = "law") -> dict[str, Any]:
    answers = {} if article is None else {"article": article}
    return town.step("head", case, "refuse", outcome=outcome, opinion="不宜公开", answers=answers)


@pytest.mark.parametrize("article", [None, "", " ", "依法", "《数据安全法》", "第二十一条", "法律第21条", ["x"]])
def test_what_the_law_forbids_names_the_law_and_its_article(town: CaseSite, article: Any) -> None:
    town.dataset()
    case = town.apply()
    with pytest.raises(tk.ValidationError) as refused:
        refuse(town, case, article)
    assert list(refused.value.error_dict) == ["article"]
    assert town.act("head", "nx_case_show", id=case["id"])["state"] == "submitted"


def test_the_missing_article_is_said_on_the_page_beside_its_field(app: Any, town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    data = {"action": "refuse", "version": "1", "outcome": "law", "opinion": "不宜公开<b>", "article": "依法"}
    page = app.post(f"/case/{case['id']}/step", data=data, headers=town.headers("head")).body
    assert "第二十一条" in page and "条款的序号" in page and "不宜公开&lt;b&gt;" in page and 'value="依法"' in page


def test_another_basis_needs_no_article(town: CaseSite) -> None:
    town.dataset()
    assert refuse(town, town.apply(), None, "not_held")["outcome"] == "not_held"


def test_an_objection_that_is_founded_names_the_article(town: CaseSite) -> None:
    town.dataset()
    case = town.apply(kind="objection", answers=OBJECTION)
    town.step("editor", case, "accept")
    with pytest.raises(tk.ValidationError) as refused:
        town.step("head", case, "remove", outcome="founded", opinion="含个人信息")
    assert "article" in refused.value.error_dict
    answers = {"article": "《个人信息保护法》第十三条"}
    assert town.step("head", case, "remove", outcome="founded", opinion="含个人信息", answers=answers)["answers"][
        "article"
    ].endswith("第十三条")


def test_everybody_reads_which_article_it_was(app: Any, town: CaseSite) -> None:
    town.dataset()
    first, second, third = town.apply(), town.apply(), town.apply()
    refuse(town, first, ARTICLE)
    refuse(town, second, ARTICLE)
    refuse(town, third, f"{OTHER}，联系 13895123456")
    caching.clear_process()
    assert any(ARTICLE in text for text in notices(town, "applicant"))
    figures = json.loads(app.get("/cases.json").body)["figures"]["refusals"]
    assert [(one["article"], one["cases"]) for one in figures] == [(ARTICLE, 2), (f"{OTHER}，联系 ***", 1)]
    page = app.get("/cases").body
    assert page.count(ARTICLE) >= 3 and "13895123456" not in page  # twice in the list, once in the figures
    rows = list(csv.DictReader(io.StringIO(app.get("/cases.csv").body.lstrip("\ufeff"))))
    assert [row["article"] for row in rows] == [f"{OTHER}，联系 ***", ARTICLE, ARTICLE]
    assert [row["article"] for row in register_files.list_rows()][1:] == [ARTICLE, ARTICLE]
    assert ARTICLE in app.get(f"/case/{first['id']}", headers=town.headers("applicant")).body
    events = town.act("applicant", "nx_case_show", id=first["id"])["events"]
    client = app.flask_app.test_client()
    word = client.get(f"/case/{first['id']}/letter-{events[-1]['letter']}.docx", headers=town.headers("applicant"))
    assert ARTICLE in "\n".join(one.text for one in docx.Document(io.BytesIO(word.data)).paragraphs)


def test_an_article_goes_with_the_answer_that_rested_on_it(town: CaseSite) -> None:
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    answers = {"need": "比对", "scenario": "审核", "matter": "审核", "system": "甲", "frequency": "once"}
    case = town.apply("stranger", kind="sharing", dataset="neibu", answers=answers | {"ends": "2099-01-01"})
    town.step(
        "office",
        case,
        "infeasible",
        outcome="law",
        opinion="依法",
        answers={"article": ARTICLE},
    )
    town.step("stranger", case, "dispute", opinion="可以共享")
    assert "article" not in town.step("office", case, "decide_share", outcome="agreed", opinion="可以")["answers"]
