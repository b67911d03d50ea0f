"""The catalogue workbook without a site: reading, writing, marking."""

import io
import re
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from ckanext.nxopendata.core.tabular import reader as file_reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.exchange import forms
from ckanext.nxopendata.exchange.workbook import reader, writer

from .samples import DATASET

FORM = forms.load("catalogue")
DEPARTMENT = {"title": "自治区文化和旅游厅", "nx_uscc": "91110000600037341L"}


def exported(*datasets: dict[str, Any]) -> bytes:
    owner = DATASET["owner_org"]
    return writer.catalogue(FORM, datasets, {owner: DEPARTMENT}, DEPARTMENT["title"])


def drafts(content: bytes) -> list[reader.Draft]:
    return reader.read(file_reader.read(content), FORM).drafts


def csv_of(*rows: list[str]) -> str:
    return "\n".join(",".join(row) for row in rows)


HEAD = ["信息资源名称", "信息资源摘要", "更新周期", "发布日期", "信息项名称", "数据类型"]


class TestThereAndBack:
    def test_what_is_exported_is_read_back(self) -> None:
        (draft,) = drafts(exported(DATASET))
        assert draft.problems == []
        given = {key: value for key, value in draft.dataset.items() if value}
        assert given == {key: DATASET.get(key) for key in given}
        assert {"nx_items", "nx_theme", "nx_region", "nx_class_code", "title_translated", "tags"} <= set(given)
        assert draft.provider == DEPARTMENT["title"]
        assert draft.links == [resource["url"] for resource in DATASET["resources"]]

    def test_class_and_grade_go_out_and_come_in(self) -> None:
        grade = {"nx_data_level": "1", "nx_general_level": "3", "nx_data_class": "个人信息/基本资料"}
        grade |= {"nx_graded_by": "张三", "nx_graded_on": "2026-11-02", "nx_grading_reason": "含联系方式"}
        items = [item | {"grade": "3", "data_class": "个人信息/联系方式"} for item in DATASET["nx_items"]]
        (draft,) = drafts(exported(DATASET | grade | {"nx_items": items}))
        assert draft.problems == []
        assert {key: draft.dataset[key] for key in grade} == grade
        assert [(item["grade"], item["data_class"]) for item in draft.dataset["nx_items"]] == [
            ("3", "个人信息/联系方式") for _ in items
        ]

    def test_merged_cells_make_one_dataset_of_many_rows(self) -> None:
        other = DATASET | {"title_translated": {"zh": "乙"}, "nx_resource_code": "214001/99", "nx_items": []}
        found = drafts(exported(DATASET, other, DATASET | {"title_translated": {"zh": "丙"}, "nx_resource_code": ""}))
        assert [len(draft.dataset["nx_items"]) for draft in found] == [2, 0, 2]

    def test_a_text_that_begins_like_a_formula_is_a_text(self) -> None:
        book = load_workbook(io.BytesIO(exported(DATASET | {"notes_translated": {"zh": '=HYPERLINK("http://x")'}})))
        cell = next(
            cell for row in book[FORM.sheet].iter_rows() for cell in row if str(cell.value).startswith("=HYPER")
        )
        assert cell.data_type == "s"

    def test_csv_says_the_same_as_the_workbook(self) -> None:
        told = DATASET | {"notes_translated": {"zh": "=HYPERLINK(1)"}, "nx_contact_phone": "+86 951 0000000"}
        sent = writer.delimited(FORM, [told, DATASET], {DATASET["owner_org"]: DEPARTMENT})
        assert sent.startswith(b"\xef\xbb\xbf")
        assert b",=" not in sent
        assert b",'=HYPERLINK" in sent
        (first, second), (_, other) = drafts(sent), drafts(exported(told, DATASET))
        assert first.dataset["notes_translated"] == {"zh": "=HYPERLINK(1)", "en": ""}
        assert first.dataset["nx_contact_phone"] == told["nx_contact_phone"]
        assert second.dataset == other.dataset


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
    def test_csv_in_every_encoding(self, encoding: str) -> None:
        text = csv_of(HEAD, ["景区名录㙍€", "名称和等级", "每年", "２０２４年５月３１日", "名称", "字符型"])
        (draft,) = drafts(text.encode(encoding))
        assert draft.dataset["title_translated"] == {"zh": "景区名录㙍€"}
        assert draft.dataset["nx_publish_date"] == "2024-05-31"
        assert draft.dataset["nx_items"] == [{"name": "名称", "type": "C"}]

    def test_title_unit_and_total_rows_are_passed_over(self) -> None:
        rows = [
            ["目录汇总表"],
            ["单位：个"],
            HEAD,
            ["甲", "甲摘要", "每年", "", "名称", ""],
            ["合　计", "1", "", "", "", ""],
        ]
        assert [draft.dataset["title_translated"]["zh"] for draft in drafts(csv_of(*rows).encode())] == ["甲"]

    def test_a_file_without_the_header_is_refused(self) -> None:
        with pytest.raises(reader.NoHeaderError) as refusal:
            drafts(b"a,b\n1,2\n")
        assert "信息资源名称" in refusal.value.wanted

    @pytest.mark.parametrize("content", [b"PK\x03\x04 not a zip", b"\xd0\xcf\x11\xe0 not ole", b"\x00\x01\x02\x03"])
    def test_what_is_no_table_is_refused(self, content: bytes) -> None:
        with pytest.raises(UnreadableError):
            file_reader.read(content)


