"""Files that were read wrong once: each stands for a kind, from public reports of other projects."""

from __future__ import annotations

import time

import pytest

from .reading import case


@pytest.mark.parametrize(
    ("name", "headers", "rows"),
    [
        ("D01/bounding-boxes.csv", ["名称", "xmin", "ymin", "xmax", "ymax"], 3),
        ("D04/sensors.csv", ["一号泵", "二号泵", "三号泵"], 5),
        ("D04/checks.csv", ["企业名称", "是否达标", "是否整改", "是否复查"], 3),
        ("D04/notes-column.csv", ["来源", "数量", "年份"], 3),
        ("D05/by-sex.csv", ["性别", "年份", "人口"], 75),
        ("D05/english.csv", ["sex", "year", "population"], 75),
        ("D05/indicators.csv", ["指标", "数值"], 3),
        ("D07/commas-inside-lists.csv", ["名称", "标签"], 20),
        ("D07/pipes-inside.csv", ["名称", "路径"], 20),
        ("D07/decimal-commas.csv", ["站点", "经度", "纬度"], 30),
        ("D07/decimal-commas-all-numbers.csv", ["PM2,5", "PM10", "O3"], 30),
        ("D07/tabs-with-commas.txt", ["编号", "地址", "范围"], 20),
        ("D07/sep-line.csv", ["名称", "数量"], 2),
        ("D07/two-signs.txt", ["编号", "名称", "数量"], 10),
        ("D07/spaces.txt", ["站号", "站名", "气温"], 2),
        ("D10/every-row-has-a-gap.csv", ["a", "b", "c"], 4),
        ("D12/utf8-one-cut-character.csv", ["名称", "数量"], 61),
        ("D12/cr-only.csv", ["编号", "名称", "价格"], 200),
        ("D12/utf16-without-mark.csv", ["编号", "名称", "价格"], 200),
        ("D12/two-marks.csv", ["编号,内部", "名称"], 2),
        ("D12/big5.csv", ["編號", "名稱", "地區"], 2),
        ("D12/surrogate.json", ["名称", "数量"], 2),
        ("D14/ckan-dump.json", ["_id", "名称", "人口"], 3),
        ("D14/ckan-search.json", ["_id", "名称"], 2),
        ("D14/portal-api.json", ["名称", "人口"], 3),
        ("D14/records-with-fields.json", ["名称", "人口"], 2),
        ("D14/split.json", ["名称", "人口"], 2),
        ("D14/rows-of-lists.json", ["名称", "人口"], 2),
        ("D14/columns-of-lists.json", ["名称", "人口"], 2),
        ("D14/keyed.json", ["键", "名称", "人口"], 2),
        ("D14/duplicate-keys.json", ["名称", "数量", "数量_2"], 2),
        ("D14/gbk.json", ["名称", "说明"], 1),
        ("D14/with-mark.json", ["名称"], 1),
        ("D16/one-feature.geojson", ["名称", "经度", "纬度"], 1),
        ("D16/bare-geometry.geojson", ["几何"], 1),
        ("D16/topojson.geojson", ["名称"], 1),
        ("D16/nan.geojson", ["名称", "几何", "经度", "纬度"], 2),
        ("D16/odd-geometries.geojson", ["名称", "几何", "经度", "纬度"], 13),
        ("D18/error-cells.xlsx", ["名称", "比率", "来源"], 4),
        ("D20/projects.xlsx", ["项目", "子项", "总投资（万元）", "完成（万元）"], 4),
        ("D21/a-space-in-the-last-row.xlsx", ["编号", "名称"], 30),
        ("D21/cells-without-address.xlsx", ["编号", "名称"], 30),
        ("D21/dimension-A0.xlsx", ["编号", "名称"], 30),
        ("D21/dimension-A1.xlsx", ["编号", "名称"], 30),
        ("D21/dimension-whole-sheet.xlsx", ["编号", "名称"], 30),
        ("D21/prefixed-elements.xlsx", ["编号", "名称"], 30),
        ("D21/phonetic-runs.xlsx", ["姓名", "单位"], 2),
        ("G01/table.csv", ["名称", "比重%", "a b", "c,d", "e(f)", "g'h", 'i"j', "rank", "_id", "ÄÖ", "排名"], 2),
        ("G06/table.csv", ["a", "b", "c"], 4),
        ("t/t1-last-row-one-cell.csv", ["code", "name", "value"], 3),
        ("t/t2-merged-header-3-rows.xlsx", ["地区", "人口·总计人数", "人口·其中女性"], 2),
        ("t/t2b-merged-header-2-rows-control.xlsx", ["地区", "人口·总计人数", "人口·其中女性"], 2),
        ("t/t3-latin1.csv", ["Classement", "Année"], 2),
        ("t/t4-lines.jsonl", ["id", "name"], 2),
        ("t/t4-lines.ndjson", ["id", "name"], 2),
    ],
)
def test_header_and_rows_are_those_of_the_file(name: str, headers: list[str], rows: int) -> None:
    reading = case(name)
    assert (reading.headers, len(reading.rows)) == (headers, rows)


