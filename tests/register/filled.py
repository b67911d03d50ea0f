"""Tables as departments fill them: 300 rows with 15 planted faults, and the small oddities of every day."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEAD = ["序号", "管理部门", "名称", "功能", "使用范围", "使用\n频度", "审批部门", "审批时间", "经费来源"]
GROUPS = (
    ("一、计划保留的信息系统，共180个", 180),
    ("二、计划整合的信息系统，共80个", 80),
    ("三、计划清理的“僵尸”信息系统，共40个", 40),
)
DATES = ("2015年6月", "2013.5", "2016-03-01", "二〇一二年十月", "201409", "2011年", "2014/7/8")
FREQUENCIES = ("每天", "每周一次", "每月", "每季度", "日常", "很少", "每年")
OFFICES = ("市场管理处", "资源开发处", "公共服务处", "办公室")
WORDS = ("旅游", "文物", "非遗", "演艺", "导游", "景区", "博物馆", "图书馆", "文化馆", "广电")
THINGS = ("受理", "审批", "统计", "公示", "档案", "年审", "投诉", "预约", "监测", "调度")
AREAS = ("厅机关", "全区", "银川市")

FAULTS: dict[int, tuple[str, str]] = {
    5: ("C", ""),
    17: ("C", "  "),
    30: ("D", ""),
    44: ("D", "—"),
    58: ("E", "/"),
    71: ("F", "看情况"),
    85: ("F", "三班倒"),
    99: ("H", "不详"),
    120: ("H", "2015年13月"),
    141: ("H", "上届任期内"),
    163: ("H", "2099年1月"),
    185: ("C", "同名"),
    220: ("C", "同名"),
    251: ("B", "自治区统计局"),
    290: ("D", "#REF!"),
}
"""Number of the system (1 to 300) -> column and what stands there; 同名 repeats the name of the row before."""


def name(number: int) -> str:
    """The name of system ``number``: all different, none like another."""
    first, second, third = (number - 1) % 10, (number - 1) // 10 % 10, (number - 1) // 100
    return f"{AREAS[third]}{WORDS[first]}{THINGS[second]}系统"


def table_1() -> tuple[bytes, list[str]]:
    """The workbook, and the cells of the planted faults, such as ``C12``."""
    book = Workbook()
    page: Worksheet = book.worksheets[0]
    page.title = "自查表"
    page.append(["附表1"])
    page.append(["现有政务信息系统统计表"])
    page.append(
        ["填报单位（盖章）：自治区文化和旅游厅", None, None, None, "填报人：李某", None, "联系电话：0951-6000000"]
    )
    page.append(HEAD)
    for area in ("A1:I1", "A2:I2", "A3:D3", "E3:F3", "G3:I3"):
        page.merge_cells(area)
    page.append(["合计：300个"])
    page.merge_cells("A5:I5")
    faults: list[str] = []
    number = 0
    for line, count in GROUPS:
        page.append([line])
        page.merge_cells(f"A{page.max_row}:I{page.max_row}")
        for place in range(1, count + 1):
            number += 1
            row = _row(number, place)
            if number in FAULTS:
                column, value = FAULTS[number]
                row["ABCDEFGHI".index(column)] = name(number - 1) if value == "同名" else value
                faults.append(f"{column}{page.max_row + 1}")
            page.append(row)
            if place % 60 == 0:
                page.append(HEAD)  # the head again, as on every printed page
    # The same office for ten rows in one merged cell.
    start = next(cell.row for cell in page["B"] if cell.value == OFFICES[0])
    for row in range(start + 1, start + 4):
        page.cell(row, 2).value = None
    page.merge_cells(f"B{start}:B{start + 3}")
    page.append(["注：数据截至2026年10月"])
    page.append([None, None, None, None, None, None, "审核：王某"])
    return _bytes(book), sorted(faults)


def _row(number: int, place: int) -> list[str | int | None]:
    shown = place if number % 7 else None  # some forgot the number
    return [
        shown,
        OFFICES[number // 4 % 4],
        name(number),
        f"办理{name(number).removesuffix('系统')}业务。",
        "全厅" if number % 3 else "全区文旅系统",
        FREQUENCIES[number % 7],
        "自治区发展改革委" if number % 2 else None,
        DATES[number % 7],
        "自治区财政" if number % 5 else "部门预算",
    ]


def tables_4_and_5() -> bytes:
    """Two sheets: table 4 with its cells merged downwards; table 5 under a head of two rows, as offices draw it."""
    book = Workbook()
    page: Worksheet = book.worksheets[0]
    page.title = "部门情况"
    page.append(["附表4"])
    page.append(["政务信息系统管理部门情况表"])
    page.append(["管理部门名称", "单位类型", "人员数量", "编制人数", "联系人姓名", "联系电话"])
    page.append(["宁夏回族自治区\n文化和旅游厅", "行政机关", "1,086人", 90, "李某", 13800000000])
    page.append([None] * 6)
    page.append(["合计", None, 1086, 90])
    for area in ("A1:F1", "A2:F2", *(f"{column}4:{column}5" for column in "ABCDEF")):
        page.merge_cells(area)
    page = book.create_sheet("成员单位")
    page.append(["成员单位负责人和联系人信息表"])
    page.append(["序号", "成员单位", "负责人", None, None, "联系人"])
    page.append([None, None, "姓名", "职务", "办公电话", "姓名", "职务", "手机号码"])
    page.append(["一、自治区部门"])
    page.append([None, "文化和旅游厅", "马某", "副厅长", "0951-6041234转801", "李某", "科员", "13800000000"])
    page.append(["注：电话请写全区号"])
    for area in ("A1:H1", "A2:A3", "B2:B3", "C2:E2", "F2:H2", "A4:H4", "A6:H6"):
        page.merge_cells(area)
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
