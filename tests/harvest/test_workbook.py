"""The catalogue workbook of the 1272 guide: header, merged cells, filler rows, encodings."""

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from ckanext.nxopendata.harvest import formats, messages
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Reading, workbook
from ckanext.nxopendata.harvest.mapping import tables
from tests.bombs import WORKBOOKS

HEADER = ["序号", "信息资源名称*", "信息资源代码", "信息资源提供方", "信息资源摘要"]
HEADER += ["信息项名称", "数据类型", "更新周期", "在线链接"]
ROWS = [
    [
        "1",
        "5A级景区名录",
        "214001/1",
        "文化和旅游厅",
        "景区的名称和地址",
        "名称",
        "字符型",
        "每年",
        "data/景区 名录.csv",
    ],
    ["", "", "", "", "", "地址", "字符型", "", ""],
    ["2", "旅游人次", "214001/2", "文化和旅游厅", "按年", "年份", "整型", "每年", "https://x.example/a.xlsx\nb.csv"],
]


def book(rows, merged=(), title=True):
    made = Workbook()
    sheet = made.worksheets[0]
    for row in ([["目录汇总表"], ["填报单位：文化和旅游厅　填报日期：2026-11-02"]] if title else []) + rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.fixture
def read(web):
    def read_workbook(body, name="catalogue.xlsx", media_type="application/octet-stream", is_trial=False):
        url = web.put(f"/dept/{name}", body, media_type)
        with Fetcher(AddressGuard(["127.0.0.1"]), Limits(retries=0)) as client:
            first = client.get(url)
            reading = Reading(url, client, [].append, is_trial=is_trial)
            return list(formats.detect(first).read(first, reading)), reading

    return read_workbook


