"""What people send by mistake or with malice: a plain word, no crash, no memory eaten."""

import io
import resource
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from ckanext.nxopendata.core.tabular import reader as file_reader
from ckanext.nxopendata.core.tabular import sandbox, spreadsheet
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.workbook import xlsx
from ckanext.nxopendata.exchange import messages, xml
from ckanext.nxopendata.exchange.imports import jobs
from ckanext.nxopendata.exchange.workbook import reader, writer

from .books import FORM, changed, letter, numbered, workbook

FIXTURES = Path(__file__).parent / "fixtures"
HEAD = ["信息资源名称", "信息资源摘要", "更新周期", "信息项名称", "数据类型"]
ROW = ["景区名录", "名称和等级", "每年", "名称", "字符型"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def row(number: int, texts: list[str]) -> str:
    of_row = (f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{t}</t></is></c>' for n, t in enumerate(texts))
    return f'<row r="{number}">{"".join(of_row)}</row>'


def book(rows: str, before: str = "") -> bytes:
    """An xlsx whose only sheet has these rows, written by hand as no program would."""
    sheet = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    files = {
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


TABLE = row(1, HEAD) + row(2, ROW)


def read(content: bytes) -> reader.Reading:
    return reader.read(file_reader.read(content, jobs.MOST_CELLS), FORM, jobs.MOST_DATASETS)


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableError) as refused:
        read(content)
    assert refused.value.code in messages.TEXTS
    return refused.value.code


class TestSize:
    def test_one_cell_in_the_last_corner_asks_for_terabytes_and_ends_nothing(self) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        assert refusal(book(TABLE + corner)) == "too_many_cells"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB

    def test_more_cells_than_any_catalogue_has_are_refused(self) -> None:
        assert refusal(book(TABLE + '<row r="60000"><c r="Z60000"><v>1</v></c></row>')) == "too_many_cells"

    def test_empty_rows_below_cost_nothing(self) -> None:
        empty = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(3, 100_000))
        assert [draft.first.row for draft in read(book(TABLE + empty)).drafts] == [2]

    def test_a_zip_that_unpacks_to_gigabytes_is_refused(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("xl/a.xml", "a")
            archive.filelist[0].file_size = 2**31  # what its directory says
        assert refusal(stream.getvalue()) == "too_large"

    def test_a_cell_longer_than_a_book_is_refused(self) -> None:
        assert refusal(book(row(1, HEAD) + row(2, ["甲" * (xlsx.LONGEST_CELL + 1)]))) == "too_large"

    def test_more_datasets_than_are_let_in_are_refused(self) -> None:
        lines = "\n".join(f"名录{number}x,摘要,每年,名称,字符型" for number in range(4))
        with pytest.raises(UnreadableError) as refused:
            reader.read(file_reader.read(f"{','.join(HEAD)}\n{lines}".encode()), FORM, 3)
        assert refused.value.code in messages.TEXTS
        with pytest.raises(xml.BrokenXmlError) as broken:
            xml.read(f"<catalogue>{'<record/>' * 4}</catalogue>".encode(), 3)
        assert broken.value.code in messages.TEXTS

    def test_work_over_its_limit_dies_alone(self) -> None:
        with pytest.raises(sandbox.SandboxError):
            sandbox.run_limited(
                spreadsheet._read,
                workbook(numbered(1)),
                spreadsheet.MOST_CELLS,
                limits=sandbox.Limits(memory=1024 * 1024),
            )


class TestContent:
    def test_entities_of_a_sheet_are_not_expanded(self) -> None:
        entity = '<!DOCTYPE w [<!ENTITY a "景区名录"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        for name in ("&a;", "&f;"):
            assert refusal(book(row(1, HEAD) + row(2, [name, *ROW[1:]]), entity)) == "broken"

    def test_a_failed_formula_is_told_at_its_cell(self) -> None:
        (draft,) = read(f"{','.join(HEAD)}\n景区名录,#REF!,每年,名称,字符型\n".encode()).drafts
        assert ("formula", 2, 2) in [(p.code, p.cell.row, p.cell.column) for p in draft.problems]

    def test_control_characters_are_left_out(self) -> None:
        (draft,) = read(book(row(1, HEAD) + row(2, ["景区_x0000_名录_x0008_", *ROW[1:]]))).drafts
        assert draft.dataset["title_translated"]["zh"] == "景区名录"

    def test_a_workbook_with_a_password_is_named_so(self) -> None:
        assert refusal((FIXTURES / "密码.xlsx").read_bytes()) == "password"


class TestHeads:
    def test_columns_in_any_order_are_read(self) -> None:
        order = [4, 2, 0, 3, 1]
        lines = [",".join(line[place] for place in order) for line in (HEAD, ROW)]
        (draft,) = read("\n".join(lines).encode()).drafts
        assert draft.dataset["title_translated"] == {"zh": "景区名录"}
        assert draft.dataset["nx_items"] == [{"name": "名称", "type": "C"}]

    def test_columns_that_are_not_read_are_named(self) -> None:
        """A head with a slip of the pen must not lose its column in silence."""
        heads = [*HEAD, "共享类形", "更新周期", "", "空列", *(f"其他{number}" for number in range(100))]
        values = [*ROW, "无条件共享", "每日", "", "", *map(str, range(100))]
        found = read(f"{','.join(heads)}\n{','.join(values)}\n".encode())
        assert [(r.code, r.cell.column, r.params["value"]) for r in found.remarks][:3] == [
            ("unread_column", 6, "共享类形"),
            ("unread_column", 7, "更新周期"),
            ("unread_column", 10, "其他0"),
        ]
        assert len(found.remarks) == reader.MOST_UNREAD
        assert found.drafts[0].dataset["nx_update_cycle"] == "6"

    def test_sheets_that_are_not_read_are_named_but_not_our_own(self) -> None:
        sent = load_workbook(io.BytesIO(workbook(numbered(1))))
        sent.create_sheet("台账")["A1"] = "别的表"
        stream = io.BytesIO()
        sent.save(stream)
        assert [(r.code, r.cell.sheet) for r in read(stream.getvalue()).remarks] == [("unread_sheet", "台账")]
        assert read(workbook(numbered(1))).remarks == []


class TestMarks:
    def test_a_text_like_a_formula_stays_a_text_in_the_marked_copy(self) -> None:
        sent = f'{",".join(HEAD)}\n"=HYPERLINK(""http://x"")",=1+1,每世纪,名称,字符型\n'.encode()
        back = writer.marked(sent, {("", 2, 3): ["错"]})
        page = load_workbook(io.BytesIO(back)).worksheets[0]
        assert [page["A2"].data_type, page["B2"].data_type] == ["s", "s"]
        assert page["C2"].comment is not None

    def test_what_the_writer_cannot_open_is_marked_in_a_copy(self) -> None:
        """calamine reads a workbook without [Content_Types].xml, openpyxl does not."""
        sent = book(TABLE)
        page = load_workbook(io.BytesIO(writer.marked(sent, {("表", 2, 3): ["错"]})))["表"]
        assert page["A2"].value == "景区名录"
        assert page["C2"].comment is not None

    def test_marks_of_many_merged_cells_stand_where_they_show(self) -> None:
        sent = workbook(*(numbered(number) for number in range(8)))
        places = {(FORM.sheet, 6 + 2 * number, 6): ["错"] for number in range(8)}
        page = load_workbook(io.BytesIO(writer.marked(sent, places)))[FORM.sheet]
        marks = {cell.coordinate for line in page.iter_rows(min_row=5) for cell in line if cell.comment}
        assert marks == {f"F{5 + 2 * number}" for number in range(8)}


def test_full_width_digits_are_digits_in_every_column_of_numbers() -> None:
    planted = {"item_length": "２００", "survey_storage": "１２．５", "publish_date": "２０２４－０５－３１"}
    planted |= {"contact_phone": "０９５１－１２３４５６７", "region": "６４０１００", "temporal_start": "２０１７"}
    sent = changed(workbook(numbered(1)), {f"{letter(key)}5": value for key, value in planted.items()})
    (draft,) = read(sent).drafts
    assert draft.problems == []
    told: dict[str, Any] = draft.dataset
    assert told["nx_items"][0]["length"] == "200"
    assert (told["nx_survey_storage_gb"], told["nx_publish_date"]) == ("12.5", "2024-05-31")
    assert (told["nx_contact_phone"], told["nx_region"], told["nx_temporal_start"]) == (
        "0951-1234567",
        "640100",
        "2017",
    )


def test_an_empty_workbook_has_no_header() -> None:
    stream = io.BytesIO()
    Workbook().save(stream)
    with pytest.raises(reader.NoHeaderError):
        read(stream.getvalue())
