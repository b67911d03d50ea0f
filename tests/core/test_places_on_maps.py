"""Shapes of the cities and counties, and positions in the datums of China."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.core.places import datums, gazetteer, shapes

IN_CHINA = st.tuples(st.floats(74, 135), st.floats(4, 53))


# Positions that public converters (coordtransform) give.
@pytest.mark.parametrize(
    ("datum", "there"),
    [
        ("gcj02", (116.41024449916938, 39.91640428150164)),
        ("wgs84", (116.404, 39.915)),
        ("cgcs2000", (116.404, 39.915)),
    ],
)
def test_positions_agree_with_public_converters(datum: str, there: tuple[float, float]) -> None:
    assert datums.from_wgs84((116.404, 39.915), datum) == pytest.approx(there, abs=1e-9)


def test_bd09_agrees_with_public_converters() -> None:
    gcj02 = datums.to_wgs84((116.404, 39.915), "gcj02")
    assert datums.from_wgs84(gcj02, "bd09") == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-7)


@given(IN_CHINA, st.sampled_from(datums.DATUMS))
def test_a_position_comes_back_from_every_datum(point: tuple[float, float], datum: str) -> None:
    back = datums.to_wgs84(datums.from_wgs84(point, datum), datum)
    assert datums.measure_offset(point, back) < 0.01


@given(IN_CHINA)
def test_gcj02_moves_positions_by_less_than_a_kilometre(point: tuple[float, float]) -> None:
    assert 1 < datums.measure_offset(point, datums.from_wgs84(point, "gcj02")) < 1000


@given(st.tuples(st.floats(-60, 60), st.floats(-60, 60)))
def test_gcj02_moves_nothing_outside_china(point: tuple[float, float]) -> None:
    assert datums.from_wgs84(point, "gcj02") == point


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("近似经度，多为GCJ-02坐标", "gcj02"),
        ("经度（百度）", "bd09"),
        ("CGCS2000 大地经度", "cgcs2000"),
        ("longitude WGS 84", "wgs84"),
        ("GCJ02 或 BD-09", ""),
        ("经度", ""),
    ],
)
def test_a_datum_is_known_by_its_name_alone(text: str, datum: str) -> None:
    assert datums.find_datum(text) == datum


def test_every_place_of_ningxia_is_on_the_base_map() -> None:
    base = shapes.load_base_map()
    cities = set(gazetteer.list_children(gazetteer.REGION))
    counties = {county for city in cities for county in gazetteer.list_children(city)}
    assert set(base.areas) == {code for code in cities if code.isdecimal()}
    assert {code for code in counties if code.isdecimal()} <= set(base.seats)
    for county in counties:
        x, y = base.seats[county]
        rings = base.areas[gazetteer.parent_of(county)]
        west, east = min(p[0] for r in rings for p in r), max(p[0] for r in rings for p in r)
        south, north = min(p[1] for r in rings for p in r), max(p[1] for r in rings for p in r)
        assert west <= x <= east and south <= y <= north, county


@given(st.tuples(st.floats(104.3, 107.6), st.floats(35.3, 39.3)))
def test_a_projection_comes_back(point: tuple[float, float]) -> None:
    projection = shapes.fit_base_map(shapes.load_base_map(), 640)
    x, y = projection.project(point)
    assert 0 <= x <= projection.width and 0 <= y <= projection.height
    assert projection.invert(x, y) == pytest.approx(point, abs=0.002)


def test_an_approved_map_takes_the_place_of_the_schematic_one(tmp_path: Path) -> None:
    square = [[[105, 35], [106, 35], [106, 36], [105, 36], [105, 35]]]
    shape = {"type": "Polygon", "coordinates": square}
    features = [{"type": "Feature", "properties": {"code": "640422"}, "geometry": shape}]
    file = tmp_path / "approved.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    base = shapes.load_base_map(str(file), "宁S(2026)001号")
    assert base.approval == "宁S(2026)001号" and list(base.areas) == ["640422"]
    assert base.seats["640422"] == pytest.approx((105.5, 35.5))


@pytest.mark.parametrize(
    "content", ["", "[]", '{"features": []}', '{"features": [{"properties": {"code": "110000"}}]}']
)
def test_what_is_no_base_map_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(shapes.BaseMapError):
        shapes.load_base_map(str(file))
