"""The kinds behind the cases, with inputs of our own."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import lzma
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ckanext.nxopendata.core.tabular import plan as plans
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.plan import Plan, PlanError
from ckanext.nxopendata.core.tabular.workbook import number_formats

from .reading import case, read, text

HEADER = "编号,名称,数量\n"


def code_of(folder: Path, content: bytes, kind: str = "csv") -> str:
    with pytest.raises(UnreadableError) as refused:
        text(folder, content, kind)
    return refused.value.code


def workbook(*sheets: tuple[str, list[list[Any]]]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    return book


def save(book: Workbook, folder: Path) -> Path:
    path = folder / "book.xlsx"
    book.save(path)
    return path


class TestQuotes:
    def test_an_open_mark_swallows_no_rows_and_is_told_with_its_line(self, tmp_path: Path) -> None:
        body = "".join(f"{n},站{n},{n * 3}\n" for n in range(1, 40))
        reading = text(tmp_path, HEADER + body.replace("5,站5,", '5,"站5,', 1))
        assert len(reading.rows) == 39
        assert reading.rows[4] == ["5", '"站5', "15"]
        assert reading.findings.keys() & {"open_quote", "stray_quote"}
        assert reading.found.findings()[1][0].line == 6

    def test_thousands_of_open_marks_cost_no_minutes(self, tmp_path: Path) -> None:
        began = time.monotonic()
        reading = text(tmp_path, "编号,名称\n" + "\n".join(f'{n},"甲' for n in range(5000)))
        assert (len(reading.rows), reading.rows[7]) == (5000, ["7", '"甲'])
        assert time.monotonic() - began < 30

    def test_lines_inside_a_quoted_cell_stay_inside(self, tmp_path: Path) -> None:
        body = "".join(f'{n},"甲\n乙,丙\n丁",{n}\n' for n in range(20))
        reading = text(tmp_path, HEADER + body)
        assert [row[1] for row in reading.rows] == ["甲\n乙,丙\n丁"] * 20
        assert reading.findings == {}

    @pytest.mark.parametrize(
        "cell",
        [
            '"蓝天"加油站',
            '"蓝天"加油站 "银川"店',
            '"蓝天" - 加油站',
            '*"蓝天"加油站',
            '蓝天"加油站',
            '"蓝天加油站',
            '"',
            '""蓝天" 加油站',
        ],
    )
    @pytest.mark.parametrize("distance", [1, 2, 3, 12])
    def test_a_name_in_marks_swallows_no_rows_up_to_the_next_quoted_cell(
        self, tmp_path: Path, cell: str, distance: int
    ) -> None:
        """A public file of 21,692 rows lost 624: ``"GAM MODEL" DI S.`` opened, 27 lines on ``"IP S.R.L."`` closed."""
        rows = [[str(n), f"站{n}", f"兴庆区{n}号", str(n * 3), f"106.{n:03}"] for n in range(60)]
        lines = [";".join(row) for row in rows]
        for place in (7, 30):
            lines[place] = lines[place].replace(f"站{place};", f"{cell};")
            quoted = place + distance
            lines[quoted] = lines[quoted].replace(f"站{quoted};", f'"站{quoted}";')
        reading = text(tmp_path, "编号;名称;地址;数量;经度\n" + "\n".join(lines) + "\n")
        assert [row[0] for row in reading.rows] == [row[0] for row in rows]
        assert [row[2:] for row in reading.rows] == [row[2:] for row in rows]

    def test_rows_inside_a_quoted_cell_stay_inside_where_the_cell_is_closed_in_its_line(self, tmp_path: Path) -> None:
        body = "".join(f'{n},"第一条\n甲,乙,丙,丁,戊\n第二条",{n},{n}\n' for n in range(30))
        reading = text(tmp_path, "编号,条文,数量,年\n" + body)
        assert len(reading.rows) == 30
        assert reading.findings == {}

    def test_a_mark_inside_a_quoted_cell_is_a_sign_of_it(self, tmp_path: Path) -> None:
        body = "".join(f'{n},"10" 管",{n}\n' for n in range(20))
        assert text(tmp_path, HEADER + body).rows[0] == ["0", '10" 管', "0"]

    def test_apostrophes_around_texts_alone_are_quotation_marks(self, tmp_path: Path) -> None:
        body = "".join(f"{n},'站{n}','甲',{n}.5\n" for n in range(20))
        assert text(tmp_path, body).rows[0] == ["0", "站0", "甲", "0.5"]

    def test_dashes_taken_for_control_characters_are_dashes(self, tmp_path: Path) -> None:
        assert text(tmp_path, "编号,日期\n1,7 \x96 8 Feb\n2,9 Feb\n").rows[0][1] == "7 – 8 Feb"

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_apostrophes_quote_where_they_stand_around_cells(self, tmp_path: Path, end: str) -> None:
        body = "".join(f"{n},'甲,乙',{n}{end}" for n in range(20))
        assert text(tmp_path, "编号,名称,数量" + end + body).rows[0] == ["0", "甲,乙", "0"]


class TestEncodings:
    @pytest.mark.parametrize("rows", [1, 40, 4000])
    def test_a_few_bytes_that_are_nothing_cost_their_cells_and_not_an_ascii_file(
        self, tmp_path: Path, rows: int
    ) -> None:
        body = b"".join(b"%d,station %d,%d\n" % (n, n, n * 3) for n in range(rows))
        reading = text(tmp_path, b"id,name,number\n" + body + b"9999,bad \xff\xff part,1\n")
        assert len(reading.rows) == rows + 1
        assert reading.rows[-1] == ["9999", "bad \ufffd\ufffd part", "1"]
        assert reading.findings["bad_bytes"] == 1

    def test_a_file_of_such_bytes_is_refused(self, tmp_path: Path) -> None:
        assert code_of(tmp_path, b"id,name\n" + b"1,\xff\xfe\xff\xfe\xff\x80\xff\xfe\n" * 20) == "encoding"

    @pytest.mark.parametrize("bad", [b"\xff", b"\xe5\x85", b"\x80"])
    def test_a_bad_byte_flips_no_encoding(self, tmp_path: Path, bad: bytes) -> None:
        body = "".join(f"{n},银川市兴庆区{n},{n}\n" for n in range(50)).encode()
        reading = text(tmp_path, HEADER.encode() + body + "50,坏".encode() + bad + b"x,50\n")
        assert reading.found.sheet.encoding == "UTF-8"
        assert reading.rows[0][1] == "银川市兴庆区0"
        assert len(reading.rows) == 51

    @pytest.mark.parametrize("codec", ["gb18030", "big5", "utf-16-le", "utf-16-be", "utf-8-sig"])
    def test_each_encoding_is_told_from_the_others(self, tmp_path: Path, codec: str) -> None:
        content = "編號,名稱,數量\n" if codec == "big5" else HEADER
        content += "".join(f"{n},中央山文化中心大字典,{n}\n" for n in range(30))
        assert text(tmp_path, content.encode(codec)).rows[3] == ["3", "中央山文化中心大字典", "3"]

    def test_western_letters_become_no_chinese(self, tmp_path: Path) -> None:
        content = "Région;Année\nÎle-de-France;2013\nProvence-Côte d'Azur;2014\n"
        assert text(tmp_path, content.encode("cp1252")).headers == ["Région", "Année"]

    @pytest.mark.parametrize(
        ("content", "codec"),
        [
            ("Номер,Название\n1,Москва\n2,Санкт-Петербург\n", "cp1251"),
            ("번호,이름\n1,서울특별시\n2,부산광역시\n", "euc_kr"),
            ("番号,名称\n1,東京タワー\n2,おおさかしやくしよ\n", "shift_jis"),
            ("番号,名称\n1,東京都庁\n2,大阪市役所おおさか\n", "shift_jis"),
            ("番号,名称\n1,東京タワー\n2,おおさかしやくしよ\n", "euc_jp"),
        ],
    )
    def test_other_scripts_are_not_published_as_rare_chinese(self, tmp_path: Path, content: str, codec: str) -> None:
        assert text(tmp_path, content.encode(codec)).headers == content.split("\n")[0].split(",")

    def test_an_encoding_that_nothing_tells_is_refused(self, tmp_path: Path) -> None:
        assert code_of(tmp_path, "nom,année\nCafé,2020\nThéâtre,2021\n".encode("mac_roman")) == "encoding"

    @pytest.mark.parametrize("codec", ["utf-8-sig", "utf-32", "utf-16", "gb18030", "cp1251"])
    def test_the_plan_that_was_found_can_be_given(self, tmp_path: Path, codec: str) -> None:
        content = "Номер,Название\n1,Москва\n" if codec == "cp1251" else HEADER + "1,甲,2\n"
        found = text(tmp_path, content.encode(codec))
        given = plans.from_dict(plans.to_dict(found.found.plan) | {"set_aside": []} | {"columns": []})
        assert text(tmp_path, content.encode(codec), plan=given).rows == found.rows

    @pytest.mark.parametrize("zeros", [b"1,2\0\0\0\n", b"1,2\n" + b"\0" * 4096])
    def test_zero_bytes_that_fill_up_a_field_or_block_are_left_out(self, tmp_path: Path, zeros: bytes) -> None:
        reading = text(tmp_path, b"a,b\n3,4\n" + zeros)
        assert (reading.headers, reading.rows) == (["a", "b"], [["3", "4"], ["1", "2"]])


class TestHeaders:
    def test_a_file_without_header_keeps_its_first_row(self, tmp_path: Path) -> None:
        reading = text(
            tmp_path, "张三,13900001111,2024-05-01\n李四,13900001112,2024-05-02\n王五,13900001113,2024-05-03\n"
        )
        assert len(reading.rows) == 3
        assert reading.headers == ["", "", ""]

    def test_years_and_months_are_names_of_columns(self, tmp_path: Path) -> None:
        assert text(tmp_path, "地区,2021,2022,2023\n银川,5,3,9\n固原,8,1,2\n中卫,1,2,9\n").headers[1:] == [
            "2021",
            "2022",
            "2023",
        ]
        assert text(tmp_path, "地区,1,2,3\n银川,5,3,9\n固原,8,1,2\n中卫,7,2,9\n").headers[1:] == ["1", "2", "3"]

    def test_rows_that_fill_the_gaps_of_a_header_name_its_columns(self, tmp_path: Path) -> None:
        body = "2024-05-01,北京,,120,,120\n2024-05-02,西安,300,,,300\n2024-05-03,兰州,,,90,90\n"
        header = "日期,目的地,交通费,,,合计\n,,,,,\n,,航空,铁路,出租车,\n"
        reading = text(tmp_path, header + body)
        assert reading.headers == ["日期", "目的地", "交通费·航空", "交通费·铁路", "交通费·出租车", "合计"]
        assert len(reading.rows) == 3

    def test_a_row_of_units_belongs_to_the_header(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "地区,人口,面积\n,万人,平方公里\n银川,285.9,9025\n固原,114.2,10541\n")
        assert (reading.headers, len(reading.rows)) == (["地区", "人口·万人", "面积·平方公里"], 2)

    def test_a_first_row_of_equal_values_is_a_row(self, tmp_path: Path) -> None:
        assert text(tmp_path, "0,0\n0.01,0\n0.02,0\n0.03,1\n").rows[0] == ["0", "0"]

    def test_a_row_wider_than_the_table_above_a_header_is_a_remark(self, tmp_path: Path) -> None:
        body = "".join(f"{n},0.{n}\n" for n in range(10, 40))
        reading = text(tmp_path, f"Created as New Dataset,Wednesday, January 20\ncm-1,A\n{body}")
        assert (reading.headers, len(reading.rows), reading.set_aside) == (["cm-1", "A"], 30, [(1, "above")])

    def test_marked_remarks_stand_above_and_a_marked_header_is_one(self, tmp_path: Path) -> None:
        body = "".join(f"{n}.5,{n},{n * 2}\n" for n in range(30))
        reading = text(tmp_path, f"#FORMAT:,NETZSCH5\n#DECIMAL:,POINT\n\n##Temp,Time,Value\n{body}")
        assert (reading.headers, len(reading.rows)) == (["##Temp", "Time", "Value"], 30)

    def test_columns_that_are_empty_to_the_end_are_kept(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "编号,名称,,\n1,甲,,\n2,乙,,\n3,丙,,\n")
        assert (reading.headers, reading.rows[0]) == (["编号", "名称", "", ""], ["1", "甲", "", ""])

    def test_the_first_row_of_data_joins_no_header(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "名称,,备注\n甲,乙,\n丙,丁,无\n")
        assert (reading.headers, len(reading.rows)) == (["名称", "", "备注"], 2)


class TestRowsSetAside:
    def test_totals_that_add_up_at_the_end_are_set_aside_and_kept(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "地区,人数\n银川,10\n固原,20\n合　计,30\n注：演示,\n")
        assert reading.set_aside == [(4, "total"), (5, "note")]
        assert reading.found.layout.set_aside[0].cells == ("合　计", "30")

    def test_a_total_that_does_not_add_up_is_data_and_told(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "地区,人数\n银川,10\n固原,20\n合计,31\n")
        assert (len(reading.rows), reading.set_aside, reading.findings) == (3, [], {"total_differs": 1})

    def test_subtotals_in_the_second_column_are_set_aside_where_they_add_up(self, tmp_path: Path) -> None:
        book = workbook(
            ("表", [["地市", "县区", "人数"], ["银川市", "兴庆区", 3], [None, "金凤区", 4], [None, "小　计", 7]])
        )
        book.worksheets[0].append(["固原市", "原州区", 5])
        book.worksheets[0].append([None, "小计", 5])
        book.worksheets[0].append(["合计", None, 12])
        book.worksheets[0].merge_cells("A2:A4")
        book.worksheets[0].merge_cells("A5:A6")
        reading = read(save(book, tmp_path))
        assert [reason for _, reason in reading.set_aside] == ["subtotal", "subtotal", "total"]
        assert [row[0] for row in reading.rows] == ["银川市", "银川市", "固原市"]

    def test_more_rows_than_a_page_shows_are_all_kept(self, tmp_path: Path) -> None:
        body = "".join(f"区{n},a,1\n区{n},小计,1\n" for n in range(500))
        reading = text(tmp_path, HEADER + body)
        assert len(reading.set_aside) == 500

    def test_a_single_row_is_taken_in_by_its_line(self, tmp_path: Path) -> None:
        content = "地区,人数\n银川,10\n固原,20\n合计,30\n注：演示,\n"
        reading = text(tmp_path, content, plan=plans.from_dict({"take_in": ["4"]}))
        assert (reading.rows[2], reading.set_aside) == (["合计", "30"], [(5, "note")])

    def test_notes_that_are_numbered_go_on_below_the_first(self, tmp_path: Path) -> None:
        notes = "注：1.户数为年末数。,\n2.不含集体户。,\n3.宁东单列。,\n"
        reading = text(tmp_path, f"县区,户数\n兴庆区,100\n金凤区,200\n{notes}")
        assert reading.set_aside == [(4, "note"), (5, "note"), (6, "note")]

    def test_the_total_of_a_page_is_set_aside_where_it_adds_up(self, tmp_path: Path) -> None:
        pages = "编号,单位,金额\n1,甲,10\n2,乙,20\n本页合计,,30\n编号,单位,金额\n3,丙,5\n4,丁,6\n本页合计,,11\n"
        assert [reason for _, reason in text(tmp_path, pages).set_aside] == [
            "subtotal",
            "repeated_header",
            "subtotal",
        ]

    @pytest.mark.parametrize("reason", ["total", "note"])
    def test_what_a_plan_takes_in_is_data(self, tmp_path: Path, reason: str) -> None:
        content = "地区,人数\n银川,10\n固原,20\n合计,30\n注：演示,\n"
        assert len(text(tmp_path, content, plan=Plan(take_in=(reason,))).rows) == 3


class TestPlans:
    def test_a_reading_gives_a_plan_that_reads_the_same(self, tmp_path: Path) -> None:
        content = "年度报表\n编号;名称\n1;甲\n2;乙\n3;丙\n"
        first = text(tmp_path, content)
        values = plans.to_dict(first.found.plan)
        again = text(tmp_path, content, plan=plans.from_dict(values))
        assert (again.headers, again.rows) == (first.headers, first.rows)
        assert values["set_aside"][0]["reason"] == "above"

    def test_a_file_that_no_longer_fits_is_refused_and_not_guessed(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableError) as refused:
            text(tmp_path, "代号,名称\n1,甲\n", plan=Plan(headers=("编号", "名称")))
        assert (refused.value.code, refused.value.reason) == ("plan", "编号")

    def test_a_plan_says_where_the_header_is(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "甲,1\n编号,数量\n乙,2\n", plan=Plan(header_lines=(2,)))
        assert (reading.headers, reading.rows) == (["编号", "数量"], [["乙", "2"]])

    @pytest.mark.parametrize(
        "values", [{"x": 1}, {"delimiter": "甲"}, {"take_in": ["all"]}, {"header_lines": [0]}, {"columns": [{"a": 1}]}]
    )
    def test_a_plan_with_a_wrong_value_is_refused(self, values: dict[str, Any]) -> None:
        with pytest.raises(PlanError):
            plans.from_dict(values)


class TestWorkbooks:
    def test_hidden_parts_are_left_out_and_told(self, tmp_path: Path) -> None:
        book = workbook(
            ("表", [["编号", "内部备注", "名称"], [1, "x", "甲"], [2, "y", "乙"], [3, "z", "丙"]]),
            ("底稿", [["密", "码"]]),
        )
        book.worksheets[0].column_dimensions["B"].hidden = True
        book.worksheets[0].row_dimensions[3].hidden = True
        book.worksheets[1].sheet_state = "hidden"
        reading = read(save(book, tmp_path))
        assert (reading.headers, len(reading.rows)) == (["编号", "名称"], 2)
        assert reading.findings == {"hidden_rows": 1, "hidden_columns": 1, "hidden_sheets": 1}

    def test_a_header_of_names_that_come_again_and_again_is_one(self, tmp_path: Path) -> None:
        names = ["国家", "地区", *["#", "%"] * 9]
        groups = [None, None, *[f"阶段{n}" for n in range(9) for _ in range(2)]]
        rows = [["甲国", f"地区{n}", *[n * 7, n] * 9] for n in range(12)]
        reading = read(save(workbook(("表", [groups, names, *rows])), tmp_path))
        assert (reading.headers[:4], len(reading.rows)) == (["国家", "地区", "阶段0·#", "阶段0·%"], 12)

    def test_units_below_merged_names_belong_to_the_header(self, tmp_path: Path) -> None:
        book = workbook(("表", [["地区", "人口", "占比"], [None, "(万人)", "(%)"], ["甲", 3, 5], ["乙", 4, 6]]))
        book.worksheets[0].merge_cells("A1:A2")
        assert read(save(book, tmp_path)).headers == ["地区", "人口·(万人)", "占比·(%)"]

    def test_a_merged_date_stands_in_each_of_its_rows_and_a_merged_amount_in_one(self, tmp_path: Path) -> None:
        day = dt.date(2024, 5, 31)
        book = workbook(("表", [["名称", "发布日期", "金额"], ["甲", day, 900], ["乙"], ["丙"]]))
        for cells in ("B2:B4", "C2:C4"):
            book.worksheets[0].merge_cells(cells)
        reading = read(save(book, tmp_path))
        assert reading.rows == [["甲", "2024-05-31", "900"], ["乙", "2024-05-31", ""], ["丙", "2024-05-31", ""]]

    def test_the_sheet_with_the_data_is_read_whatever_its_place(self, tmp_path: Path) -> None:
        book = workbook(
            ("填报说明", [["请按要求填写", "一"], ["二", "三"]]), ("数据", [["编号", "名称"], [1, "甲"], [2, "乙"]])
        )
        reading = read(save(book, tmp_path))
        assert (reading.found.sheet.name, reading.found.other_sheets) == ("数据", ("填报说明",))

    @pytest.mark.parametrize(
        ("value", "code", "shown"),
        [
            (64, "000000", "000064"),
            (7, '"NX-"0000', "NX-0007"),
            (0.2827, "0.00%", "28.27%"),
            (46.3, '0.0"万人"', "46.3万人"),
            (1234.5, '"¥"#,##0.00', "1234.5"),
            (1234.5, "_ * #,##0.00_ ;_ * -#,##0.00_ ", "1234.5"),
            (45762, "yyyy/m/d", "2025-04-15"),
            (1.5, "[h]:mm", "36:00:00"),
            (0.1 + 0.2, "General", "0.3"),
            (-5, "0_);[Red](0)", "-5"),
            (59, "yyyy-mm-dd", "1900-02-28"),
        ],
    )
    def test_a_number_is_what_the_sheet_shows(self, value: float, code: str, shown: str) -> None:
        assert number_formats.show(value, code) == shown


class TestOlderWorkbooks:
    @pytest.mark.parametrize(
        ("name", "row"),
        [("formats.xls", ["000065", "10.5%", "2023-05-01"]), ("formats.ods", ["000065", "10%", "2023-05-01"])],
    )
    def test_numbers_are_what_the_sheet_shows(self, name: str, row: list[str]) -> None:
        reading = case(f"old/{name}")
        assert reading.rows[0] == row
        assert reading.types == {"代码": "text", "增长率": "numeric", "日期": "date"}

    def test_hidden_parts_are_left_out_and_told(self) -> None:
        old = case("old/hidden.xls")
        assert (old.headers, len(old.rows)) == (["地市", "人数"], 2)
        assert old.findings == {"hidden_rows": 1, "hidden_columns": 1}
        open_document = case("old/hidden.ods")
        assert (len(open_document.rows), open_document.findings) == (2, {"hidden_rows": 1})


class TestSeveralTables:
    def test_a_second_table_below_is_told_and_its_rows_are_kept(self, tmp_path: Path) -> None:
        content = "地区,人数\n银川,10\n固原,20\n\n企业,资本,法人\n甲,100,张\n乙,200,李\n"
        reading = text(tmp_path, content)
        assert len(reading.rows) == 5
        assert [(entry.code, entry.line) for entry in reading.found.findings()[1]] == [("second_table", 5)]

    def test_a_second_table_beside_is_told(self, tmp_path: Path) -> None:
        book = workbook(("表", [["县区", "人口", None, "景区", "等级"], ["甲", 1, None, "乙", "5A"], ["丙", 2]]))
        assert read(save(book, tmp_path)).findings == {"second_table": 1}

    @pytest.mark.parametrize(
        ("area", "headers", "rows"),
        [
            ("1:4", ["地区", "人数"], [["银川", "10"], ["固原", "20"]]),
            ("5:", ["企业", "资本", "法人"], [["甲", "100", "张"], ["乙", "200", "李"]]),
            ("A5:B6", ["企业", "资本"], [["甲", "100"]]),
        ],
    )
    def test_a_plan_chooses_one_of_the_tables(
        self, tmp_path: Path, area: str, headers: list[str], rows: list[list[str]]
    ) -> None:
        content = "地区,人数\n银川,10\n固原,20\n\n企业,资本,法人\n甲,100,张\n乙,200,李\n"
        assert text(tmp_path, content).found.areas == ("1:4", "5:")
        reading = text(tmp_path, content, plan=Plan(area=area))
        assert (reading.headers, reading.rows) == (headers, rows)
        assert (reading.found.plan.area, reading.found.areas) == (area, ("1:4", "5:"))
        assert "second_table" not in reading.findings

    def test_a_plan_chooses_the_table_beside(self, tmp_path: Path) -> None:
        book = workbook(("表", [["县区", "人口", None, "景区", "等级"], ["甲", 1, None, "乙", "5A"], ["丙", 2]]))
        path = save(book, tmp_path)
        assert read(path).found.areas == ("A:B", "D:E")
        beside = read(path, plan=Plan(area="D:E"))
        assert (beside.headers, beside.rows) == (["景区", "等级"], [["乙", "5A"]])

    @pytest.mark.parametrize("area", ["x", "5:3", "C:A", ":", "A1", "1:2:3", "0:4"])
    def test_an_area_that_is_none_is_refused(self, area: str) -> None:
        with pytest.raises(PlanError) as refused:
            plans.from_dict({"area": area})
        assert refused.value.field == "area" and "A1:D20" in refused.value.allowed

    def test_an_empty_row_among_the_data_begins_no_table(self, tmp_path: Path) -> None:
        assert text(tmp_path, "地区,人数\n银川,10\n固原,20\n\n中卫,30\n吴忠,40\n石嘴山,50\n").findings == {}


class TestMonthsAndMoney:
    @pytest.mark.parametrize(
        ("header", "cells", "read_as"),
        [
            ("统计月份", ["202301", "202310", "202312"], ["2023-01", "2023-10", "2023-12"]),
            ("年月", ["2023.01", "2023.10", "2023.12"], ["2023-01", "2023-10", "2023-12"]),
            ("所属期", ["2023年1月", "2023年10月", "2023-12"], ["2023-01", "2023-10", "2023-12"]),
        ],
    )
    def test_months_are_months_and_no_numbers(
        self, tmp_path: Path, header: str, cells: list[str], read_as: list[str]
    ) -> None:
        reading = text(tmp_path, "\n".join([f"名称,{header}", *(f"甲{n},{c}" for n, c in enumerate(cells))]) + "\n")
        assert reading.types[header] == "text"
        assert [row[1] for row in reading.values] == read_as

    def test_numbers_that_only_look_like_months_stay_numbers(self, tmp_path: Path) -> None:
        assert text(tmp_path, "名称,人口\n甲,202301\n乙,202310\n").types["人口"] == "int8"
        assert text(tmp_path, "名称,月份\n甲,202301\n乙,202313\n").types["月份"] == "int8"

    @pytest.mark.parametrize(
        ("cells", "values", "unit"),
        [
            (['"¥ 1,234.50"', "¥20", "-¥3.5"], ["1234.50", "20", "-3.5"], "¥"),
            (["￥100", "￥ 200", ""], ["100", "200", None], "¥"),
            (["$1.5", "$-2", "$ 3"], ["1.5", "-2", "3"], "$"),
            (["CNY 1", "CNY 2", "无"], ["1", "2", None], "CNY"),
        ],
    )
    def test_amounts_behind_a_sign_of_currency_are_numbers_with_that_unit(
        self, tmp_path: Path, cells: list[str], values: list[str | None], unit: str
    ) -> None:
        reading = text(tmp_path, "\n".join(["名称,金额", *(f"甲{n},{c}" for n, c in enumerate(cells))]) + "\n")
        assert reading.types["金额"] == "numeric"
        assert [row[1] for row in reading.values] == values
        assert reading.units["金额"] == unit

    def test_two_currencies_in_a_column_stay_text(self, tmp_path: Path) -> None:
        assert text(tmp_path, "名称,金额\n甲,¥1\n乙,$2\n").types["金额"] == "text"


class TestNearTies:
    def test_a_text_that_reads_almost_as_well_in_another_way_is_told(self, tmp_path: Path) -> None:
        content = "甲;乙,丙\n丁;戊,己\n庚;辛,壬\n"
        reading = text(tmp_path, content)
        assert reading.findings.get("near_tie") == 1

    def test_a_clear_text_is_not(self, tmp_path: Path) -> None:
        assert text(tmp_path, "名称,人数\n甲,1\n乙,2\n").findings == {}

    def test_a_delimiter_that_was_chosen_is_no_question(self, tmp_path: Path) -> None:
        content = "甲;乙,丙\n丁;戊,己\n庚;辛,壬\n"
        assert "near_tie" not in text(tmp_path, content, plan=Plan(delimiter=";")).findings

    def test_titles_above_a_small_table_do_not_hide_its_delimiter(self, tmp_path: Path) -> None:
        content = (
            "Table of places\n截止日期：2023-12-31\n人数;面积;Name;备注\n;A座71;730.0;x\n否;y;31.67;z\n是;w;84.7;v\n"
        )
        assert text(tmp_path, content).headers == ["人数", "面积", "Name", "备注"]


class TestAnswersOfServices:
    @pytest.mark.parametrize("kind", ["csv", "json"])
    def test_an_answer_that_says_an_error_is_no_table(self, tmp_path: Path, kind: str) -> None:
        assert code_of(tmp_path, '{"code":401,"msg":"未登录","data":null}'.encode(), kind) == "empty"

    def test_features_of_arcgis_are_rows_with_their_place(self, tmp_path: Path) -> None:
        content = (
            '{"fields":[{"name":"NAME"}],"features":[{"attributes":{"NAME":"甲"},"geometry":{"x":106.1,"y":38.2}},'
            '{"attributes":{"NAME":"乙"},"geometry":{"x":106.2,"y":38.3}}]}'
        )
        reading = text(tmp_path, content, "json")
        assert (reading.headers, reading.rows[0]) == (["NAME", "经度", "纬度"], ["甲", "106.1", "38.2"])


class TestMarkup:
    PAGE = (
        "<html><body><table><tr><th>编号</th><th>名称</th></tr><tr><td>001</td><td>甲</td></tr></table></body></html>"
    )

    def test_a_page_with_a_table_named_xls_is_read(self, tmp_path: Path) -> None:
        reading = text(tmp_path, self.PAGE, "xls")
        assert (reading.headers, reading.rows) == (["编号", "名称"], [["001", "甲"]])

    def test_mhtml_is_read(self, tmp_path: Path) -> None:
        head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
        part = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        mail = f"{head}{part}{self.PAGE}\n--x--\n"
        assert text(tmp_path, mail, "xls").rows == [["001", "甲"]]

    def test_xml_of_excel_2003_is_read(self, tmp_path: Path) -> None:
        space = "urn:schemas-microsoft-com:office:spreadsheet"
        row = "<Row><Cell><Data ss:Type='String'>{}</Data></Cell><Cell><Data ss:Type='String'>{}</Data></Cell></Row>"
        rows = row.format("编号", "名称") + row.format("001", "甲")
        sheet = f"<Worksheet ss:Name='表'><Table>{rows}</Table></Worksheet>"
        book = f"<?xml version='1.0'?><Workbook xmlns='{space}' xmlns:ss='{space}'>{sheet}</Workbook>"
        assert text(tmp_path, book, "xls").rows == [["001", "甲"]]

    @pytest.mark.parametrize("kind", ["csv", "xls", "json"])
    @pytest.mark.parametrize(
        "page",
        [
            "<!DOCTYPE html><title>登录</title><form><input name=u><input type=password></form>",
            "<html><table><tr><td>用户</td><td><input></td></tr>"
            "<tr><td>密码</td><td><input type='password'></td></tr></table></html>",
        ],
    )
    def test_a_page_to_log_in_is_no_table(self, tmp_path: Path, page: str, kind: str) -> None:
        assert code_of(tmp_path, page.encode(), kind) == "web_page"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


class TestPacked:
    CONTENT = (HEADER + "1,甲,2\n2,乙,3\n").encode()

    def test_gzip_is_known_by_its_first_bytes(self, tmp_path: Path) -> None:
        assert len(text(tmp_path, gzip.compress(self.CONTENT)).rows) == 2

    @pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
    def test_other_compressions_are_too(self, tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
        assert len(text(tmp_path, pack(self.CONTENT)).rows) == 2

    def test_of_an_archive_with_one_table_that_is_read(self, tmp_path: Path) -> None:
        packed = zipped({"a.csv": self.CONTENT, "readme.md": b"#", "__MACOSX/._a.csv": b"\0"})
        assert (text(tmp_path, packed).found.sheet.name, len(text(tmp_path, packed).rows)) == ("", 2)

    def test_of_an_archive_with_several_tables_people_choose_one(self, tmp_path: Path) -> None:
        packed = zipped({"2022.csv": self.CONTENT, "2023.csv": HEADER.encode() + b"3,x,9\n", "bad.csv": b"\0\1" * 99})
        found = text(tmp_path, packed).found
        assert (found.sheet.name, found.other_sheets) == ("2022.csv", ("2023.csv",))
        assert found.findings()[0]["unread_files"] == 1
        assert text(tmp_path, packed, plan=Plan(sheet="2023.csv")).rows == [["3", "x", "9"]]

    def test_a_name_in_an_archive_may_be_in_gb18030(self, tmp_path: Path) -> None:
        packed = zipped({"%%%%.csv": self.CONTENT, "b.csv": self.CONTENT}).replace(b"%%%%", "人口".encode("gb18030"))
        assert text(tmp_path, packed).found.sheet.name == "人口.csv"

    def test_a_tar_is_read_as_an_archive(self, tmp_path: Path) -> None:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            member = tarfile.TarInfo("data.csv")
            member.size = len(self.CONTENT)
            archive.addfile(member, io.BytesIO(self.CONTENT))
        assert len(text(tmp_path, out.getvalue()).rows) == 2

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"%PDF-1.7\n1 0 obj\n", "PDF"),
            (b"7z\xbc\xaf\x27\x1c\0\4", "7z"),
            (b"Rar!\x1a\x07\x01\0", "RAR"),
            (b"<?xml version='1.0'?><rows><row><a>1</a></row></rows>", "XML"),
        ],
    )
    def test_a_file_of_another_kind_is_called_by_its_name(self, tmp_path: Path, content: bytes, name: str) -> None:
        for kind in ("csv", "xlsx"):
            with pytest.raises(UnreadableError) as refused:
                text(tmp_path, content, kind)
            assert (refused.value.code, refused.value.reason) == ("other_kind", name)

    @pytest.mark.parametrize(("part", "name"), [("xl/workbook.bin", "XLSB"), ("word/document.xml", "DOCX")])
    def test_an_office_file_without_worksheets_that_are_read_is_too(self, tmp_path: Path, part: str, name: str) -> None:
        with pytest.raises(UnreadableError) as refused:
            text(tmp_path, zipped({"[Content_Types].xml": b"<Types/>", part: b""}), "xlsx")
        assert (refused.value.code, refused.value.reason) == ("other_kind", name)


class TestDialects:
    @pytest.mark.parametrize("content", ["人口\n1 234\n2 345 678\n", "意见\n好，很好\n可以：还行\n"])
    def test_a_text_of_one_column_is_not_cut(self, tmp_path: Path, content: str) -> None:
        assert all(len(row) == 1 for row in text(tmp_path, content).rows)

    def test_the_header_again_is_set_aside(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "编号,名称\n1,甲\n编号,名称\n2,乙\n")
        assert (len(reading.rows), reading.set_aside) == (2, [(3, "repeated_header")])

    def test_remarks_above_are_kept_beside_the_table(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "# 说明\n# 来源：某局\n编号,名称\n1,甲\n2,乙\n")
        assert (reading.headers, reading.set_aside) == (["编号", "名称"], [(1, "above"), (2, "above")])

    def test_a_quoted_cell_alone_in_its_row_loses_its_marks(self, tmp_path: Path) -> None:
        body = "".join(f'"{n}","站{n}","{n * 3}"\n' for n in range(9))
        reading = text(tmp_path, f'"年度报表"\n"编号","名称","数量"\n{body}"注：演示"\n')
        assert reading.set_aside == [(1, "above"), (12, "note")]
        assert reading.found.layout.set_aside[0].cells == ("年度报表",)

    def test_a_header_above_columns_without_a_cell_is_one(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "年度报表,\n名称,备注\n甲,\n乙,\n丙,\n丁,\n")
        assert (reading.headers, len(reading.rows)) == (["名称", "备注"], 4)


class TestTypes:
    def test_decimal_commas_are_numbers_where_nothing_else_fits(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "nom;montant;taux;salle\nA;1.234,50;0,5;1,2\nB;10,00;1,25;3,4\nC;7,5;12;5,6\n")
        assert (reading.types["montant"], reading.types["taux"], reading.types["salle"]) == (
            "numeric",
            "numeric",
            "text",
        )
        assert reading.values[0] == ["A", "1234.50", "0.5", "1,2"]

    @pytest.mark.parametrize(
        ("header", "cells", "type_"),
        [
            ("人口", ["46.3万人", "9.1万人"], "numeric"),
            ("金额", ["1,234", "2,345"], "int8"),
            ("楼栋", ["1,234", "2,345"], "text"),
            ("总量", ["1.5E+03", "2.25E+03"], "numeric"),
            ("电话", ["0951-6041234"], "text"),
            ("日期", ["01/02/2023", "03/04/2023"], "text"),
            ("日期", ["01/13/2023", "03/04/2023"], "date"),
            ("成立日期", ["民国112年5月8日", "2023-05-09"], "date"),
            ("成立日期", ["二〇二三年五月八日", "2023-05-09"], "date"),
            ("数值", ["1", "1e309"], "text"),
        ],
    )
    def test_a_column_is_a_number_or_date_only_if_nothing_is_lost(
        self, tmp_path: Path, header: str, cells: list[str], type_: str
    ) -> None:
        body = "\n".join(f'甲,"{cell}"' for cell in cells)
        assert text(tmp_path, f"名称,{header}\n{body}\n").types[header] == type_
