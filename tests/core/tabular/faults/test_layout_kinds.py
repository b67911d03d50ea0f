"""What stands among the rows of a table and is none of them; what is one, though it looks otherwise."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from ckanext.nxopendata.core.tabular.plan import Plan

from .reading import text


@pytest.mark.parametrize("content", ["a,b\na,b\n", "名称\n名称\n", "a,b\na,b\na,b\n"])
def test_a_table_whose_rows_say_the_same_as_its_header_is_not_empty(tmp_path: Path, content: str) -> None:
    assert len(text(tmp_path, content).rows) == content.count("\n") - 1


@pytest.mark.parametrize(
    "numbers",
    [
        "甲,1,2,3",
        "甲,乙,1,2",
        "(甲),(1),(2),(3)",
        "栏次,1,2,3",
        ",1,2,3",
        "1,2,3,4",
        "①,②,③,④",
        "A,1,2,3=1+2",
    ],
)
def test_a_row_of_column_numbers_is_set_aside_and_told(tmp_path: Path, numbers: str) -> None:
    body = "地区,类别,户数,人口\n" if "乙" in numbers else "地区,面积,户数,人口\n"
    body += f"{numbers}\n银川,10,20,30\n吴忠,40,50,60\n"
    reading = text(tmp_path, body)
    assert (len(reading.rows), reading.set_aside, reading.types["人口"]) == (2, [(2, "column_numbers")], "int8")
    assert len(text(tmp_path, body, plan=Plan(take_in=("column_numbers",))).rows) == 3


@pytest.mark.parametrize(
    "content",
    [
        "组,甲队,乙队,丙队\n甲,1,2,3\n乙,4,5,6\n",
        "甲站,乙站,丙站\n1,2,3\n4,5,6\n",
        "名称,甲,乙,丙\n甲,1,2,3\n",
        "班级,一月,二月,三月\n1,2,3,4\n2,5,6,7\n",
    ],
)
def test_rows_that_count_by_chance_stay(tmp_path: Path, content: str) -> None:
    assert len(text(tmp_path, content).rows) == content.count("\n") - 1


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("类别,占比\n甲,30%\n乙,70%\n合计,100%\n", 2),
        ("地区,人口,增长率\n甲,30,1.5%\n乙,70,2.5%\n合计,100,2.2%\n", 2),
        ("地区,人口,增长率\n甲,30,1.5%\n乙,70,2.5%\n合计,900,2.2%\n", 3),
    ],
)
def test_shares_add_up_to_their_total_and_rates_need_not(tmp_path: Path, content: str, rows: int) -> None:
    assert len(text(tmp_path, content).rows) == rows


def test_dots_in_a_column_of_numbers_are_gaps(tmp_path: Path) -> None:
    reading = text(tmp_path, "n,v\na,12\nb,…\nc,...\nd,—\n")
    assert (reading.types["v"], [row[1] for row in reading.values]) == ("int8", ["12", None, None, None])


def test_units_in_any_language_below_an_empty_label_join_the_header(tmp_path: Path) -> None:
    reading = text(tmp_path, "station,temp,rain\n,degC,mm\nA,1.5,0\nB,2.5,3\n")
    assert (reading.headers, reading.types["rain·mm"]) == (["station", "temp·degC", "rain·mm"], "int8")


def test_a_comma_in_a_text_of_one_column_parts_no_cell(tmp_path: Path) -> None:
    reading = text(tmp_path, "意见\n很好，谢谢\n请增加车次, 谢谢\n无意见\n")
    assert (reading.headers, reading.rows[1]) == (["意见"], ["请增加车次, 谢谢"])


def test_a_second_table_with_a_title_above_it_is_told(tmp_path: Path) -> None:
    reading = text(tmp_path, "名称,数量\na,1\nb,2\n\n乙表\n部门,人数\nx,10\ny,20\n")
    assert (reading.findings, reading.found.areas) == ({"second_table": 1}, ("1:4", "5:"))
    assert text(tmp_path, "名称,数量\na,1\nb,2\n\n乙表\n部门,人数\nx,10\ny,20\n", plan=Plan(area="5:")).headers == [
        "部门",
        "人数",
    ]


def _workbook(code: str, value: object) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["名称", "月份", "内部"])
    sheet.append(["甲", value, 5])
    sheet["B2"].number_format = code
    book.save(out)
    return out.getvalue()


def _edited(content: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old.encode(), new.encode()) if name == part else data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "shown"),
    [('yyyy"年"m"月"', "2023-06"), ("mmm-yy", "2023-06"), ("yyyy", "2023"), ('yyyy"年"m"月"d"日"', "2023-06-15")],
)
def test_of_a_day_that_shows_as_its_month_the_month_is_read(tmp_path: Path, code: str, shown: str) -> None:
    assert text(tmp_path, _workbook(code, 45092), "xlsx").rows == [["甲", shown, "5"]]


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("old", "new", "row", "findings"),
    [
        ("<sheetData>", '<cols><col min="3" max="3" width="0"/></cols><sheetData>', ["甲", "1"], {"hidden_columns": 1}),
        ('<c r="B2" t="n"><v>1</v>', '<c r="B2" t="n"><v>1,5</v>', ["甲", "1,5", "5"], {}),
        ('<c r="B2" t="n"><v>1</v>', '<c r="B2" t="s"><v>999</v>', ["甲", "#REF!", "5"], {"error_cells": 1}),
    ],
)
def test_one_odd_part_costs_itself(
    tmp_path: Path, old: str, new: str, row: list[str], findings: dict[str, int]
) -> None:
    reading = text(tmp_path, _edited(_workbook("General", 1), SHEET, old, new), "xlsx")
    assert (reading.rows, reading.findings) == ([row], findings)
