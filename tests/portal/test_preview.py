"""The first rows of files as departments write them."""

import json
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


class TestEncodings:
    @pytest.mark.parametrize(
        ("codec", "name"),
        [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("gbk", "GB18030"), ("utf-16", "UTF-16")],
    )
    def test_chinese_is_read_and_the_encoding_named(self, codec: str, name: str) -> None:
        table = preview.from_csv(TEXT.encode(codec), whole=True)
        assert table.header == ("地区", "人口")
        assert table.rows[0] == ("银川市", "2859074")
        assert table.encoding == name

    @pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
    def test_a_character_cut_at_the_end_does_no_harm(self, codec: str) -> None:
        whole = ("地区,人口\n" + "银川市,1\n" * 50).encode(codec)
        for cut in range(len(whole) - 6, len(whole)):
            table = preview.from_csv(whole[:cut], whole=False)
            assert table.encoding == preview.decode(whole, whole=True)[1]
            assert all("\ufffd" not in cell for row in table.rows for cell in row)

    def test_bytes_in_no_encoding_are_refused(self) -> None:
        with pytest.raises(preview.NoPreview) as refused:
            preview.from_csv(b"\xff\xff\xff,\x80\x81\n", whole=True)
        assert refused.value.code == "broken"


class TestTables:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found(self, delimiter: str) -> None:
        text = TEXT.replace(",", delimiter)
        assert preview.from_csv(text.encode(), whole=True).rows[1] == ("石嘴山市", "751389")

    def test_long_files_say_that_they_go_on(self) -> None:
        text = "a,b\n" + "1,2\n" * (preview.ROWS + 5)
        table = preview.from_csv(text.encode(), whole=True)
        assert (len(table.rows), table.complete) == (preview.ROWS, False)

    def test_a_file_of_exactly_so_many_rows_is_complete(self) -> None:
        text = "a,b\n" + "1,2\n" * preview.ROWS
        assert preview.from_csv(text.encode(), whole=True).complete

    def test_ids_keep_all_their_digits(self) -> None:
        text = "证件号\n640102199001010011\n"
        assert preview.from_csv(text.encode(), whole=True).rows == (("640102199001010011",),)

    def test_an_empty_file_is_said_to_be_empty(self) -> None:
        with pytest.raises(preview.NoPreview) as refused:
            preview.from_csv(b"\r\n", whole=True)
        assert refused.value.code == "empty"

    def test_short_rows_are_filled(self) -> None:
        assert preview.from_csv(b"a,b,c\n1\n", whole=True).rows == (("1", "", ""),)


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
        with pytest.raises(preview.NoPreview) as refused:
            read(path, "xlsx")
        assert refused.value.code == "broken"

    def test_a_large_file_is_not_read(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, [["a"]])
        with pytest.raises(preview.NoPreview) as refused:
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
        with pytest.raises(preview.NoPreview):
            read(path, "geojson")


def test_other_formats_have_no_preview(tmp_path: Path) -> None:
    with pytest.raises(preview.NoPreview) as refused:
        read(tmp_path / "a.pdf", "pdf")
    assert refused.value.code == "format"
