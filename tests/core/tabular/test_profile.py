"""The profile of a column: counted in one pass, exact where that is cheap, its role by name, type and values."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.core.tabular.profile.column import Profile, Profiler
from ckanext.nxopendata.core.tabular.profile.distinct import DistinctCounter
from ckanext.nxopendata.core.tabular.values.types import TableCounts, decide_type, to_value


def profile(header: str, cells: list[str], role: str = "") -> Profile:
    counts = TableCounts(1)
    counts.add([[cell] for cell in cells])
    type_ = decide_type(header, counts.columns[0])
    profiler = Profiler(header, type_, counts.columns[0].null_words, role)
    for start in range(0, len(cells), 1000):
        some = cells[start : start + 1000]
        profiler.add(pa.array([to_value(type_, cell) for cell in some], pa.string()))
    return profiler.profile()


def test_nulls_extremes_lengths_and_frequent_values() -> None:
    found = profile("人数", ["9", "10", "—", "10", ""])
    assert (found.rows, found.nulls, found.distinct, found.exact) == (5, 2, 2, True)
    assert (found.least, found.greatest, found.shortest, found.longest) == ("9", "10", 1, 2)
    assert found.top[0] == ("10", 2)
    assert found.null_words == {"—": 1}


@pytest.mark.parametrize("number", [0, 1, 100, 3000, 30_000, 300_000])
@pytest.mark.parametrize("form", ["站{}", "{:08}", "64{}X", "{}.5"])
def test_distinct_values_are_estimated_within_a_few_per_cent(number: int, form: str) -> None:
    counter = DistinctCounter()
    for start in range(0, number, 10_000):
        some = [form.format(n) for n in range(start, min(start + 10_000, number))]
        counter.add(pa.array(some, pa.string()))
        counter.add(pa.array(some[:100], pa.string()))  # again: the same values count once
    assert abs(counter.estimate() - number) <= 0.06 * number


def test_many_distinct_values_of_a_column_are_not_called_exact() -> None:
    found = profile("名称", [f"站{n}" for n in range(30_000)])
    assert not found.exact and abs(found.distinct - 30_000) < 1800
    assert profile("名称", [f"站{n}" for n in range(1500)]).exact


def test_frequent_values_are_found_among_many(number: int = 20_000) -> None:
    made = random.Random(7)
    cells = ["甲" if made.random() < 0.3 else f"x{n}" for n in range(number)]
    value, count = profile("类别", cells).top[0]
    assert value == "甲" and 0.9 * cells.count("甲") <= count <= cells.count("甲")


def test_patterns_say_how_values_are_made_up() -> None:
    assert profile("编号", ["NX-0007", "NX-12", "7"]).patterns[0] == ("A-9", 2)


def test_checks_say_how_many_values_pass() -> None:
    assert profile("信用代码", ["91350100M000100Y43", "91350100M000100Y44"]).checks["uscc"] == (2, 1)
    assert profile("区划代码", ["640104", "640199"]).checks["region_code"] == (2, 1)
    assert profile("名称", ["甲", "乙"]).checks == {}


@pytest.mark.parametrize(
    ("header", "cells", "role", "sequence"),
    [
        ("统一社会信用代码", ["11640000A", "11640000B"], "key", ""),
        ("年份", ["2021", "2022"], "time", ""),
        ("评定日期", ["2021-01-01", "2022-01-01"], "time", ""),
        ("所在地市", ["银川市", "固原市"], "place", ""),
        ("等级", ["5A", "4A", "5A", "4A", "5A"], "category", ""),
        ("指标", ["人口", "人口"], "indicator", ""),
        ("常住人口", ["5", "7"], "measure", "stock"),
        ("接待人次", ["5", "7"], "measure", "flow"),
        ("增长率", ["5%", "7%"], "measure", "ratio"),
        ("门票价格", ["60", "80"], "measure", "ratio"),
        ("数值", ["60", "80"], "measure", "stock"),
        ("经度", ["106.1", "106.2"], "coordinate", ""),
        ("备注", ["甲", "乙"], "text", ""),
    ],
)
def test_the_role_of_a_column(header: str, cells: list[str], role: str, sequence: str) -> None:
    found = profile(header, cells)
    assert (found.role, found.sequence) == (role, sequence)
    assert ("sum" in found.aggregations) == (sequence in ("stock", "flow"))


def test_what_the_department_says_of_a_role_holds() -> None:
    assert profile("数值", ["60", "80"], role="category").role == "category"
    assert profile("备注", ["甲"], role="measure").role == "measure"


def test_places_know_their_levels_and_what_lies_in_what() -> None:
    assert profile("地区", ["宁夏", "银川市", "兴庆区"]).levels == ("province", "city", "county")
    assert profile("代码", ["640104", "640105"]).code_list == "region"
    assert roles.is_part_of("兴庆区", "银川市") and roles.is_part_of("银川市", "全区")
    assert not roles.is_part_of("银川市", "兴庆区") and not roles.is_part_of("固原市", "银川市")


@pytest.mark.parametrize(
    ("header", "unit"), [("人口（万人）", "万人"), ("面积(平方公里)", "平方公里"), ("名称（全称）", "")]
)
def test_the_unit_in_the_header(header: str, unit: str) -> None:
    assert roles.find_unit(header) == unit
