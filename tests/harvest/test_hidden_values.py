"""What a record keeps back, what its paths say differently, and addresses that carry others."""

from __future__ import annotations

import pytest

from ckanext.nxopendata.harvest.mapping import files, mapper
from ckanext.nxopendata.harvest.mapping.rules import Withheld

EMBARGO = Withheld("embargo", future=True)


@pytest.mark.parametrize("written", ["2099", "2099-06", "6/1/2099", "2099年6月", "2099-06-01", "待定"])
def test_a_record_under_embargo_is_withheld_however_the_day_is_written(written):
    assert mapper._withheld_by(EMBARGO, {"embargo": written}) == {"value": written}


@pytest.mark.parametrize("written", ["2019", "2019-06", "6/1/2019", "2019-06-01", "", "无"])
def test_an_embargo_that_has_passed_withholds_nothing(written):
    assert mapper._withheld_by(EMBARGO, {"embargo": written}) is None


@pytest.mark.parametrize(
    ("kind", "taken", "other", "covered"),
    [
        ("url", "https://a.cn/abc.csv", "https://a.cn/a", False),
        ("phone", "0951-1234567", "0951-123", False),
        ("phone", "0951-123", "0951-123", True),
        ("email", "zhangsan@a.cn", "san@a.cn", False),
        ("text", "人口统计数据", "人口统计", True),
        ("localised", {"zh": "人口统计数据"}, {"zh": "人口统计"}, True),
        ("person", "张三（处长）", "张三", True),
    ],
)
def test_only_a_text_says_what_a_part_of_it_says(kind, taken, other, covered):
    assert mapper._covers(taken, other, kind) is covered


@pytest.mark.parametrize("written", ["/go?u=http://y.cn/中", "//x.cn/跳转?url=https://y.cn/a.csv", "/a b/http://y.cn/"])
def test_an_address_that_carries_another_is_taken_whole(written):
    assert files._addresses_in(written) == [written]


@pytest.mark.parametrize(
    "written",
    ["下载 https://y.cn/a.csv", "下载：https://y.cn/a.csv", "下载地址（https://y.cn/a.csv", "见https://y.cn/a.csv"],
)
def test_an_address_in_a_sentence_is_found(written):
    assert files._addresses_in(written) == ["https://y.cn/a.csv"]
