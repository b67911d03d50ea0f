"""The first rows of files as departments write them."""

import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from ckanext.nxopendata.portal.dataset import preview

TEXT = "地区,人口\r\n银川市,2859074\r\n石嘴山市,751389\r\n"


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    assert book.active
    for row in rows:
        book.active.append(row)
    path = folder / "stored-without-an-ending"
    book.save(path)
    return path


def read(path: Path, kind: str) -> preview.Table:
    return preview.read(path, kind, limit=20_000_000)


def read_text(folder: Path, content: bytes) -> preview.Table:
    path = folder / "stored-without-an-ending"
    path.write_bytes(content)
    return read(path, "csv")


class TestEncodings:
    @pytest.mark.parametrize(
        ("codec", "name"),
        [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("gbk", "GB18030"), ("utf-16", "UTF-16")],
    )
    def test_chinese_is_read_and_the_encoding_named(self, tmp_path: Path, codec: str, name: str) -> None:
        table = read_text(tmp_path, TEXT.encode(codec))
        assert table.header == ("地区", "人口")
        assert table.rows[0] == ("银川市", "2859074")
        assert table.encoding == name

    @pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
    def test_a_file_longer_than_what_is_read_has_no_broken_characters(self, tmp_path: Path, codec: str) -> None:
        for more in range(6):
            lines = "x" * more + ",人口\n" + "银川市,1\n" * 40_000
            table = read_text(tmp_path, lines.encode(codec))
            assert (table.encoding, table.complete) == (codec.upper(), False)
            assert all("\ufffd" not in cell for row in table.rows for cell in row)

    def test_bytes_in_no_encoding_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(preview.NoPreviewError) as refused:
            read_text(tmp_path, b"\xff\xff\xff,\x80\x81\n")
        assert refused.value.code == "broken"


class TestTables:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found(self, tmp_path: Path, delimiter: str) -> None:
        text = TEXT.replace(",", delimiter)
        assert read_text(tmp_path, text.encode()).rows[1] == ("石嘴山市", "751389")

    def test_long_files_say_that_they_go_on(self, tmp_path: Path) -> None:
        text = "a,b\n" + "1,2\n" * (preview.ROWS + 5)
        table = read_text(tmp_path, text.encode())
        assert (len(table.rows), table.complete) == (preview.ROWS, False)

    def test_a_file_of_exactly_so_many_rows_is_complete(self, tmp_path: Path) -> None:
        text = "a,b\n" + "1,2\n" * preview.ROWS
        assert read_text(tmp_path, text.encode()).complete

    def test_ids_keep_all_their_digits(self, tmp_path: Path) -> None:
        text = "证件号\n640102199001010011\n"
        assert read_text(tmp_path, text.encode()).rows == (("640102199001010011",),)

    def test_an_empty_file_is_said_to_be_empty(self, tmp_path: Path) -> None:
        with pytest.raises(preview.NoPreviewError) as refused:
            read_text(tmp_path, b"\r\n")
        assert refused.value.code == "empty"

    def test_short_rows_are_filled(self, tmp_path: Path) -> None:
        assert read_text(tmp_path, b"a,b,c\n1\n").rows == (("1", "", ""),)


class TestWorkbooks:
    def test_title_and_unit_stand_above_the_table(self, tmp_path: Path) -> None:
        rows = [["年末常住人口"], ["单位：人"], ["地区", "人口"], ["银川市", 2859074.0]]
        table = read(workbook(tmp_path, rows), "xlsx")
        assert table.notes == ("年末常住人口", "单位：人")
        assert table.header == ("地区", "人口")
        assert table.rows == (("银川市", "2859074"),)

    def test_a_table_of_one_column_keeps_its_rows(self, tmp_path: Path) -> None:
        table = read(workbook(tmp_path, [["名称"], ["沙湖"]]), "xlsx")
        assert (table.header, table.rows, table.notes) == (("名称",), (("沙湖",),), ())

    def test_what_is_no_workbook_is_broken(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(b"not a zip file")
        with pytest.raises(preview.NoPreviewError) as refused:
            read(path, "xlsx")
        assert refused.value.code == "broken"

    def test_an_archive_that_unpacks_to_too_much_is_not_opened(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0")
            archive.filelist[0].file_size = 2**31  # what its directory says
        with pytest.raises(preview.NoPreviewError) as refused:
            read(path, "xlsx")
        assert refused.value.code == "size"

    def test_a_large_file_is_not_read(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, [["a"]])
        with pytest.raises(preview.NoPreviewError) as refused:
            preview.read(path, "xlsx", limit=10)
        assert refused.value.code == "size"


class TestGeojson:
    def test_properties_and_places_become_columns(self, tmp_path: Path) -> None:
        path = tmp_path / "a.geojson"
        feature = {
            "type": "Feature",
            "properties": {"名称": "沙湖"},
            "geometry": {"type": "Point", "coordinates": [1, 2]},
        }
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        table = read(path, "geojson")
        assert table.header == ("名称", "geometry")
        assert table.rows == (("沙湖", "Point [1, 2]"),)

    @pytest.mark.parametrize("text", ["[]", "{", '{"features": 1}'])
    def test_other_json_is_broken(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "a.geojson"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(preview.NoPreviewError):
            read(path, "geojson")


def test_other_formats_have_no_preview(tmp_path: Path) -> None:
    with pytest.raises(preview.NoPreviewError) as refused:
        read(tmp_path / "a.pdf", "pdf")
    assert refused.value.code == "format"
