"""Maps: clusters, labels, legends, a measure by region, and what the page shows of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.tables.maps import choropleth, clusters, labels, legend, svg_map

from .demo_tables import upload_demo

Call = Callable[..., Any]
PIXELS = st.tuples(st.floats(0, 800), st.floats(0, 640))


@given(st.lists(PIXELS, max_size=80))
def test_every_dot_is_in_one_cluster(points: list[tuple[float, float]]) -> None:
    made = clusters.make_clusters(points, most=10)
    members = sorted(number for cluster in made for number in cluster.members)
    assert members == (list(range(len(points))) if len(points) > 10 else [])


@given(st.lists(st.tuples(st.text("西吉ab", max_size=5), st.floats(0, 300), st.floats(0, 300)), max_size=20))
def test_names_cover_no_dot_and_no_other_name(dots: list[tuple[str, float, float]]) -> None:
    boxes = []
    for (name, x, y), side in zip(dots, labels.place_labels(dots, 300, 300), strict=True):
        if side:
            wide = labels.measure(name)
            left = x + labels.GAP if side == "right" else x - labels.GAP - wide
            boxes.append((left, y - 8, left + wide, y + 8))
    for place, first in enumerate(boxes):
        for second in boxes[place + 1 :]:
            assert first[2] <= second[0] or second[2] <= first[0] or first[3] <= second[1] or second[3] <= first[1]


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=40))
def test_every_value_is_in_one_class_and_classes_do_not_overlap(values: list[Decimal]) -> None:
    made = legend.make_legend(values)
    assert 1 <= len(made.limits) <= legend.MOST_CLASSES
    assert {made.find_class(value) for value in values} == set(range(len(made.limits)))
    for (_, most), (least, _) in zip(made.limits, made.limits[1:], strict=False):
        assert most < least


def fact(role: str, header: str = "") -> dict[str, Any]:
    return {"role": role, "header": header}


FACTS = {"地区": fact("place"), "年份": fact("time"), "指标": fact("indicator"), "数值": fact("measure")}


def row(place: str, year: int, indicator: str, value: Any) -> dict[str, Any]:
    return {"地区": place, "年份": year, "指标": indicator, "数值": value}


class TestAMeasureByRegion:
    def test_the_newest_time_and_one_indicator_are_shown_and_nothing_is_added(self) -> None:
        rows = [
            row(place, year, name, year) for place in ("西吉县", "隆德县") for year in (2019, 2020) for name in "AB"
        ]
        found = choropleth.read_regions(rows, FACTS, "数值", {})
        assert found.values == {"640422": Decimal(2020), "640423": Decimal(2020)} and found.level == "county"
        assert [(choice.column, choice.chosen) for choice in found.choices] == [("指标", "A"), ("年份", "2020")]
        assert choropleth.read_regions(rows, FACTS, "数值", {"年份": "2019"}).values["640422"] == 2019

    def test_a_city_and_its_counties_never_stand_side_by_side(self) -> None:
        rows = [row(place, 2020, "甲", 1) for place in ("固原市", "银川市", "西吉县", "隆德县", "宁夏回族自治区")]
        assert set(choropleth.read_regions(rows, FACTS, "数值", {}).values) == {"640422", "640423"}

    def test_several_rows_a_place_are_no_map(self) -> None:
        facts = {name: one for name, one in FACTS.items() if name not in ("年份", "指标")}
        rows = [row("西吉县", 2020, "甲", 1), row("西吉县", 2020, "乙", 2), row("隆德县", 2020, "甲", 3)]
        assert choropleth.read_regions(rows, facts, "数值", {}).reason == "rows"

    def test_one_place_is_no_map(self) -> None:
        assert choropleth.read_regions([row("西吉县", 2020, "甲", 1)], FACTS, "数值", {}).reason == "places"


def test_many_dots_stand_in_groups_that_open_their_part_of_the_map() -> None:
    spread = [("点", (105 + number % 60 / 40, 36 + number // 60 / 10)) for number in range(900)]
    picture = svg_map.draw(spread)
    assert not picture.marks and sum(group.number for group in picture.groups) == picture.total == 900
    group = max(picture.groups, key=lambda one: one.number)
    part = svg_map.draw(spread, area=svg_map.parse_area(group.area))
    assert len(part.marks) == part.total >= group.number


def test_positions_are_moved_to_wgs84_and_it_is_said_how_far() -> None:
    moved = svg_map.draw([("点", (106.27, 38.47))], datum="gcj02")
    assert 300 < moved.offset < 500 and moved.marks != svg_map.draw([("点", (106.27, 38.47))]).marks


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "107,36,106,37", "0,0,1,1", "nan,36,106,37"])
def test_what_is_no_part_of_china_is_no_area(text: str) -> None:
    assert svg_map.parse_area(text) is None


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_a_table_with_region_codes_opens_on_the_map(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    made = upload_demo(call, upload, dataset["owner_org"], ("tjj-census-2020-counties",))
    census = call("package_show", id=made["tjj-census-2020-counties"]["id"])
    file = next(one for one in census["resources"] if one["datastore_active"])
    page = app.get(f"/dataset/{census['name']}/resource/{file['id']}?view=map").get_data(as_text=True)
    assert page.count('class="nx-map-region') == 22 and "nx-map-legend" in page and "示意" in page
    assert "/place/640422" in page and "315,827" in page
    home = app.get("/").get_data(as_text=True)
    assert home.count("nx-region-city") == 5 and "/place/640422" in home and "数说宁夏" not in home
