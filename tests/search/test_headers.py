"""Column headers read from files, in a bounded way."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from ckanext.nxopendata.search.indexing import file_headers

HEADER = "景区名称,等级,行政区划代码"
ROWS = "沙湖旅游景区,5A,640221\n沙坡头旅游景区,5A,640502\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_the_encodings_of_departments(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(f"{HEADER}\n{ROWS}".encode(encoding))
    assert file_headers.read_headers(file, "CSV") == HEADER.split(",")


def test_a_title_and_a_unit_above_the_header_are_not_the_header(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"宁夏A级景区名录,,\n单位：家,,\n{HEADER}\n{ROWS}", encoding="utf-8")
    assert file_headers.read_headers(file, "csv") == HEADER.split(",")


def test_a_large_file_is_read_only_at_its_beginning(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes((HEADER + "\n").encode("gb18030") + "沙湖，".encode("gb18030") * 200_000)
    assert file_headers.read_headers(file, "csv") == HEADER.split(",")


def test_every_sheet_of_a_workbook_has_a_header(tmp_path: Path) -> None:
    book = Workbook()
    first = book.active
    assert first
    for row in (["宁夏A级景区名录"], HEADER.split(","), ["沙湖", "5A", 640221]):
        first.append(row)
    book.create_sheet("人次").append(["年份", "接待人次"])
    book.save(tmp_path / "a.xlsx")
    assert file_headers.read_headers(tmp_path / "a.xlsx", "XLSX") == [*HEADER.split(","), "年份", "接待人次"]


@pytest.mark.parametrize(("kind", "content"), [("xlsx", b"no workbook"), ("pdf", b"%PDF"), ("csv", b"")])
def test_what_cannot_be_read_has_none(tmp_path: Path, kind: str, content: bytes) -> None:
    file = tmp_path / f"a.{kind}"
    file.write_bytes(content)
    assert file_headers.read_headers(file, kind) == []