class TestProblems:
    @pytest.mark.parametrize(
        ("row", "code", "column"),
        [
            (["", "摘要", "每年", "", "名称", "字符型"], "missing", 1),
            (["甲", "", "每年", "", "名称", "字符型"], "missing", 2),
            (["甲", "摘要", "每世纪", "", "名称", "字符型"], "unknown_code", 3),
            (["甲", "摘要", "每年", "2024-13-01", "名称", "字符型"], "bad_date", 4),
            (["甲", "摘要", "每年", "", "", "字符型"], "missing", 5),
            (["甲", "摘要", "每年", "", "名称", "字符"], "unknown_code", 6),
        ],
    )
    def test_each_is_told_at_its_cell(self, row: list[str], code: str, column: int) -> None:
        (draft,) = drafts(csv_of(HEAD, row).encode())
        assert [(problem.code, problem.cell.row, problem.cell.column) for problem in draft.problems] == [
            (code, 2, column)
        ]

    def test_two_titles_that_differ_in_punctuation_are_twins(self) -> None:
        rows = [
            ["甲乙", "摘要", "", "", "名称", ""],
            ["丙", "摘要", "", "", "名称", ""],
            ["甲，乙", "摘要", "", "", "名称", ""],
        ]
        found = drafts(
            csv_of(["信息资源名称", *HEAD[1:]], *[[c.replace("，", "· ") for c in row] for row in rows]).encode()
        )
        assert [problem.params["row"] for draft in found for problem in draft.problems] == [2]

    def test_rows_that_were_drawn_down_are_told(self) -> None:
        rows = [[f"景区名录{n}", f"摘要{n}", "", "", "名称", ""] for n in (1, 2, 3)]
        rows += [["统计年鉴2023", "按年", "", "", "名称", ""], ["统计年鉴2024", "按年", "", "", "名称", ""]]
        rows += [["路线1", "东线", "", "", "站", ""], ["路线2", "西线", "", "", "站", ""]]
        found = drafts(csv_of(["信息资源名称", *HEAD[1:]], *rows).encode())
        told = [(p.code, p.cell.row, p.params["row"]) for draft in found for p in draft.problems]
        assert told == [("filled_down", 3, 2), ("filled_down", 4, 3)]

    def test_bad_cells_come_back_marked_in_the_same_workbook(self) -> None:
        sent = exported(DATASET, DATASET | {"title_translated": {"zh": "乙"}, "nx_resource_code": "214001/99"})
        back = writer.marked(sent, {(FORM.sheet, 6, 6): ["一", "二"]})
        page = load_workbook(io.BytesIO(back))[FORM.sheet]
        remarks = {
            cell.coordinate: cell.comment.text for row in page.iter_rows(min_row=5) for cell in row if cell.comment
        }
        assert remarks == {"F5": "一\n二"}  # F5:F6 are merged over two items
        assert page["F5"].value == DATASET["title_translated"]["zh"]

    def test_a_marked_csv_comes_back_as_workbook(self) -> None:
        sent = csv_of(HEAD, ["甲", "摘要", "每世纪", "", "名称", "字符型"]).encode("gb18030")
        page = load_workbook(io.BytesIO(writer.marked(sent, {("", 2, 3): ["错"]}))).worksheets[0]
        assert page["C2"].comment is not None
        assert page["C2"].value == "每世纪"


