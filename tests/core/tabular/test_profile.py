"""The profile of a column: counted in one pass, exact where that is cheap, its role by name, type and values."""

from __future__ import annotations

import random

import pytest

from ckanext.nxopendata.core.tabular.profile import Profile, make_profiles
from ckanext.nxopendata.core.tabular.values.types import TableCounts, decide_type


def profiles(headers: list[str], rows: list[list[str]]) -> list[Profile]:
    counts = TableCounts(len(headers))
    counts.add(rows)
    types = [decide_type(header, cells) for header, cells in zip(headers, counts.columns, strict=True)]
    chunks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    return make_profiles(headers, types, counts.columns, chunks)


def test_nulls_extremes_lengths_and_frequent_values() -> None:
    (profile,) = profiles(["人数"], [["9"], ["10"], ["—"], ["10"], [""]])
    assert (profile.rows, profile.nulls, profile.distinct, profile.exact) == (5, 2, 2, True)
    assert (profile.least, profile.greatest, profile.shortest, profile.longest) == ("9", "10", 1, 2)
    assert profile.top[0] == ("10", 2)
    assert profile.null_words == {"—": 1}


@pytest.mark.parametrize("number", [3000, 30_000, 100_000])
def test_many_distinct_values_are_estimated_within_a_few_per_cent(number: int) -> None:
    (profile,) = profiles(["名称"], [[f"站{n}"] for n in range(number)])
    assert not profile.exact
    assert abs(profile.distinct - number) < 0.06 * number


def test_frequent_values_are_found_among_many(number: int = 20_000) -> None:
    made = random.Random(7)
    (profile,) = profiles(["类别"], [["甲" if made.random() < 0.3 else f"x{n}"] for n in range(number)])
    assert profile.top[0][0] == "甲"


def test_patterns_say_how_values_are_made_up() -> None:
    (profile,) = profiles(["编号"], [["NX-0007"], ["NX-12"], ["7"]])
    assert profile.patterns[0] == ("A-9", 2)


@pytest.mark.parametrize(
    ("header", "cells", "role", "sequence"),
    [
        ("统一社会信用代码", ["11640000A", "11640000B"], "key", ""),
        ("年份", ["2021", "2022"], "time", ""),
        ("评定日期", ["2021-01-01", "2022-01-01"], "time", ""),
        ("所在地市", ["银川市", "固原市"], "place", ""),
        ("等级", ["5A", "4A", "5A", "4A", "5A"], "category", ""),
        ("常住人口", ["5", "7"], "measure", "stock"),
        ("接待人次", ["5", "7"], "measure", "flow"),
        ("增长率", ["5%", "7%"], "measure", "ratio"),
        ("经度", ["106.1", "106.2"], "coordinate", ""),
        ("备注", ["甲", "乙"], "text", ""),
    ],
)
def test_the_role_of_a_column(header: str, cells: list[str], role: str, sequence: str) -> None:
    (profile,) = profiles([header], [[cell] for cell in cells])
    assert (profile.role, profile.sequence) == (role, sequence)
    assert ("sum" in profile.aggregations) == (sequence in ("stock", "flow"))
