"""Files as departments write them: encodings, headers, totals, codes, dates. No CKAN."""

import datetime as dt
import io
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import etree
from openpyxl import load_workbook

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.tables.exports import formats, registry
from ckanext.nxopendata.tables.maps import svg_map
from ckanext.nxopendata.tables.page import examples
from ckanext.nxopendata.tables.reader import arrays, columns, table

from .conftest import CSV_TEXT, PRINTED, workbook


def read(folder: Path, name: str, content: bytes | str, items: Any = (), **limits: int) -> table.Table:
    path = folder / "stored"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return table.read(path, name.rpartition(".")[2], items, table.Limits(**limits))


def rows(found: table.Table) -> list[list[str | None]]:
    return list(found.lines())


def labels(found: table.Table) -> list[str]:
    return [column.label for column in found.columns]


@pytest.mark.parametrize(
    ("codec", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16"), ("utf-16-be", "UTF-16")],
)
def test_chinese_texts_are_read_in_every_encoding_departments_use(tmp_path: Path, codec: str, name: str) -> None:
    mark = b"\xfe\xff" if codec == "utf-16-be" else b""
    found = read(tmp_path, "a.csv", mark + CSV_TEXT.replace("60", "６０").encode(codec))
    assert found.sheet.encoding == name
    assert rows(found)[0] == ["沙湖旅游景区", "5A", "640221", "石嘴山市", "106.36", "38.80", "60", "2007-05-08"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", "名称\n".encode(), "empty"),
        ("a.csv", b"\xff\xff\xff,\x80", "encoding"),
        ("a.xlsx", b"PK\x03\x04", "broken"),
        ("a.xlsx", b"<html>", "web_page"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(tmp_path, name, content)
    assert refused.value.code == reason


def test_limits_are_kept(tmp_path: Path) -> None:
    for limit, code in (("rows", "too_many_rows"), ("columns", "too_many_columns"), ("megabytes", "too_large")):
        with pytest.raises(UnreadableError) as refused:
            read(tmp_path, "a.csv", CSV_TEXT, **{limit: 0 if limit == "megabytes" else 2})
        assert refused.value.code == code


@pytest.mark.parametrize("before", ["", "名称,值\n沙湖,1\n" * 100])
def test_a_line_of_a_million_columns_is_refused_before_each_costs_something(tmp_path: Path, before: str) -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableError) as refused:
        read(tmp_path, "a.csv", before + "a," * 1_000_000 + "\n" + "b," * 1_000_000)
    assert refused.value.code == "too_many_columns"
    assert time.monotonic() - began < 10


class TestLayouts:
    def test_titles_units_two_header_rows_totals_and_footnotes(self, tmp_path: Path) -> None:
        found = read(tmp_path, "a.xlsx", PRINTED)
        assert labels(found) == ["地区", "常住人口·2010年", "常住人口·2020年", "证件号码"]
        assert rows(found)[1] == ["石嘴山市", "725482", "751389", "640202198512310042"]
        assert [row["reason"] for row in found.around["set_aside"]] == ["above", "above", "total", "note"]
        assert [row["cells"][0] for row in found.around["set_aside"]][1:3] == ["单位：人、%", "合\u3000计"]

    def test_a_text_with_groups_above_names(self, tmp_path: Path) -> None:
        text = "地区,人口,,面积\n,男,女,\n银川市,1,2,3\n固原市,4,5,6\n"
        assert labels(read(tmp_path, "a.csv", text)) == ["地区", "人口·男", "人口·女", "面积"]

    def test_one_header_row_stays_one(self, tmp_path: Path) -> None:
        text = "景区,等级,备注\n沙湖,5A,\n水洞沟,5A,遗址\n"
        found = read(tmp_path, "a.csv", text)
        assert (labels(found), found.rows) == (["景区", "等级", "备注"], 2)

    def test_a_lonely_cell_in_the_middle_is_data_and_at_the_end_a_note(self, tmp_path: Path) -> None:
        found = read(tmp_path, "a.csv", "地区,男,女\n银川市,1,2\n固原市,,\n中卫市,3,4\n注：演示,,\n")
        assert found.rows == 3
        assert found.around["set_aside"] == [{"line": 5, "reason": "note", "cells": ["注：演示"]}]
        assert rows(found)[1] == ["固原市", None, None]

    def test_the_first_sheet_with_data_is_read_and_the_others_are_named(self, tmp_path: Path) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        book.create_sheet("名录").append(["名称", "等级"])
        book["名录"].append(["沙湖", "5A"])
        book.create_sheet("说明").append(["口径"])
        out = io.BytesIO()
        book.save(out)
        found = read(tmp_path, "a.xlsx", out.getvalue())
        assert (found.sheet.name, found.around["other_sheets"]) == ("名录", ["Sheet", "说明"])

    def test_a_workbook_under_the_name_of_a_text_is_read(self, tmp_path: Path) -> None:
        assert labels(read(tmp_path, "a.csv", workbook([["名称", "年份"], ["沙湖", 2007]]))) == ["名称", "年份"]

    def test_geojson_points_get_columns_for_their_place(self, tmp_path: Path) -> None:
        point = {"type": "Point", "coordinates": [106.36, 38.8]}
        feature = {"type": "Feature", "properties": {"名称": "沙湖"}, "geometry": point}
        found = read(tmp_path, "a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
        assert rows(found) == [["沙湖", "106.36", "38.8"]]


class TestTypes:
    @pytest.mark.parametrize(
        ("header", "cells", "type_", "first"),
        [
            ("人数", ["1,993,088", "—", "751389"], "int8", "1993088"),
            ("比重", ["28.27%", "９.5％", ""], "numeric", "28.27"),
            ("数值", ["640102199001011234"], "text", "640102199001011234"),  # 18 digits
            ("数值", ["0951", "0952"], "text", "0951"),  # a leading zero
            ("行政区划代码", ["640100"], "text", "640100"),
            ("联系电话", ["68888888"], "text", "68888888"),
            ("序号", ["1", "2"], "int8", "1"),
            ("评定日期", ["2007年5月8日", "2011/1/14"], "date", "2007-05-08"),
            ("评定日期", ["20070508"], "date", "2007-05-08"),
            ("评定日期", ["2007-05-08", "2011年"], "text", "2007-05-08"),  # as exact as they are written
            ("截至年月", ["2022年8月", "2022-09"], "text", "2022-08"),
            ("更新时间", ["2026-01-02 08:30", "2026-01-03"], "timestamp", "2026-01-02 08:30:00"),
            ("日期", ["2026-02-30"], "text", "2026-02-30"),  # there is no such day
            ("金额", ["1.50", "无", "2"], "numeric", "1.50"),
            ("等级", ["5A", "1"], "text", "5A"),
        ],
    )
    def test_a_column_is_what_all_its_cells_are(
        self, tmp_path: Path, header: str, cells: list[str], type_: str, first: str
    ) -> None:
        lines = "\n".join(f'沙湖,"{cell}"' for cell in cells)
        found = read(tmp_path, "a.csv", f"名称,{header}\n{lines}\n")
        assert (found.columns[1].type, rows(found)[0][1]) == (type_, first)

    def test_items_describe_columns_and_a_declared_text_stays_text(self, tmp_path: Path) -> None:
        items = [{"name": "门牌（号）", "name_en": "door", "type": "C", "description": "路牌"}]
        column = read(tmp_path, "a.csv", "门牌,人数\n12,3\n", items).columns[0]
        assert (column.type, column.label_en, column.notes, column.item) == ("text", "door", "路牌", "门牌（号）")


class TestNames:
    def test_long_chinese_headers_are_cut_at_63_bytes_and_stay_apart(self) -> None:
        long = "第七次全国人口普查宁夏回族自治区各市县区常住人口数量及比重"
        found = columns.column_names([long + "男", long + "女", "名称", "名称", "", '_比重(%)"'])
        assert all(len(name.encode()) <= 63 for name in found)
        assert len(set(found)) == 6
        assert found[2:] == ["名称", "名称_2", "列5", "比重(％)”"]

    def test_full_text_tokens_are_pairs(self) -> None:
        assert arrays.index_words(1, [pa.array(["沙湖景区5A"]), pa.array(["X1"])]).to_pylist() == [
            "沙湖 湖景 景区 5a x1"
        ]


FIELDS = [
    formats.Field("a", "证件号码", "text"),
    formats.Field("b", "价格", "numeric"),
    formats.Field("c", "日期", "date"),
]
DANGEROUS = '=HYPERLINK("http://x")'
ROWS = [("640102199001011234", Decimal("60.50"), dt.date(2007, 5, 8)), (DANGEROUS, None, None), ("-1\v<&", 1, None)]


class TestExports:
    def write(self, kind: str) -> bytes:
        return b"".join(registry.FORMATS[kind].write(FIELDS, iter(ROWS)))

    def test_csv_with_and_without_mark_runs_no_formula(self) -> None:
        text = self.write("csv").decode()
        assert text.startswith("证件号码,价格,日期\r\n640102199001011234,60.50,2007-05-08\r\n\"'=HYPERLINK")
        assert self.write("csv-bom") == b"\xef\xbb\xbf" + text.encode()
        assert [formats.to_guarded_text(value) for value in ("-5", "+86 951", "—", "@a", "+cmd|x")] == [
            "-5",
            "+86 951",
            "—",
            "'@a",
            "'+cmd|x",
        ]

    def test_a_workbook_keeps_ids_as_text_and_holds_no_formula(self) -> None:
        sheet = load_workbook(io.BytesIO(self.write("xlsx"))).worksheets[0]
        assert [sheet["A2"].value, sheet["A2"].data_type] == ["640102199001011234", "s"]
        assert [sheet["A3"].value, sheet["A3"].data_type] == [DANGEROUS, "s"]
        assert sheet["B2"].value == 60.5
        assert sheet["C2"].value.date() == dt.date(2007, 5, 8)

    def test_json_lines_xml_and_parquet(self) -> None:
        records = json.loads(self.write("json"))
        assert records == [json.loads(line) for line in self.write("jsonl").splitlines()]
        assert records[0] == {"证件号码": "640102199001011234", "价格": 60.5, "日期": "2007-05-08"}
        root = etree.fromstring(self.write("xml"))
        assert root[0][0].get("name") == "证件号码" and root[2][0].text == "-1<&"
        frame = pq.read_table(io.BytesIO(self.write("parquet"))).to_pylist()
        assert frame[0] == {"证件号码": "640102199001011234", "价格": 60.5, "日期": dt.date(2007, 5, 8)}
        assert b"".join(formats.json_array(FIELDS, [])) == b"[]\n"


def test_the_map_draws_points_and_shapes_and_counts_slips() -> None:
    square = json.dumps({"type": "Polygon", "coordinates": [[[106, 38], [107, 38], [107, 39], [106, 38]]]})
    picture = svg_map.draw([("沙湖", (106.36, 38.8)), ("界", square), ("错", (38.8, 106.36)), ("空", (None, 1))])
    assert picture.left_out == 2
    assert [mark.title for mark in picture.marks] == ["界", "沙湖"]
    assert picture.outline.startswith("M") and 0 < picture.marks[1].x < picture.width


def test_examples_quote_what_people_search_for() -> None:
    for one in examples.make_examples("https://x.example/api", "abc", "a'b\"; rm -rf `x` $HOME"):
        assert "`x`" not in one.text and "$HOME" not in one.text and "a'b" not in one.text