class TestReading:
    def test_one_row_an_information_item_is_one_record_a_dataset(self, read, web):
        records, reading = read(book([HEADER, *ROWS]))
        assert [record.guid for record in records] == ["214001/1", "214001/2"]
        first = records[0].raw
        assert [item["item_name"] for item in first["items"]] == ["名称", "地址"]
        assert first["title"] == "5A级景区名录"
        assert first["files"] == [
            {
                "url": web.base + "/dept/data/%E6%99%AF%E5%8C%BA%20%E5%90%8D%E5%BD%95.csv",
                "file_name": "景区 名录.csv",
                "name": "景区 名录",
                "format": "csv",
            }
        ]
        assert [file["url"] for file in records[1].raw["files"]] == [
            "https://x.example/a.xlsx",
            web.base + "/dept/b.csv",
        ]
        assert reading.completeness.closed

    def test_merged_cells_count_for_every_row_they_cover(self, read):
        rows = [list(row) for row in ROWS]
        records, _ = read(book([HEADER, *rows], merged=["A4:A5", "B4:B5", "C4:C5", "D4:D5", "A1:I1"]))
        assert [len(record.raw["items"]) for record in records] == [2, 1]

    def test_a_header_of_two_rows_is_read_by_its_path(self, read):
        upper = ["信息资源名称", "信息资源代码", "信息资源格式", "", "共享方式", ""]
        lower = ["", "", "分类", "类型", "分类", "类型"]
        row = ["甲", "101/1", "电子表格", "xlsx", "共享平台", "文件下载"]
        records, _ = read(book([upper, lower, row], merged=["A3:A4", "B3:B4", "C3:D3", "E3:F3"]))
        raw = records[0].raw
        assert (raw["format_category"], raw["format_type"]) == ("电子表格", "xlsx")
        assert (raw["share_method_category"], raw["share_method"]) == ("共享平台", "文件下载")

    def test_a_running_number_is_no_content(self, read):
        renumbered = [[str(9 - int(row[0])) if row[0] else "", *row[1:]] for row in ROWS]
        before, after = (read(book([HEADER, *rows]))[0] for rows in (ROWS, renumbered))
        assert [record.raw for record in before] == [record.raw for record in after]

    def test_unknown_columns_are_part_of_the_content(self, read):
        rows = [[*HEADER, "保管地点"], [*ROWS[0], "甲机房"]]
        assert read(book(rows))[0][0].raw["@保管地点"] == "甲机房"

    def test_english_keywords_stand_beside_the_chinese_ones(self, read):
        rows = [[*HEADER, "关键词", "关键词（英文）"], [*ROWS[0], "景区；名录", "sights; register"]]
        raw = read(book(rows))[0][0].raw
        assert raw["keywords_by_language"] == [{"zh": ["景区", "名录"], "en": ["sights", " register"]}]

    def test_rows_without_code_are_known_by_provider_and_title(self, read):
        rows = [[row[0], row[1], "", *row[3:]] for row in ROWS]
        rows[2][1] = "旅游 人次（万）"
        records, _ = read(book([HEADER, *rows]))
        assert [record.guid for record in records] == ["文化和旅游厅|5A级景区名录", "文化和旅游厅|旅游人次万"]

    def test_a_row_that_cannot_be_identified_has_no_guid(self, read):
        records, _ = read(book([HEADER, ["1", "名称", "", "", "摘要", "", "", "每年", ""]]))
        assert [record.guid for record in records] == [None]

    @pytest.mark.parametrize(
        "row",
        [
            ["", "", "", ""],
            ["合　计", "", "2", ""],
            ["单位：万元", "", "", ""],
            ["填表人：张三", "", "审核人：李四", ""],
            ["注：本表为演示数据", "", "", ""],
        ],
    )
    def test_filler_rows_are_passed_over(self, row):
        assert workbook.is_filler(row)

    def test_a_dataset_about_totals_is_not_filler(self):
        assert not workbook.is_filler(["合计用电量", "301/1", "发改委", "说明", "年份", "C"])


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_csv_in_the_encodings_departments_use(self, read, encoding):
        text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEADER, *ROWS])
        text = text.replace("文化和旅游厅", "㙍龑€厅")
        records, _ = read(text.encode(encoding), "catalogue.csv", "text/csv")
        assert records[0].raw["provider"] == "㙍龑€厅"
        assert [record.guid for record in records] == ["214001/1", "214001/2"]

    def test_tabs_are_recognised(self, read):
        text = "\n".join("\t".join(cell.replace("\n", " ") for cell in row) for row in [HEADER, *ROWS])
        assert len(read(text.encode("utf-16"), "catalogue.csv", "text/csv")[0]) == 2

    def test_numbers_stay_what_a_person_sees(self, read):
        rows = [[1, "名称", 214001, "厅", "摘要", "项", "C", "每年", ""]]
        assert read(book([HEADER, *rows]))[0][0].guid == "214001"

    def test_a_workbook_without_the_header_is_refused_by_the_columns_it_lacks(self, read):
        with pytest.raises(FormatError, match="workbook_without_header"):
            read(book([["姓名", "年龄"], ["甲", 1]]))

    def test_a_broken_workbook_is_refused(self, read):
        with pytest.raises(FormatError, match="workbook_broken"):
            read(book([HEADER, *ROWS])[:-300])

    def test_a_bomb_is_refused(self, read):
        stream = io.BytesIO(book([HEADER, *ROWS]))
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr("xl/a.xml", "a")
            archive.filelist[-1].file_size = 2**31  # what its directory says
        with pytest.raises(FormatError, match="workbook_too_large"):
            read(stream.getvalue())

    def test_a_cell_in_the_last_corner_asks_for_terabytes_and_ends_no_worker(self, read):
        far = load_workbook(io.BytesIO(book([HEADER, *ROWS])))
        far.worksheets[0].cell(1_048_576, 16_384, "x")
        stream = io.BytesIO()
        far.save(stream)
        with pytest.raises(FormatError, match="workbook_too_many_cells"):
            read(stream.getvalue())

    def test_of_a_large_one_a_trial_reads_the_beginning(self, read):
        content = book([HEADER, *([str(n), f"名录{n}", f"{n}/1", *ROWS[0][3:]] for n in range(10_000, 30_000))])
        tried, reading = read(content, is_trial=True)
        assert 100 < len(tried) < 20_000
        assert not reading.completeness.closed
        records, reading = read(content)
        assert len(records) == 20_000
        assert reading.completeness.closed

    def test_what_a_trial_cannot_read_in_time_is_left_to_a_run(self, read, tmp_path):
        WORKBOOKS["nine million cells"](tmp_path / "book")
        with pytest.raises(FormatError, match="workbook_costly") as refused:
            read((tmp_path / "book").read_bytes(), is_trial=True)
        assert "a run has more" in messages.remedy(refused.value.code, refused.value.params)


def test_every_column_of_the_mapping_is_used_by_a_rule():
    rules = tables.load("workbook")
    used = {source for rule in rules.dataset.values() for source in (*rule.sources, *rule.stand_ins, rule.english)}
    used |= {source for part in rules.parts.values() for rule in part.fields.values() for source in rule.sources}
    unused = {key for key, column in rules.columns.items() if key not in used and not column.ignored}
    # Files are a part; keywords in English are read together with those in Chinese, as keywords_by_language.
    assert unused == {"class_4", "files", "keywords_en"}