class TestTemplate:
    def test_it_reads_as_an_empty_catalogue(self) -> None:
        assert drafts(writer.template(FORM)) == []

    def test_its_columns_offer_the_code_lists(self) -> None:
        page = load_workbook(io.BytesIO(writer.template(FORM)))[FORM.sheet]
        ranges = {str(rule.sqref).partition("5")[0] for rule in page.data_validations.dataValidation}
        coded = [column for column in FORM.columns if column.kind == "code"]
        assert len(ranges) == len(coded) + 3  # and 类, 项, the type under the category of the format

    def test_what_a_column_offers_depends_on_the_broader_value_beside_it(self) -> None:
        """Evaluated with LibreOffice 7.4 too: OFFSET, MATCH and COUNTIF give 旅游 under 主题信息资源."""
        book = load_workbook(io.BytesIO(writer.template(FORM)))
        rules = {str(rule.sqref).partition("5")[0]: rule for rule in book[FORM.sheet].data_validations.dataValidation}
        lists = book[writer.LISTS]
        for key, broader, narrower, strict in (
            ("class_2", "主题信息资源", "旅游", True),
            ("format_type", "电子表格", "xlsx", False),
        ):
            rule = rules[writer.get_column_letter(FORM.place(key))]
            found = re.search(r"!\$(\w)\$1,MATCH\(\$(\w+)5,.*!\$(\w)\$1:\$\w\$(\d+),0", rule.formula1)
            assert found
            start, beside, parents, last = found.groups()
            assert FORM.columns[FORM.place(key) - 2].key == ("class_1" if key == "class_2" else "format_category")
            assert beside == writer.get_column_letter(FORM.place(key) - 1)
            pairs = [(lists[f"{parents}{row}"].value, lists[f"{start}{row}"].value) for row in range(1, int(last) + 1)]
            assert (broader, narrower) in pairs
            under = [place for place, (parent, _) in enumerate(pairs) if parent == broader]
            assert under == list(range(under[0], under[-1] + 1))  # OFFSET takes one block
            assert rule.showErrorMessage is strict

    def test_a_place_is_offered_with_its_name_and_read_so(self) -> None:
        book = load_workbook(io.BytesIO(exported(DATASET)))
        offered = [cell.value for row in book[writer.LISTS].iter_rows() for cell in row]
        assert "640104 兴庆区" in offered
        assert forms.codes("region")["640104 兴庆区"] == "640104"

    def test_every_column_of_a_field_names_a_field(self) -> None:
        from ckanext.nxopendata.exchange import fields

        for column in FORM.columns:
            if column.field:
                assert column.field in (fields.dataset()["nx_items"].parts if column.part else fields.dataset())


def test_a_date_that_is_stored_as_a_number_is_a_date() -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(HEAD)
    page.append(["甲", "摘要", "每年", 45443, "名称", "字符型"])
    page["D2"].number_format = "yyyy-mm-dd"
    stream = io.BytesIO()
    book.save(stream)
    (draft,) = drafts(stream.getvalue())
    assert draft.dataset["nx_publish_date"] == "2024-05-31"
