"""The catalogue workbook of 发改高技〔2017〕1272号, as departments fill it in.

One row an information item; what belongs to the resource stands in cells merged over its rows. Above the
two-row header stand a title row and a row on who filled the table in. The columns follow the guide, then
local extensions, then the six number columns of the resource survey.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import facts
from model import Dataset, Department
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from tables import CENTRE, FRAME, merged_line, workbook_bytes, write_header

HEADINGS = (
    ("", "序号"),
    ("信息资源分类", "类"),
    ("信息资源分类", "项"),
    ("信息资源分类", "目"),
    ("信息资源分类", "细目"),
    ("", "信息资源名称"),
    ("", "信息资源代码"),
    ("", "信息资源提供方"),
    ("", "信息资源提供方代码"),
    ("", "信息资源摘要"),
    ("信息资源格式", "信息资源格式分类"),
    ("信息资源格式", "信息资源格式类型"),
    ("信息项信息", "信息项名称"),
    ("信息项信息", "数据类型"),
    ("信息项信息", "数据长度"),
    ("共享属性", "共享类型"),
    ("共享属性", "共享条件"),
    ("共享属性", "共享方式分类"),
    ("共享属性", "共享方式类型"),
    ("开放属性", "是否向社会开放"),
    ("开放属性", "开放条件"),
    ("", "更新周期"),
    ("", "发布日期"),
    ("", "关联资源代码"),
    ("扩展信息", "信息资源名称（英文）"),
    ("扩展信息", "信息资源摘要（英文）"),
    ("扩展信息", "信息项英文名称"),
    ("扩展信息", "信息项说明"),
    ("扩展信息", "关键词"),
    ("扩展信息", "重点领域"),
    ("扩展信息", "所属行业"),
    ("扩展信息", "行政区划代码"),
    ("扩展信息", "数据起始日期"),
    ("扩展信息", "数据终止日期"),
    ("扩展信息", "开放许可"),
    ("扩展信息", "提供方处室"),
    ("扩展信息", "联系人"),
    ("扩展信息", "联系电话"),
    ("扩展信息", "电子邮箱"),
    ("扩展信息", "更新日期"),
    ("扩展信息", "在线链接"),
    ("信息资源大普查", "数据存储总量（GB）"),
    ("信息资源大普查", "结构化信息记录总数（万）"),
    ("信息资源大普查", "已共享的数据存储量（GB）"),
    ("信息资源大普查", "已共享的结构化记录数（万）"),
    ("信息资源大普查", "已开放的数据存储量（GB）"),
    ("信息资源大普查", "已开放的结构化记录数（万）"),
)
ITEM_COLUMNS = ("信息项名称", "数据类型", "数据长度", "信息项英文名称", "信息项说明")
TITLE = "宁夏回族自治区政务信息资源目录汇总表（演示数据）"
CYCLES = {"6": "每年", "9": "不定期"}
SHARE_TYPES = {"1": "无条件共享", "2": "有条件共享", "3": "不予共享"}
CLASSES = {
    "101001": ("基础信息资源", "人口", "人口普查与年度人口"),
    "103001": ("基础信息资源", "自然资源和空间地理", "行政区划"),
    "364001": ("部门信息资源", "宁夏回族自治区各级政务部门", "自治区统计局"),
}
INSTRUCTIONS = (
    "填写说明",
    "1. 本表为演示数据，依《政务信息资源目录编制指南（试行）》（发改高技〔2017〕1272号）编制，一行填写一个信息项。",
    "2. 同一信息资源的各行合并填写资源层面的内容，信息资源代码须一致。",
    "3. 有条件共享须填写共享条件；不予共享须填写依据。",
    "4. 数据类型从下拉列表选择；字符型须填写数据长度（字节）。",
    "5. 在线链接为相对于本工作簿地址的路径，多个文件分行填写。",
    "6. 信息资源大普查六列只填数字，不知道写0。",
)


def catalogue_workbook(
    department: Department, contents: Mapping[str, bytes], themes: Mapping[str, str]
) -> dict[str, bytes]:
    """The workbook with the sheet of the catalogue and a sheet of instructions.

    ``contents`` holds the bytes of the data files by name, ``themes`` the Chinese names of themes by code.
    """
    book = Workbook()
    page = book.worksheets[0]
    page.title = "政务信息资源目录"
    merged_line(page, 1, len(HEADINGS), TITLE, Font(bold=True, size=16), CENTRE)
    filled = f"填报单位：{department.name}　　填报人：演示联系人　　联系电话：0951-0000000　　填报日期：2026-11-02"
    merged_line(page, 2, len(HEADINGS), filled, Font(size=10), Alignment(horizontal="left"))
    row = write_header(page, 3, HEADINGS)
    page.freeze_panes = f"G{row}"
    for number, dataset in enumerate(department.datasets, 1):
        row = write_resource(page, row, number, resource_cells(department, dataset, contents, themes), dataset)
    for column, (_, name) in enumerate(HEADINGS, 1):
        wide = 40 if name in ("信息资源名称", "信息资源摘要", "在线链接", "信息资源名称（英文）") else 14
        page.column_dimensions[get_column_letter(column)].width = wide
    choose(page, "共享类型", SHARE_TYPES.values(), row)
    choose(page, "是否向社会开放", ("是", "否"), row)
    notes = book.create_sheet("填写说明")
    for line, text in enumerate(INSTRUCTIONS, 1):
        notes.cell(line, 1, text)
    notes.column_dimensions["A"].width = 110
    return {department.catalogue: workbook_bytes(book)}


def resource_cells(
    department: Department, dataset: Dataset, contents: Mapping[str, bytes], themes: Mapping[str, str]
) -> dict[str, str | float]:
    """What the workbook says of a resource as a whole, by heading."""
    kind, item, entry = CLASSES[dataset.class_code]
    sections = {row["code"]: row["name"] for row in facts.read("industry_sections")}
    files = [f"{file.name}.{file.kind}" for file in dataset.files]
    size = float(round(Decimal(sum(len(contents[name]) for name in files)) / 10**9, 6))
    records = float(round(Decimal(sum(len(file.table.rows) for file in dataset.files)) / 10**4, 4))
    return {
        "类": kind,
        "项": item,
        "目": entry,
        "细目": "",
        "信息资源名称": dataset.title,
        "信息资源代码": dataset.resource_code,
        "信息资源提供方": department.name,
        "信息资源提供方代码": department.uscc,
        "信息资源摘要": dataset.description,
        "信息资源格式分类": "电子表格",
        "信息资源格式类型": dataset.format_type,
        "共享类型": SHARE_TYPES[dataset.share_type],
        "共享条件": dataset.share_condition or "无条件",
        "共享方式分类": "共享平台",
        "共享方式类型": "文件下载",
        "是否向社会开放": "是",
        "开放条件": dataset.open_condition,
        "更新周期": CYCLES[dataset.cycle],
        "发布日期": dataset.issued,
        "关联资源代码": "、".join(dataset.related),
        "信息资源名称（英文）": dataset.title_en,
        "信息资源摘要（英文）": dataset.description_en,
        "关键词": "、".join((*dataset.keywords, "演示数据")),
        "重点领域": "、".join(themes[code] for code in dataset.themes),
        "所属行业": sections[dataset.industry],
        "行政区划代码": department.region_of(dataset),
        "数据起始日期": dataset.start,
        "数据终止日期": dataset.end,
        "开放许可": dataset.licence,
        "提供方处室": department.unit,
        "联系人": "演示联系人",
        "联系电话": "0951-0000000",
        "电子邮箱": department.email,
        "更新日期": dataset.modified,
        "在线链接": "\n".join(f"data/{name}" for name in files),
        "数据存储总量（GB）": size,
        "结构化信息记录总数（万）": records,
        "已共享的数据存储量（GB）": size,
        "已共享的结构化记录数（万）": records,
        "已开放的数据存储量（GB）": size,
        "已开放的结构化记录数（万）": records,
    }


def write_resource(page: Worksheet, row: int, number: int, cells: Mapping[str, str | float], dataset: Dataset) -> int:
    """Write one resource from ``row`` on, its own cells merged; the number of the row after it."""
    types = {r["code"]: r["name"] for r in facts.read("guide_codes") if r["list"] == "信息项数据类型"}
    last = row + len(dataset.items) - 1
    for column, (_, name) in enumerate(HEADINGS, 1):
        if name in ITEM_COLUMNS:
            continue
        cell = page.cell(row, column, number if name == "序号" else cells[name] if cells[name] != "" else None)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        if last > row:
            page.merge_cells(start_row=row, start_column=column, end_row=last, end_column=column)
    positions = {name: column for column, (_, name) in enumerate(HEADINGS, 1)}
    for line, item in enumerate(dataset.items, row):
        values = (item.name, types[item.type], item.length, item.name_en, item.description)
        for name, value in zip(ITEM_COLUMNS, values, strict=True):
            cell = page.cell(line, positions[name], value or None)
            cell.border = FRAME
    return last + 1


def choose(page: Worksheet, name: str, values: Iterable[str], end: int) -> None:
    """A drop-down list below the heading ``name``."""
    letter = get_column_letter([heading for _, heading in HEADINGS].index(name) + 1)
    rule = DataValidation(type="list", formula1=f'"{",".join(values)}"', allow_blank=True)
    rule.add(f"{letter}5:{letter}{end - 1}")
    page.add_data_validation(rule)
