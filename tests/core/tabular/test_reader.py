"""What people upload, as sheets: forms whole, beginnings bounded, tables row by row; the same file alike in all."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError

ROWS = [["名称", "年份"], ["沙湖", "2007"], ["沙坡头", "2007"]]


def csv_bytes(delimiter: str, codec: str) -> bytes:
    return "\r\n".join(delimiter.join(row) for row in ROWS).encode(codec)


def workbook(rows: list[list[Any]], sheets: int = 1) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number in range(sheets):
        page = book.create_sheet(f"表{number}")
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def geojson(features: list[Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def store(folder: Path, content: bytes) -> Path:
    path = folder / "stored-without-an-ending"
    path.write_bytes(content)
    return path


def refusal(path: Path, kind: str, **limits: Any) -> str:
    with pytest.raises(UnreadableError) as refused:
        reader.read_beginning(path, kind, **{"limit": 10, "columns": 10} | limits)
    return refused.value.code


class TestTheSameFile:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
    def test_a_text_is_the_same_for_everybody(self, tmp_path: Path, delimiter: str, codec: str) -> None:
        content = csv_bytes(delimiter, codec)
        path = store(tmp_path, content)
        (whole,) = reader.read(content)
        (beginning,) = reader.read_beginning(path, "csv", limit=10, columns=10)
        (stream,) = reader.open_sheets(path, "csv", most_bytes=10**6)
        assert whole.rows == beginning.rows == list(stream.lines()) == list(stream.lines()) == ROWS
        assert beginning.encoding == stream.encoding

    def test_a_workbook_is_the_same_for_everybody(self, tmp_path: Path) -> None:
        content = workbook([["名称", "年份"], ["沙湖", 2007.0], ["沙坡头", 2007]])
        path = store(tmp_path, content)
        (whole,) = reader.read(content)
        (beginning,) = reader.read_beginning(path, "xlsx", limit=10, columns=10)
        (stream,) = reader.open_sheets(path, "csv", most_bytes=10**6)  # whatever its name says
        assert whole.rows == beginning.rows == list(stream.lines()) == ROWS
        assert whole.name == beginning.name == stream.name == "表0"


class TestBeginnings:
    def test_a_beginning_has_no_more_rows_columns_and_sheets_than_are_asked_for(self, tmp_path: Path) -> None:
        path = store(tmp_path, workbook([[*range(20)]] * 20, sheets=4))
        sheets = reader.read_beginning(path, "xlsx", limit=5, columns=3, sheets=2)
        assert [(len(sheet.rows), len(sheet.rows[0]), sheet.complete) for sheet in sheets] == [(5, 3, False)] * 2

    @pytest.mark.parametrize(("rows", "complete"), [(4, True), (5, True), (6, False)])
    def test_it_says_whether_it_is_all(self, tmp_path: Path, rows: int, complete: bool) -> None:
        lines = [["a", "b"]] * rows
        texts = store(tmp_path, "\n".join(",".join(line) for line in lines).encode())
        assert reader.read_beginning(texts, "csv", limit=5, columns=9)[0].complete is complete
        book = store(tmp_path, workbook(lines))
        assert reader.read_beginning(book, "xlsx", limit=5, columns=9)[0].complete is complete
        places = store(tmp_path, geojson([{"properties": {"a": 1}}] * (rows - 1)))
        assert reader.read_beginning(places, "geojson", limit=5, columns=9)[0].complete is complete

    def test_a_long_cell_is_cut(self, tmp_path: Path) -> None:
        path = store(tmp_path, workbook([["甲" * 30_000]]))
        assert len(reader.read_beginning(path, "xlsx", limit=5, columns=3)[0].rows[0][0]) == 1000

    def test_other_formats_are_refused(self, tmp_path: Path) -> None:
        assert refusal(store(tmp_path, b"%PDF"), "pdf") == "format"

    def test_a_file_larger_than_allowed_is_not_opened(self, tmp_path: Path) -> None:
        assert refusal(store(tmp_path, workbook(ROWS)), "xlsx", most_bytes=10) == "too_large"

    @pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04 no workbook", b""])
    def test_what_is_no_workbook_is_broken(self, tmp_path: Path, content: bytes) -> None:
        assert refusal(store(tmp_path, content), "xlsx") == "broken"

    @pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "XL/SHAREDSTRINGS.XML"])
    def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(self, tmp_path: Path, name: str) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(name, "a")
            archive.filelist[0].file_size = 100 * 2**20 if "trings" in name.lower() else 300 * 2**20
        assert refusal(store(tmp_path, stream.getvalue()), "xlsx") == "too_large"


class TestGeojson:
    def test_properties_and_place_are_a_row(self, tmp_path: Path) -> None:
        point = {"properties": {"名称": "沙湖", "等级": 5.0}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
        path = store(tmp_path, geojson([point, {"properties": {"别名": None}}]))
        (beginning,) = reader.read_beginning(path, "geojson", limit=9, columns=9)
        assert beginning.rows == [["名称", "等级", "别名", "geometry"], ["沙湖", "5", "", "Point [1, 2]"], [""] * 4]
        (stream,) = reader.open_sheets(path, "geojson", most_bytes=10**6)
        assert list(stream.lines()) == [["名称", "等级", "经度", "纬度", "别名"], ["沙湖", "5", "1", "2", ""], [""] * 5]
        assert stream.header_first

    def test_another_shape_is_kept_as_text(self, tmp_path: Path) -> None:
        line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
        path = store(tmp_path, geojson([{"properties": {"名称": "路"}, "geometry": line}]))
        (stream,) = reader.open_sheets(path, "geojson", most_bytes=10**6)
        header, row = stream.lines()
        assert header == ["名称", "几何"]
        assert json.loads(row[1]) == line

    @pytest.mark.parametrize("text", ["[]", '{"features": 1}', '{"features": [{"properties": [1]}]}', "1"])
    def test_other_json_is_broken(self, tmp_path: Path, text: str) -> None:
        assert refusal(store(tmp_path, text.encode()), "geojson") == "broken"


class TestObjects:
    @pytest.mark.parametrize(
        "text",
        [
            '[{"a": 1, "b": true}, {"a": null}]',
            '{"data": [{"a": 1, "b": true}, {"a": null}], "count": 2}',
            '{"a": 1, "b": true}\n\n{"a": null}\n',
        ],
    )
    def test_each_object_is_a_row(self, tmp_path: Path, text: str) -> None:
        (stream,) = reader.open_sheets(store(tmp_path, text.encode("utf-8-sig")), "json", most_bytes=10**6)
        assert list(stream.lines()) == [["a", "b"], ["1", "是"], ["", ""]]

    @pytest.mark.parametrize(
        ("text", "code"), [("[]", "empty"), ("1", "broken"), ("{", "broken_json"), ("[" * 10**6, "broken")]
    )
    def test_what_holds_no_objects_is_refused(self, tmp_path: Path, text: str, code: str) -> None:
        with pytest.raises(UnreadableError) as refused:
            reader.open_sheets(store(tmp_path, text.encode()), "json", most_bytes=10**7)
        assert refused.value.code == code


class TestForms:
    def test_the_apostrophe_that_kept_a_formula_from_running_is_taken_off(self) -> None:
        (sheet,) = reader.read("名称,值\n'=1+1,'甲\n".encode())
        assert sheet.rows[1] == ["=1+1", "'甲"]

    def test_a_bar_in_a_cell_is_no_delimiter(self) -> None:
        (sheet,) = reader.read("名称;说明\n甲;a|b|c|d\n".encode())
        assert sheet.rows[0] == ["名称", "说明"]

    def test_more_cells_than_allowed_are_refused(self) -> None:
        with pytest.raises(UnreadableError) as refused:
            reader.read(b"a,b\n" * 10, most_cells=10)
        assert (refused.value.code, refused.value.reason) == ("too_many_cells", "10")
