"""Two years of evaluation: counted, sent, objected to, published; done over by hand from what is printed."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import docx
import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.nxopendata.core import timezone
from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.evaluation import facts, procedure, scoring
from ckanext.nxopendata.register.evaluation.models import PUBLISHED, Evaluation, digest
from ckanext.nxopendata.register.reports.models import SUBMITTED, Report

from .conftest import World

OBJECTION = "“景区客流监测系统”已于上月接入，登记有误。"


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the day: ``on("2026-11-01")``."""
    return lambda day: monkeypatch.setenv(timezone.TODAY_VARIABLE, day)


def headers(name: str) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=name)["token"]}


def dataset(owner: str, number: int, **fields: Any) -> None:
    """A public dataset with one file, written as a harvest would."""
    extras = {
        "nx_share_type": "1",
        "nx_is_open": "1",
        "nx_class_code": "214001",
        "nx_resource_code": f"214001/{number}",
        "nx_format_category": "1",
        "nx_items": '[{"name": "名称"}]',
        "nx_update_cycle": "5",
        "nx_publish_date": "2025-01-01",
    }
    package: Any = model.Package(name=f"ds-{number}", title=f"数据集{number}", owner_org=owner, type="dataset")
    package.extras = extras | fields
    package.private = False
    model.Session.add(package)
    model.Session.flush()
    resource: Any = model.Resource(package_id=package.id, url="http://example.org/a.csv", name="a")
    resource.extras = {"nx_readability": "3"}
    resource.created = dt.datetime.fromisoformat("2025-01-01")
    model.Session.add(resource)


def report(owner: str, period: str, due: dt.date, submitted: dt.date | None) -> None:
    row = Report(kind="monthly", period=period, owner_org=owner, due=due, figures={}, submitted=submitted)
    row.state = SUBMITTED if submitted else "asked"
    model.Session.add(row)


@pytest.fixture
def years(begin: Any, on: Any) -> World:
    """2025 and 2026 published; ``wlt`` objected to 2025 and was believed, ``tjj`` mended its ways in 2026."""

    def fill(world: Any) -> None:
        wlt, tjj = world.departments["wlt"], world.departments["tjj"]
        world.system("wlt", title="景区客流监测系统", nx_exchange_status="preparing", nx_uses_shared="0")
        world.system("wlt", title="停用的系统", nx_plan="clear")
        world.system("tjj", title="统计直报系统", nx_exchange_status="not_connected")
        dataset(wlt, 1)
        dataset(wlt, 2, nx_share_type="3", nx_is_open="0")
        dataset(wlt, 3, nx_resource_code="", nx_update_cycle="9")
        world.system("wlt", nx_exchange_status="connected", nx_datasets=["ds-1"], nx_uses_shared="1")
        for month in (2, 3, 4):
            due = dt.date(2025, month, 2)
            report(wlt, f"2025-{month - 1:02d}", due, due if month < 4 else dt.date(2025, 4, 7))
            report(tjj, f"2025-{month - 1:02d}", due, None)
            due = dt.date(2026, month, 2)
            report(wlt, f"2026-{month - 1:02d}", due, due)
            report(tjj, f"2026-{month - 1:02d}", due, due)
        model.Session.commit()

        on("2025-12-15")
        world.collected = world.act("office", "nx_evaluation_collect", year=2025)
        world.sent = world.act("office", "nx_evaluation_send", year=2025)
        row = of(world, "wlt", 2025)
        world.drafts = {"wlt": row["total"]}
        on("2025-12-16")
        world.act("wlt-head", "nx_evaluation_answer", id=row["id"], confirm=False, objection=OBJECTION)
        with pytest.raises(tk.ValidationError) as refused:
            world.act("office", "nx_evaluation_publish", year=2025)
        world.refused = refused.value.error_summary
        number = {"numerator": 2, "denominator": 2, "reason": "经核实已接入"}
        world.act("office", "nx_evaluation_update", id=row["id"], indicator="connected", **number)
        world.act("office", "nx_evaluation_reply", id=row["id"], accepted=True, reply="情况属实，已更正。")
        on("2026-01-20")
        world.act("office", "nx_evaluation_publish", year=2025)

        on("2026-12-15")
        system = next(each for each in world.act("tjj-editor", "nx_system_list")["results"] if "直报" in each["title"])
        connected = {"nx_exchange_status": "connected", "nx_exchange_date": "2026-06", "nx_exchange_evidence": "验收单"}
        world.act("tjj-editor", "nx_system_update", id=system["id"], **connected)
        world.act("office", "nx_evaluation_collect", year=2026)
        world.act("office", "nx_evaluation_send", year=2026)
        on("2027-01-20")
        world.act("office", "nx_evaluation_publish", year=2026)

    made = begin("two_years", fill)
    on("2027-01-20")
    return made