@pytest.mark.parametrize(
    ("name", "column", "type_", "values"),
    [
        ("D02/format-31.xlsx", "成立日期", "date", ["2020-01-01"]),
        ("D02/one-line-a-format.xlsx", "登记日期", "date", ["2025-04-15"]),
        ("D02/custom-codes.xlsx", "甲", "date", ["2025-04-14", "2025-04-15"]),
        ("D03/codes-and-percents.xlsx", "行政区划代码", "text", ["001234", "000064", "640104"]),
        ("D03/codes-and-percents.xlsx", "增长率", "numeric", ["28.27"]),
        ("D03/codes-and-percents.xlsx", "编号", "text", ["NX-0007"]),
        ("D03/percent-in-header-too.xlsx", "占比%", "numeric", ["28.27"]),
        ("D03/durations.xlsx", "用时", "text", ["36:00:00"]),
        ("D03/floats.xlsx", "数值", "text", ["0.3"]),
        ("D09/exponents.csv", "单元", "text", ["1E02", "2E11", "3E05", "12E3"]),
        ("D09/all-e.csv", "批次", "text", ["5E0", "5E1", "5E2"]),
        ("D09/exponents-mixed.csv", "房间", "text", ["1E02", "2D11", "3E05"]),
        ("D09/lists-of-rooms.csv", "房间", "text", ["101,102", "201,202,203", "301,302"]),
        ("D09/bus-lines.csv", "经过线路", "text", ["102,301", "11,102,301", "301,302"]),
        ("D09/versions.csv", "版本", "text", ["1.10", "1.9", "2.0"]),
        ("D09/dewey.csv", "分类号", "text", ["007.1", "008.45", "038.11"]),
        ("D09/plus.csv", "座机", "text", ["+869516000001"]),
        ("D09/long-hex.csv", "设备", "text", ["0047583311587E590003"]),
        ("D09/school-years.csv", "学年", "text", ["2019-20"]),
        ("D10/nan.csv", "PM2.5", "numeric", ["35.2", None, "28", None]),
        ("D10/nan.csv", "O3", "numeric", [None, "80", "91.5", None]),
        ("D10/nan.json", "PM2.5", "text", ["35.2", "Infinity"]),
        ("D10/null-words.csv", "c", "int8", ["3", None, "-9999", "9"]),
        ("D10/null-words.csv", "a", "int8", ["1", None, None, "7"]),
        ("D10/null-words.csv", "d", "int8", ["4", None, None, "10"]),
        ("D10/null-words.csv", "f", "int8", ["6", None, None, "12"]),
        ("D10/1e400.csv", "数值", "text", ["10", "1e400", "1e-400", "0.1"]),
        ("D10/infinite.csv", "数值", "text", ["10", "Inf", "0.5"]),
        ("D10/many-digits.csv", "数值", "text", None),
        ("D11/zero-dates.csv", "成立日期", "date", ["2001-05-08", None, None, "9999-12-31"]),
        ("D11/zero-dates.csv", "更新时间", "timestamp", ["2024-05-01 08:00:00", None, None, "2024-05-03 00:00:00"]),
        ("D11/day-first.csv", "date", "date", ["2023-02-01", "2023-02-13", "2023-02-28"]),
        ("D11/republican-and-serial.csv", "日期", "text", ["民国112年5月8日"]),
        ("D11/with-zone.csv", "时间", "text", ["2023-12-31T16:30:00Z"]),
        ("D11/serials.csv", "登记日期", "int8", ["43831", "43832", "45761"]),
        ("D14/long-codes.json", "身份证号", "text", ["640102199001011234"]),
        ("D15/equals.csv", "编号", "text", ["001", "002"]),
        ("D15/equals.csv", "身份证号", "text", ["640102000000000011"]),
        ("D15/quoted-equals.csv", "编号", "text", ["001", "002"]),
        ("D15/apostrophe-and-tab.csv", "编号", "text", ["001", "002", "003", "004"]),
        ("D15/codes-already-spoilt.csv", "身份证号", "text", ["6.40105E+17"]),
        ("D18/error-cells.xlsx", "比率", "int8", [None, None, None, "3"]),
        ("D20/projects.xlsx", "总投资（万元）", "int8", ["900", None, None, "50"]),
        ("D20/projects.xlsx", "项目", "text", ["甲工程", "甲工程", "甲工程", "乙工程"]),
        ("D21/dates-from-1904.xlsx", "日期", "date", ["2024-05-01"]),
        ("t/t1-last-row-one-cell.csv", "value", "int8", ["1", "2", "3"]),
        ("t/t1-last-row-one-cell.csv", "code", "text", ["A", "B", None]),
        ("t/t2-merged-header-3-rows.xlsx", "人口·其中女性", "int8", ["4", "9"]),
        ("t/t2b-merged-header-2-rows-control.xlsx", "人口·其中女性", "int8", ["4", "9"]),
        ("t/t3-latin1.csv", "Classement", "text", ["3 stars", "4 stars"]),
        ("t/t3-latin1.csv", "Année", "int8", ["2013", "2014"]),
        ("t/t4-lines.jsonl", "name", "text", ["english", "中国人"]),
        ("t/t4-lines.ndjson", "name", "text", ["english", "中国人"]),
    ],
)
def test_a_column_holds_what_the_file_shows(
    name: str, column: str, type_: str, values: list[str | None] | None
) -> None:
    reading = case(name)
    place = reading.headers.index(column)
    assert reading.types[column] == type_
    if values is not None:
        assert [row[place] for row in reading.values][: len(values)] == values


