"""Reading and matching of what departments send. Plain: no CKAN."""

import pytest
from openpyxl.utils import get_column_letter

from ckanext.nxopendata.core.tabular import reader as file_reader
from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.official_tables.intake import matching, reader
from ckanext.nxopendata.register.systems.record import System

from . import filled


class TestPeriods:
    @pytest.mark.parametrize(
        ("written", "period"),
        [
            ("2015", "2015"),
            ("2015年", "2015"),
            ("2015年6月", "2015-06"),
            ("２０１５年１２月", "2015-12"),
            ("二〇一五年十二月三十一日", "2015-12-31"),
            ("二○一二年十月", "2012-10"),
            ("2015.6.1", "2015-06-01"),
            ("201506", "2015-06"),
            ("20150601", "2015-06-01"),
            ("2015-06-01 00:00:00", "2015-06-01"),
            ("43028", "2017-10-20"),
            (" ", ""),
        ],
    )
    def test_is_read(self, written: str, period: str) -> None:
        assert periods.parse(written) == period

    @pytest.mark.parametrize("written", ["不详", "2015年13月", "2015-02-30", "上届", "1015", "15年"])
    def test_is_refused(self, written: str) -> None:
        with pytest.raises(periods.NotAPeriodError):
            periods.parse(written)


def test_300_rows_with_their_faults() -> None:
    content, faults = filled.table_1()
    read = reader.read(file_reader.read(content))
    assert len(read.drafts) == 300
    assert [sum(draft.group == group for draft in read.drafts) for group in ("keep", "merge", "clear")] == [180, 80, 40]
    assert (read.person, read.phone) == ("李某", "0951-6000000")
    assert read.remarks == []
    found = {f"{get_column_letter(p.cell.column)}{p.cell.row}" for draft in read.drafts for p in draft.problems}
    # Which departments there are, and what day it is, only the site knows.
    assert set(faults) - found == {cell for cell in faults if cell.startswith("B")} | {_place(faults, 163)}
    assert found <= set(faults)


def _place(faults: list[str], number: int) -> str:
    content, _ = filled.table_1()
    draft = next(d for d in reader.read(file_reader.read(content)).drafts if d.title == filled.name(number))
    cell = draft.cells["approved"]
    return f"{get_column_letter(cell.column)}{cell.row}"


def read_csv(text: str, encoding: str = "gb18030") -> reader.Filled:
    return reader.read(file_reader.read(text.encode(encoding)))


class TestEveryDayOddities:
    def test_gb18030_csv_with_other_words_for_the_head(self) -> None:
        read = read_csv(
            "现有政务信息系统统计表,,,,\n"
            "编号,系统名称,主要功能,使用范围,使用频率（次）\n"
            "一、计划保留的信息系统,,,,\n"
            "1,䶮县文物系统,登记文物,全区,每天\n"
            "合计,1个,,,\n"
        )
        assert [(d.title, d.group, d.fields["nx_frequency"]) for d in read.drafts] == [
            ("䶮县文物系统", "keep", "daily")
        ]
        assert not read.drafts[0].problems

    def test_a_count_that_does_not_add_up_is_remarked(self) -> None:
        read = read_csv("名称,功能,使用范围,使用频度\n一、计划保留的信息系统，共3个,,,\n甲系统,甲,全区,每日\n")
        assert [(r.code, r.params) for r in read.remarks] == [("count", {"said": 3, "found": 1})]

    def test_rows_left_for_later_are_passed_over(self) -> None:
        read = read_csv("序号,管理部门,名称,功能,使用范围\n1,文旅厅,,,\n2,,,,\n...,,,,\n")
        assert read.drafts == []

    def test_a_name_merged_over_two_rows_is_one_system(self) -> None:
        read = read_csv("名称,功能,使用范围,使用频度\n甲系统,受理,全区,每日\n甲系统,公示,全区,每日\n")
        assert [draft.fields["notes"] for draft in read.drafts] == ["受理\n公示"]

    def test_table_3_is_told_by_its_title(self) -> None:
        read = read_csv(
            "接入共享平台的政务信息系统统计表,,,,\n序号,名称,功能,使用范围,使用频度\n"
            "一、接入自治区政务服务平台的信息系统（自治区政务服务中心管理），共1个,,,,\n1,甲系统,甲,全区,每日\n"
            "二、接入自治区数据共享交换平台的信息系统（自治区信息化建设办管理），共1个,,,,\n1,甲系统,甲,全区,每日\n"
        )
        assert [(d.table, d.group) for d in read.drafts] == [("3", "service"), ("3", "exchange")]
        assert not any(draft.problems for draft in read.drafts)

    def test_a_file_without_the_head_is_refused(self) -> None:
        with pytest.raises(reader.NoTableError):
            read_csv("甲,乙\n1,2\n")


class TestMatching:
    SYSTEMS = tuple(
        System(id=str(number), name=f"s{number}", title=title, owner_org="o")
        for number, title in enumerate(("旅游投诉受理系统", "导游管理（年审）平台", "文物普查数据库"))
    )

    @pytest.mark.parametrize(
        ("title", "kind", "ids"),
        [
            ("旅游投诉受理系统", "exact", ["0"]),
            ("导游管理(年审) 平台", "normalised", ["1"]),
            ("旅游投诉管理信息系统", "near", ["0"]),
            ("全区旅游投诉受理平台", "near", ["0"]),
            ("水利工程系统", "new", []),
            ("管理系统", "new", []),
        ],
    )
    def test_by_name(self, title: str, kind: str, ids: list[str]) -> None:
        found = matching.match([title], self.SYSTEMS)[0]
        assert found.kind == kind
        assert [s.id for s in ([found.found] if found.found else found.candidates)] == ids

    def test_a_system_that_is_meant_exactly_is_no_candidate_for_another_row(self) -> None:
        found = matching.match(["旅游投诉受理系统", "旅游投诉受理平台"], self.SYSTEMS)
        assert [match.kind for match in found] == ["exact", "new"]


@pytest.mark.parametrize(
    "head",
    [
        ",成员单位,负责人,负责人,负责人,联系人,联系人,联系人,\n序号,成员单位,姓名,职务,电话,姓名,职务,手机,备注\n",
        "附表5,,,,,,,,\n,,,,,,,,\n序号,成员单位,负责人,职务,电话,联络员,职务,手机号码,\n",
        "序号,成员单位,负责人姓名,负责人职务,负责人电话,联系人姓名,联系人职务,联系人手机,备注\n",
    ],
)
def test_a_telephone_is_that_of_the_person_before_it(head: str) -> None:
    rows = "1,统计局,甲,局长,0951-1,乙,科员,0951-2,\n合计,,,,,,,,\n2,审计厅,丙,,,,,,\n"
    first, second = reader.read(file_reader.read((head + rows).encode("gb18030"))).drafts
    assert (first.fields["leader_phone"], first.fields["contact_phone"]) == ("0951-1", "0951-2")
    assert (first.fields["leader_post"], first.fields["contact_post"]) == ("局长", "科员")
    assert second.fields == {"title": "审计厅", "leader_name": "丙"}
