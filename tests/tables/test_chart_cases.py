"""Odd tables and the chart, or the refusal, that is right for each; without services."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from werkzeug.datastructures import MultiDict

from ckanext.nxopendata.core.places import shapes
from ckanext.nxopendata.tables.charts import canvas, drawing, regions, token
from ckanext.nxopendata.tables.page import chart_rules, chart_view, shape_rules
from ckanext.nxopendata.tables.profiles.recording import Recorder
from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.reader import table

CASES = yaml.safe_load((Path(__file__).parent / "chart_cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["tables"], ids=lambda case: case["name"])
def test_a_table_gets_the_chart_that_is_right_or_none(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(case["table"], encoding="utf-8")
    found = table.read(path, "csv")
    recorder = Recorder(found.columns)
    for batch in found.batches():
        recorder.add(batch)
    facts = chart_rules.make_facts(found.columns, recorder.profiles())
    question = Question(conditions=tuple(Condition(*one) for one in case.get("filters", ())))
    asked = MultiDict(case.get("asked", {}))
    choice = chart_view.choose_chart(found.columns, question, asked, facts)
    if "x" not in asked and not any(chart_view.list_choices(found.columns, facts)):
        assert case["expected"] == ["none"]
        return
    objection = chart_view.find_objection(choice, question, facts)
    if objection:
        assert case["expected"] == ["refuse", objection.code]
    else:
        assert case["expected"] == ["draw", choice.x.id, choice.y.id if choice.y else "", choice.aggregate]


@pytest.mark.parametrize("case", CASES["shapes"], ids=lambda case: case["name"])
def test_a_shape_that_says_what_the_numbers_do_not_is_refused(case: dict[str, Any]) -> None:
    found = shape_rules.find_problem(case["kind"], case["aggregate"], case["x"], case["times"], case["series"])
    assert found == case["expected"]


def test_wholes_and_what_is_counted_in_others_are_told_from_parts() -> None:
    wholes = chart_rules.find_wholes(["教育", "其中：义务教育", "全区合计", "小 计", "会计服务", "统计", "grand total"])
    assert wholes == {"其中：义务教育", "全区合计", "小 计", "grand total"}


@pytest.mark.parametrize("kind", token.KINDS)
def test_each_kind_is_drawn_well_formed_with_all_its_numbers(kind: str) -> None:
    groups, times = ["2018", "2020"], ["2018", "2020"]
    series = (("男", (1234.5, 2000.0)), ("女<x>", (1000.0, 3000.0)))
    plot = canvas.Plot(kind, "题", "年龄", "人", groups, series, times, ((1.0, 2.0), (3.0, 4.0)))
    drawn = drawing.draw(plot)
    ElementTree.fromstring(drawn)
    assert "NaN" not in drawn and "-0.0" not in drawn
    if kind not in ("scatter", "area", "map"):
        assert "3,000" in drawn and "女&lt;x&gt;" in drawn


def test_an_address_keeps_a_title_and_earlier_addresses_stay() -> None:
    made = token.make_spec(
        "71e19139-2160-5fd6-a9a7-a89ba73de19c", "table", ("a", "b", ""), "sum", "name", (), "", "我的标题"
    )
    assert token.from_token(token.to_token(made)).title == "我的标题"
    plain = token.make_spec("71e19139-2160-5fd6-a9a7-a89ba73de19c", "bar", ("县区", "人口", ""), "sum", "value", (), "")
    assert token.to_token(plain) == EARLIER


EARLIER = "AXHhkTkhYF_Wqaeom6c94ZwCDg_vOGkJ_GoAAAAAjrvbfg"
"""The address that the chart had before titles and further kinds."""


def test_an_axis_that_does_not_begin_at_zero_is_marked_as_broken() -> None:
    times = ("2018", "2020")
    for kind in ("line", "slope", "multiples"):
        for values, broken in (((31.5, 32.1), True), ((0.0, 32.1), False)):
            series = (("同心县", values), ("盐池县", values))
            drawn = drawing.draw(canvas.Plot(kind, "题", "年份", "万人", times, series, times))
            assert ('class="nx-break"' in drawn) == broken, kind


def test_a_map_shows_places_of_one_level_with_names_and_classes_and_says_what_it_leaves_out() -> None:
    placed = regions.place_numbers({"640422": 315827, "隆德": 109451, "固原市": 1142142, "全区": None, "沙湖": 3})
    assert placed.values == {"640422": 315827, "640423": 109451} and placed.left_out == ("固原市", "沙湖")
    assert regions.place_numbers({"西吉": 1, "西吉县": 2, "隆德县": 3}).twice
    assert not regions.place_numbers({"西吉": 1, "沙湖": 2}).values
    base = shapes.load_base_map()
    counties = regions.make_region_map(placed.values, base, "en")
    cities = regions.make_region_map({"640100": 2859074, "640400": 1142142.5}, base, "zh")
    for picture, name, number in ((counties, "Xiji", "315,827"), (cities, "固原市", "1,142,142.5")):
        drawn = drawing.draw(canvas.Plot("map", "题", "地区", "人", (), (), regions=picture))
        ElementTree.fromstring(drawn)
        assert name in drawn and number in drawn and drawn.count("<title>") == 3  # the chart's, and one a place