def test_no_digit_of_a_long_number_is_lost() -> None:
    assert [row[1] for row in case("D10/many-digits.csv").values] == [
        "0.1234567890123456789012345",
        "123456789012345.678901",
        "9007199254740993",
    ]


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        ("D12/utf8-one-cut-character.csv", {"bad_bytes": 1}),
        ("D12/gbk-0xff.csv", {"bad_bytes": 1}),
        ("D12/gbk-cut-character.csv", {"bad_bytes": 1}),
        ("D12/one-nul.csv", {"nul": 1}),
        ("D18/error-cells.xlsx", {"error_cells": 3}),
        ("D18/never-calculated.xlsx", {"formulas_without_value": 3}),
        ("D20/projects.xlsx", {"merged_amounts": 1}),
    ],
)
def test_what_is_wrong_is_told_and_the_row_is_kept(name: str, findings: dict[str, int]) -> None:
    assert case(name).findings == findings


def test_the_line_of_a_bad_byte_is_told() -> None:
    _, first = case("D12/gbk-0xff.csv").found.findings()
    assert first[0].line > 1 and "\ufffd" in first[0].text


def test_the_euro_sign_of_code_page_936_is_read() -> None:
    assert any("€" in cell for row in case("D12/euro-as-0x80.csv").rows for cell in row)


def test_a_header_of_three_rows_and_its_note() -> None:
    reading = case("D20/three-header-rows.xlsx")
    assert reading.headers[1] == "常住人口·2022年·男"
    assert [reason for _, reason in reading.set_aside] == ["above", "note"]


def test_several_lists_of_records_are_tables_to_choose_from() -> None:
    reading = case("D14/two-lists.json")
    assert (reading.found.sheet.name, reading.found.other_sheets) == ("地区", ("指标",))


def test_a_space_in_the_last_row_costs_no_time() -> None:
    began = time.monotonic()
    case("D21/a-space-in-the-last-row.xlsx")
    assert time.monotonic() - began < 5
