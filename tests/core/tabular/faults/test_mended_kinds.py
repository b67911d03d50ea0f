"""Slips that inputs written without a look at the reader brought to light; their right reading was decided first."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.workbook.number_formats import show

from .reading import read, text
from .test_kinds import save, workbook


class TestTexts:
    def test_a_delimiter_after_an_escaped_mark_is_inside_the_cell(self, tmp_path: Path) -> None:
        reading = text(tmp_path, 'a,b\n1,"say \\"hi\\", ok"\n2,"plain"\n3,"another \\"x\\", y"\n')
        assert reading.rows == [["1", 'say "hi", ok'], ["2", "plain"], ["3", 'another "x", y']]

    def test_a_cell_may_end_with_a_backslash_where_others_escape(self, tmp_path: Path) -> None:
        reading = text(tmp_path, 'a,b\n"C:\\","D:\\"\n"x \\"y\\"","z"\n"E:\\","F"\n')
        assert reading.rows == [["C:\\", "D:\\"], ['x "y"', "z"], ["E:\\", "F"]]

    def test_full_width_commas_part_cells_where_numbers_say_so(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "编号，名称，数量\n1，甲，3\n2，乙，4\n3，丙，5\n")
        assert (reading.headers, reading.rows[0]) == (["编号", "名称", "数量"], ["1", "甲", "3"])

    def test_full_width_commas_in_sentences_part_nothing(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "意见\n路太窄，请拓宽\n灯不亮，请维修\n噪声大，请治理\n")
        assert reading.rows == [["路太窄，请拓宽"], ["灯不亮，请维修"], ["噪声大，请治理"]]

    def test_a_note_cut_at_its_commas_is_set_aside(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "地区,人口,面积\n甲,1,2\n乙,3,4\n丙,5,6\n说明：甲,乙,丙均为估计数\n")
        assert [row[0] for row in reading.rows] == ["甲", "乙", "丙"]
        assert reading.set_aside == [(5, "note")]

    def test_further_lines_of_a_cut_note_are_set_aside_with_it(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "年份,产值,税收\n2020,1,2\n2021,3,4\n2022,5,6\n注：1.产值为现价,\n2.税收含,附加\n")
        assert (len(reading.rows), reading.set_aside) == (3, [(5, "note"), (6, "note")])

    def test_a_row_that_begins_as_a_note_and_has_numbers_is_data(self, tmp_path: Path) -> None:
        reading = text(tmp_path, "来源,数量,面积\n自来水,3,1\n地下水,4,2\n来源：其他,5,3\n")
        assert len(reading.rows) == 3


class TestJson:
    def test_a_sequence_of_records_with_its_sign(self, tmp_path: Path) -> None:
        line = '\x1e{"type":"Feature","geometry":{"type":"Point","coordinates":[106,38]},"properties":{"n":1}}\n'
        assert len(text(tmp_path, line * 2, "geojson").rows) == 2

    def test_a_table_with_its_schema(self, tmp_path: Path) -> None:
        document = {"schema": {"fields": [{"name": "index"}, {"name": "a"}]}, "data": [{"index": 0, "a": "甲"}]}
        reading = text(tmp_path, json.dumps(document), "json")
        assert (reading.headers, reading.rows) == (["index", "a"], [["0", "甲"]])

    def test_a_list_without_records_is_sound_and_no_table(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableError) as refused:
            text(tmp_path, "[1, 2, 3]", "json")
        assert refused.value.code == "empty"


class TestWorkbooks:
    @pytest.mark.parametrize(
        ("code", "value", "shown"),
        [
            ("0000-0000000", 9511234567, "0951-1234567"),
            ("000-0000-0000", 13800000000, "138-0000-0000"),
            ("000000-00", 64010219, "640102-19"),
            ('#,##0,," M"', 12500000, "12.5 M"),
            ('0.0,,"百万元"', 7400000, "7.4百万元"),
            ("#,##0,", 1234567, "1234.567"),
            ('[>=100]0" 大";0" 小"', 5, "5 小"),
            ('[>=100]0" 大";0" 小"', 500, "500 大"),
            ('[<0]"亏"0.0"万元";0.0"万元"', 2.5, "2.5万元"),
            ("# ?/?", 0.5, "0.5"),
            ("0.00E+00", 1.5e12, "1500000000000"),
            ("#,##0.00_);(#,##0.00)", -1234.5, "-1234.5"),
        ],
    )
    def test_signs_among_digits_and_scales_are_shown(self, code: str, value: float, shown: str) -> None:
        assert show(value, code) == shown

    def test_lost_digits_of_identity_numbers_are_told(self, tmp_path: Path) -> None:
        rows = [["姓名", "身份证号"], ["甲", 640102199001010011], ["乙", 640102199001010022]]
        assert read(save(workbook(("表", rows)), tmp_path)).findings == {"digits_lost": 2}

    def test_a_number_written_with_an_exponent_lost_nothing(self, tmp_path: Path) -> None:
        book = workbook(("表", [["名称", "常数"], ["甲", 6.02e23], ["乙", 3.0e20]]))
        for line in (2, 3):
            book["表"].cell(line, 2).number_format = "0.00E+00"
        assert read(save(book, tmp_path)).findings == {}

    def test_unit_and_period_above_a_header_are_no_header(self, tmp_path: Path) -> None:
        top = [["2023年统计"], ["单位：万元", None, "2023年12月"]]
        body = [["地区", "产值", "税收"], ["银川", 10, 2], ["吴忠", 20, 4]]
        reading = read(save(workbook(("表", [*top, *body])), tmp_path))
        assert (reading.headers, len(reading.rows)) == (["地区", "产值", "税收"], 2)
        assert reading.set_aside == [(1, "above"), (2, "above")]

    def test_a_corner_that_names_the_unit_above_years_is_a_header(self, tmp_path: Path) -> None:
        rows = [["单位：万元", "2022年", "2023年"], ["产值", 10, 12], ["税收", 2, 3]]
        assert read(save(workbook(("表", rows)), tmp_path)).headers == ["单位：万元", "2022年", "2023年"]

    def test_a_formula_that_gives_an_empty_text_was_calculated(self, tmp_path: Path) -> None:
        def edit(sheet: bytes) -> bytes:
            return sheet.replace(b'<c r="B2" t="n"><v>7</v>', b'<c r="B2" t="str"><f>IF(A2=1,"","x")</f><v></v>')

        path = change(save(workbook(("表", [["a", "b"], [1, 7], [2, 8]])), tmp_path), edit)
        reading = read(path)
        assert (reading.rows, reading.findings) == ([["1", ""], ["2", "8"]], {})

    def test_days_written_as_iso_8601_are_days(self, tmp_path: Path) -> None:
        def edit(sheet: bytes) -> bytes:
            return re.sub(rb'(r="A\d" s="\d+") t="n"><v>[\d.]+</v>', rb'\1 t="d"><v>2022-01-02T00:00:00</v>', sheet)

        path = change(save(workbook(("表", [["日期", "v"], [dt.date(2020, 1, 2), 1]])), tmp_path), edit)
        reading = read(path)
        assert (reading.rows, reading.types["日期"]) == ([["2022-01-02", "1"]], "date")


def change(path: Path, edit: Callable[[bytes], bytes]) -> Path:
    """Rewrite the first worksheet of a workbook."""
    source, out = zipfile.ZipFile(path), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                changed = edit(content)
                assert changed != content
                content = changed
            target.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path
