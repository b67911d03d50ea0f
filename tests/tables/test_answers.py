"""Questions in plain words over the demonstration's tables: right numbers, and none where none is certain."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import helpers

from ckanext.nxopendata.core.file_access import decision
from ckanext.nxopendata.tables.answers import finder
from ckanext.nxopendata.tables.answers.models import Value

from ..statements import statements
from .conftest import work
from .demo_tables import upload_demo

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]
QUESTIONS = Path(__file__).parent / "questions.csv"
TABLES = (
    "tjj-census-2020-counties",
    "tjj-census-2020-cities",
    "tjj-census-2020-composition",
    "tjj-census-change-2010-2020",
    "tjj-year-end-wuzhong",
    "wlt-5a-scenic-areas",
    "wlt-5a-by-city",
    "wlt-4a-scenic-areas",
    "wlt-tourism-totals",
    "wlt-tourism-indicators",
    "xczx-indicators",
    "yinchuan-population-rank",
    "yinchuan-share-of-region",
)


def ask(q: str) -> dict[str, Any]:
    found: dict[str, Any] = helpers.call_action("nx_answer_search", {"user": ""}, q=q)  # pyright: ignore[reportAssignmentType]
    return found


def test_questions_are_answered_rightly_or_not_at_all(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    upload_demo(call, upload, dataset["owner_org"], TABLES)
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        questions = list(csv.DictReader(file))
    assert len(questions) >= 150 and sum(not row["answers"] for row in questions) >= 60
    wrong, missing = [], []
    for row in questions:
        expected = {tuple(answer.split("|")) for answer in row["answers"].split(";") if answer}
        given = {
            (one["place_code"], one["period"], one["value"], one["unit"])
            for one in ask(row["question"])["answers"]
            # A place alone is answered with all that is certain; the population is what is compared.
            if row["question"] not in ("西吉县", "xiji", "西吉") or "人口" in one["indicator"]
        }
        wrong += [(row["question"], one) for one in given - expected]
        missing += [(row["question"], one) for one in expected - given]
    # A wrong answer is worse than none: at most one question in a hundred has one, and of 20 answers 19 are found.
    assert len({question for question, _ in wrong}) <= 0.01 * len(questions), wrong
    assert len({question for question, _ in missing}) <= 0.05 * sum(bool(row["answers"]) for row in questions), missing
    print(f"{len(questions)} questions, wrong: {wrong}, missing: {missing}")

    # The page shows it above the results; the link leads to the row, whose cell is the number.
    page = app.get("/dataset/?q=西吉县有多少人").get_data(as_text=True)
    assert page.index("315,827 人") < page.index("nx-found") and "[DS/OL]" in page
    answer = ask("西吉县有多少人")["answers"][0]
    link = urlsplit(answer["url"])
    rows = app.get(f"{link.path}?{link.query}").get_data(as_text=True)
    body = rows.partition("<tbody>")[2].partition("</tbody>")[0]
    assert body.count("<tr>") == 1 and ">315,827<" in body
    english = app.get("/en/dataset/?q=population+of+Xiji+County").get_data(as_text=True)
    assert "Xiji County · Resident population · 2020-11-01" in english and "315,827 people" in english
    # What is not there is said, with what there is; a value that is no place leads to its rows.
    lack = ask("2020年固原市GDP是多少")
    assert "地区生产总值" in lack["notice"] and "常住人口" in lack["instead"][0]["text"]
    assert any(("名称" in label and "六盘山" in text) for label, text in ask("六盘山")["rows"][0]["cells"])
    assert app.get("/api/3/action/nx_answer_search?q=西吉县有多少人").json["result"]["answers"][0]["value"] == "315827"


def test_many_tables_cost_as_many_queries_as_two(dataset: dict[str, Any], upload: Call, call: Call) -> None:
    """Decisions on files, and what is known of their tables."""
    made = upload_demo(call, upload, dataset["owner_org"], TABLES)
    ids = [one["resources"][0]["id"] for one in made.values()]

    def count(ask_for: Callable[[list[str]], Any], asked: list[str]) -> int:
        ask_for(asked)  # what is kept in the process is read once
        model.Session.expunge_all()
        with statements() as sent:
            ask_for(asked)
        return len(sent)

    call("user_create", name="member", email="m@example.org", password="Correct-horse-9")
    for ask_for in (
        lambda asked: decision.decide_all(asked, "", rows=True),
        lambda asked: decision.decide_all(asked, ""),
        lambda asked: finder.TableReader().read_ahead(asked),
    ):
        assert count(ask_for, ids[:2]) == count(ask_for, ids) > 0
    decisions = decision.decide_all(ids, "member", rows=True)
    assert decisions == {id_: decision.decide(id_, "member", rows=True) for id_ in ids}
    assert all(access.allowed for access in decisions.values())


def test_an_answer_is_gone_at_once_when_its_table_is_not_public(
    dataset: dict[str, Any], upload: Call, call: Call
) -> None:
    made = upload_demo(call, upload, dataset["owner_org"], ["tjj-census-2020-counties"])
    identity = made["tjj-census-2020-counties"]["id"]

    def count() -> int:
        return len(ask("西吉县有多少人")["answers"]) + len(ask("西吉县有多少人")["rows"])

    def indexed() -> int:
        model.Session.rollback()
        ours = Value.resource_id == made["tjj-census-2020-counties"]["resources"][0]["id"]
        return model.Session.scalar(sa.select(sa.func.count()).select_from(Value).where(ours)) or 0

    assert count() == 1 and indexed()
    for hidden, shown in (
        ({"private": True}, {"private": False}),
        (
            {"license_id": "nx-conditional-1.0", "nx_open_condition": "签订协议"},
            {"license_id": "cc-by-4.0", "nx_open_condition": ""},
        ),
    ):
        call("package_patch", id=identity, **hidden)
        assert count() == 0  # before any worker has looked at it
        work()
        assert not indexed()
        call("package_patch", id=identity, **shown)
        work()
        assert count() == 1
    call("package_delete", id=identity)
    assert count() == 0
    work()
    assert not indexed()


def test_a_cell_that_names_a_dataset_is_no_answer_to_its_title(dataset: dict[str, Any], upload: Call) -> None:
    title = dataset["title"]
    upload(dataset, "办件.csv", f"办件编号,涉及的数据集\nA-1,{title}\nA-2,河湖水质监测点位\nA-3,公交线路走向\n")
    work()
    assert not ask(title)["rows"]
    assert [row["dataset"]["title"] for row in ask("河湖水质监测点位")["rows"]] == [title]
