"""The official tables, cell by cell. Plain: no CKAN.

``fixtures/tables.csv`` was checked by eye against the plan's tables 1-3: table, row, then the nine cells.
"""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ckanext.nxopendata.register.official_tables import content, delimited, excel, layout, pdf

from .systems_for_tables import SYSTEMS

FILLER = content.Filler("自治区文化和旅游厅", "李某", "0951-6000000")
TABLES = [content.make_systems_table(number, SYSTEMS, FILLER) for number in layout.OF_SYSTEMS]
CHECKED = Path(__file__).parent / "fixtures" / "tables.csv"


@pytest.fixture(scope="module")
def book():
    return load_workbook(io.BytesIO(excel.workbook(*TABLES)))


def test_every_cell_is_the_checked_one(book) -> None:
    with CHECKED.open(encoding="utf-8", newline="") as file:
        wanted = {(row[0], int(row[1])): [cell or None for cell in row[2:]] for row in csv.reader(file)}
    found = {
        (page.title, number): list(cells)
        for page in book
        for number, cells in enumerate(page.iter_rows(values_only=True), 1)
    }
    assert found == wanted


def test_it_prints_on_a4_landscape_one_page_wide_with_its_head(book) -> None:
    for page in book:
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.print_title_rows == "$4:$5"
        assert {"A2:I2", "A6:I6", "A4:A5"} <= set(map(str, page.merged_cells.ranges))


def test_no_cell_is_a_formula(book) -> None:
    page = book["附表1"]
    assert (page["C9"].value, page["C9"].data_type) == ("=公文系统", "s")
    assert "'=公文系统" in delimited.text(TABLES[0]).decode("utf-8-sig")


def test_csv_holds_the_same_lines() -> None:
    rows = list(csv.reader(io.StringIO(delimited.text(TABLES[2]).decode("utf-8-sig"))))
    assert rows[1] == ["接入共享平台的政务信息系统统计表"]
    assert rows[4:6] == [["合计：2个"], [layout.load("3").groups["service"].format(count=1)]]


def test_pdf_is_made_without_loading_anything() -> None:
    made = pdf.document(*TABLES)
    assert made.startswith(b"%PDF-")
    with pytest.raises(ValueError, match="not loaded"):
        pdf._nothing("file:///etc/passwd")


def test_units() -> None:
    unit = content.Unit("文旅厅", "机关", "86", "90", contact_name="李某", contact_phone="0951-6")
    lines = content.make_units_table("4", [unit]).lines()
    assert lines[1] == ("政务信息系统管理部门情况表",)
    assert lines[2:] == [
        ("管理部门名称", "单位类型", "人员数量", "编制人数", "联系人姓名", "联系电话"),
        ("文旅厅", "机关", "86", "90", "李某", "0951-6"),
    ]
    assert content.make_units_table("5", [unit]).lines()[-1][:2] == ("1", "文旅厅")