def of(world: World, unit: str, year: int, who: str = "office") -> dict[str, Any]:
    found = world.act(who, "nx_evaluation_list", owner_org=unit, year=year)
    return world.act(who, "nx_evaluation_show", id=found[0]["id"])


def scores(row: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {each["key"]: (each["numerator"], each["denominator"]) for each in row["scores"]}


def rounded(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


SCORE = re.compile(
    r"(?P<a>\d+) ÷ (?P<b>\d+) = (?P<percent>[\d.]+)%；"
    r"(?:(?P=percent)% ÷ (?P<full>[\d.]+)% = (?P<reached>[\d.]+)%|(?P=percent)% 达到 (?P<top>[\d.]+)%，按 100.00% 计)；"
    r"(?P<weight>[\d.]+) × (?P<by>[\d.]+)% = (?P<points>[\d.]+) 分"
)
SUM = re.compile(r"总分 \((?P<points>[\d. +]+)\) ÷ \((?P<weights>[\d. +]+)\) × 100 = (?P<total>[\d.]+)")


class TestTwoYears:
    @pytest.mark.parametrize("year", [2025, 2026])
    def test_every_score_is_done_over_by_hand_from_the_printed_paper(self, years: World, app: Any, year: int):
        """Nothing but the words of the Word file and a calculator."""
        word = docx.Document(io.BytesIO(app.get(f"/register/evaluation/{year}.docx").data))
        lines = [paragraph.text for paragraph in word.paragraphs]
        totals: dict[str, tuple[Decimal, list[Decimal], list[Decimal]]] = {}
        unit, done = "", 0
        for line in lines:
            if found := SUM.search(line):
                unit = line.partition("：")[0]
                points = [Decimal(each) for each in found["points"].split(" + ")]
                weights = [Decimal(each) for each in found["weights"].split(" + ")]
                assert rounded(sum(points, Decimal(0)) * 100 / sum(weights, Decimal(0))) == Decimal(found["total"])
                totals[unit] = (Decimal(found["total"]), points, weights)
            elif found := SCORE.search(line):
                percent = rounded(Decimal(found["a"]) * 100 / Decimal(found["b"]))
                assert percent == Decimal(found["percent"]), line
                full = Decimal(found["full"] or found["top"])
                reached = rounded(min(percent * 100 / full, Decimal(100)))
                assert reached == Decimal(found["by"]) == Decimal(found["reached"] or 100), line
                points = rounded(Decimal(found["weight"]) * reached / 100)
                assert points == Decimal(found["points"]), line
                # The sum above is made of these very points and weights, in this order.
                assert totals[unit][1].pop(0) == points
                assert totals[unit][2].pop(0) == Decimal(found["weight"])
                done += 1
        assert done >= 12
        assert totals.keys() >= {"文化和旅游厅", "统计局"}
        assert all(not points and not weights for _, points, weights in totals.values())
        # And the ranking in the table is that of the totals.
        table = next(table for table in word.tables if table.rows[0].cells[0].text == "名次")
        printed = {row.cells[1].text: (row.cells[0].text, row.cells[2].text) for row in table.rows[1:]}
        for title, (total, _, _) in totals.items():
            rank = 1 + sum(other > total for other, _, _ in totals.values())
            assert printed[title] == (str(rank), str(total))

    def test_what_was_counted_is_what_is_there(self, years: World):
        found = scores(of(years, "wlt", 2026))
        assert found == {
            "catalogue": (1, 2),
            "updated": (0, 2),
            "shared": (2, 3),
            "opened": (2, 2),
            "quality": (2, 3),
            "answered": (0, 0),
            "satisfied": (0, 0),
            "connected": (1, 2),
            "cleaned": (0, 1),
            "reported": (3, 3),
            "provided": (2, 2),
            "used": (1, 2),
        }
        assert scores(of(years, "wlt", 2025))["reported"] == (2, 3)
        assert scores(of(years, "tjj", 2025))["connected"] == (0, 1)
        assert scores(of(years, "tjj", 2026))["connected"] == (1, 1)

    def test_the_records_that_cost_points_are_named(self, years: World):
        lost = {each["key"]: [one["title"] for one in each["lost"]] for each in of(years, "wlt", 2026)["scores"]}
        assert lost["connected"] == ["景区客流监测系统"]
        assert lost["cleaned"] == ["停用的系统"]
        assert lost["quality"] == ["数据集3"]
        assert lost["shared"] == ["数据集2"]

    def test_a_unit_without_data_is_not_assessed(self, years: World):
        row = of(years, "shenjiting", 2025)
        assert row["total"] is None
        assert row["grade"] == {}
        assert row["rank"] is None
        tjj = of(years, "tjj", 2025)
        assert [each["points"] for each in tjj["scores"] if each["key"] == "updated"] == [None]
        assert tjj["total"] == "0.00"

    def test_the_objection_changed_the_draft_and_the_paper_says_so(self, years: Any):
        row = of(years, "wlt", 2025)
        assert (row["objection"], row["accepted"]) == (OBJECTION, True)
        assert Decimal(row["total"]) > Decimal(years.drafts["wlt"])
        changed = next(each for each in row["scores"] if each["key"] == "connected")
        assert changed["adjusted"] == {"from": [1, 2], "reason": "经核实已接入"}
        assert "文化和旅游厅" in str(years.refused)
        assert [entry["action"] for entry in row["log"]] == ["collect", "send", "object", "amend", "reply", "publish"]

    def test_what_is_published_stands(self, years: World, on: Any):
        on("2027-02-01")
        row = of(years, "wlt", 2025)
        for action, data in (
            ("nx_evaluation_collect", {"year": 2025}),
            ("nx_evaluation_publish", {"year": 2025}),
            ("nx_evaluation_update", {"id": row["id"], "advice": "x"}),
            ("nx_evaluation_reply", {"id": row["id"], "accepted": True, "reply": "x"}),
        ):
            with pytest.raises(tk.ValidationError):
                years.act("office", action, **data)
        with pytest.raises(tk.ValidationError):
            years.act("wlt-head", "nx_evaluation_answer", id=row["id"], confirm=True)
        stored = model.Session.get(Evaluation, row["id"])
        assert stored is not None and stored.state == PUBLISHED
        assert log.read("evaluation", row["id"])[-1]["changes"]["sha256"][1] == digest(stored)

    def test_the_trend_is_there(self, years: World):
        found = years.act("", "nx_evaluation_report", year=2026)
        trend = found["trend"][years.departments["tjj"]]
        assert [year for year, _ in trend] == [2025, 2026]
        assert Decimal(trend[0][1]) < Decimal(trend[1][1])

    def test_the_public_reads_the_result_and_no_record(self, years: World, app: Any):
        row = of(years, "wlt", 2025, who="")
        assert row["total"]
        for hidden in ("objection", "reply", "log"):
            assert hidden not in row
        page = app.get(f"/register/evaluation/units/{row['id']}").body
        report = app.get("/register/evaluation/2025").body
        paper = "".join(
            p.text for p in docx.Document(io.BytesIO(app.get("/register/evaluation/2025.docx").data)).paragraphs
        )
        assert "1 ÷ 2 = 50.00%" in page
        for body in (page, report, paper, str(row)):
            for secret in ("景区客流监测系统", "停用的系统", OBJECTION, "经核实已接入"):
                assert secret not in body
        own = app.get(f"/register/evaluation/units/{row['id']}", headers=headers("wlt-member")).body
        assert "停用的系统" in own and OBJECTION in own
        assert app.get("/register/evaluation/2025.pdf").data.startswith(b"%PDF")
        assert "文化和旅游厅" in app.get("/register/evaluation/2025.csv").data.decode("utf-8-sig")

    def test_the_pages_take_what_is_said(self, years: World, app: Any, on: Any):
        """A third year, by the pages alone."""
        on("2027-12-01")
        office, head = headers("office"), headers("wlt-head")
        app.post("/register/evaluation", headers=office, data={"step": "collect", "year": "2027"})
        draft = years.act("office", "nx_evaluation_list", owner_org="wlt", year=2027)[0]
        address = f"/register/evaluation/units/{draft['id']}"
        assert app.get(address, headers=head, expect_errors=True).status_code == 403
        assert app.get("/register/evaluation/2027", expect_errors=True).status_code in (401, 403)
        app.post("/register/evaluation", headers=office, data={"step": "send", "year": "2027"})
        assert "说明" in app.post(address, headers=head, data={"step": "object", "objection": ""}).body
        app.post(address, headers=head, data={"step": "object", "objection": "数据有误"})
        shown = app.get(address, headers=office).body
        assert "数据有误" in shown
        wrong = {"step": "correct", "indicator": "updated", "numerator": "9", "denominator": "2", "reason": "x"}
        assert "alert-danger" in app.post(address, headers=office, data=wrong).body
        right = {"step": "correct", "indicator": "updated", "numerator": "2", "denominator": "2", "reason": "已更新"}
        app.post(address, headers=office, data=right)
        app.post(address, headers=office, data={"step": "advise", "advice": "继续保持"})
        app.post(address, headers=office, data={"step": "reject", "reply": "其余不变"})
        found = of(years, "wlt", 2027)
        assert (found["state"], found["accepted"], found["advice"]) == ("replied", False, "继续保持")
        assert scores(found)["updated"] == (2, 2)
        listed = app.get("/register/evaluation", headers=office).body
        assert "2027" in listed and "文化和旅游厅" in listed


def test_every_indicator_is_counted() -> None:
    assert {each.key for each in scoring.rules()[0]} == set(facts.COUNTS)


def test_feedback_of_readers_counts_as_a_matter_to_answer(world: World) -> None:
    from ckanext.nxopendata.portal.models import Feedback

    dataset(world.departments["tjj"], 90)
    package = model.Package.get("ds-90")
    assert package is not None
    asked = dt.datetime.fromisoformat("2024-03-01")
    for number, days in enumerate((2, 60, None)):
        answered = asked + dt.timedelta(days=days) if days else None
        created = asked + dt.timedelta(minutes=number)
        row = Feedback(dataset_id=package.id, kind="question", text="多久更新？", created=created, answered=answered)
        row.state = "public" if days else "waiting"
        model.Session.add(row)
    model.Session.commit()
    owner = world.departments["tjj"]
    counted = facts.collect([owner], 2024, dt.date(2024, 12, 31))[owner]["answered"]
    assert (counted.numerator, counted.denominator) == (1, 3)
    assert [each.reason for each in counted.lost] == ["answered_late", "unanswered"]


def test_a_year_to_come_is_refused(world: World, on: Any) -> None:
    on("2026-11-01")
    with pytest.raises(tk.ValidationError):
        world.act("office", "nx_evaluation_collect", year=2027)
    with pytest.raises(tk.ObjectNotFound):
        world.act("office", "nx_evaluation_report", year=2001)
    assert procedure.list_evaluations(2001) == []
