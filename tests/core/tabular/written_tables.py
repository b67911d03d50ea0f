"""Tables made at random and written as files are: any dialect, encoding and sheet style, with remarks around them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from openpyxl import Workbook

from ckanext.nxopendata.core.tabular import table
from ckanext.nxopendata.core.tabular.errors import UnreadableError

NAMES = (
    "名称",
    "地址",
    "所在县区",
    "行政区划代码",
    "联系电话",
    "人数",
    "面积（亩）",
    "登记日期",
    "占比",
    "备注",
    "Name",
    "col_1",
)
WORDS = (
    "银川市兴庆区",
    "固原市原州区",
    "沙湖旅游景区",
    "幼儿园",
    "合作社",
    "正常",
    "已注销",
    "Library",
    "A座",
    "无",
    "中卫",
)
SIGNS = (",", "，", ";", "|", "\t", '"', "'", "\n", "（一）", "/", ":", "=", "%", "#", "-", " ", "、", "“甲”")
TITLES = ("2023年全区统计表", "宁夏回族自治区某厅数据", "Table of places")
ASIDES = ("填报单位：自治区统计局", "单位：万元", "截止日期：2023-12-31")
NOTES = ("注：数据为初步统计。", "数据来源：自治区统计局", "备注：不含宁东")

Cell = Callable[[Random], str]
Noise = tuple[list[list[str]], list[list[str]]]


def _text(random: Random) -> str:
    return random.choice(WORDS) + str(random.randrange(100))


def _wild(random: Random) -> str:
    parts = [random.choice(WORDS), random.choice(SIGNS), random.choice(WORDS)]
    return "".join(parts[: random.randrange(1, 4)]).strip() or "甲"


def _date(random: Random) -> str:
    return (dt.date(2000, 1, 1) + dt.timedelta(days=random.randrange(9000))).isoformat()


def _integer(random: Random) -> str:
    return str(random.randrange(-500, 100_000))


KINDS: tuple[Cell, ...] = (
    _text,
    _wild,
    _date,
    lambda random: f"{random.randrange(10**6):06}",
    _integer,
    lambda random: f"{random.uniform(-10, 1000):.{random.randrange(1, 5)}f}",
    lambda random: f"0951-{random.randrange(10**7):07}",
    lambda random: f"{random.uniform(0, 100):.2f}%",
    lambda random: f"6401{random.randrange(10**14):014}",
    lambda random: random.choice(("", "", "是", "否")),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A table, how it was written, and the bytes."""

    header: list[str]
    rows: list[list[str]]
    style: str
    content: bytes
    kind: str


def write(random: Random, *, workbooks: float = 0.02) -> Written:
    """Make a table and write it; ``workbooks`` is the share of them that are workbooks."""
    size = random.randrange(2, 8)
    header = random.sample(NAMES, size)
    kinds = [_text, *(random.choice(KINDS) for _ in range(size - 1))]
    random.shuffle(kinds)
    rows = [[kind(random) for kind in kinds] for _ in range(random.randrange(4, 40))]
    above, below = _remarks(random)
    noise = _noise(random, kinds, rows)
    if random.random() < workbooks:
        return _workbook(random, header, rows, above, below, noise)
    return _delimited(random, header, rows, above, below, noise)


def _noise(random: Random, kinds: list[Cell], rows: list[list[str]]) -> Noise:
    """Rows as wide as the table that are none of its rows: numbers of its columns on top, a total at the end."""
    numbers, totals = [], []
    if len(kinds) > 2 and random.random() < 0.1:
        numbers = [[random.choice(("栏次", "" if len(kinds) < 4 else "甲")), *map(str, range(1, len(kinds)))]]
    if kinds[0] is _text and _integer in kinds and random.random() < 0.15:
        sums = (sum(int(row[place]) for row in rows) if kind is _integer else "" for place, kind in enumerate(kinds))
        totals = [[random.choice(("合计", "总计", "合 计", "Total")), *map(str, list(sums)[1:])]]
    return numbers, totals


def _remarks(random: Random) -> tuple[list[str], list[str]]:
    above = [random.choice(TITLES)] * (random.random() < 0.3) + [random.choice(ASIDES)] * (random.random() < 0.2)
    return above, [random.choice(NOTES)] * (random.random() < 0.2)


def _delimited(
    random: Random, header: list[str], rows: list[list[str]], above: list[str], below: list[str], noise: Noise
) -> Written:
    delimiter = random.choice((",", ",", ",", ";", "\t", "|"))
    codec = random.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-8"))
    end = random.choice(("\n", "\r\n"))
    quoting = random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    padded = random.random() < 0.5
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    fill = [""] * (len(header) - 1) if padded else []
    writer.writerows([[title, *fill] for title in above])
    writer.writerow(header)
    writer.writerows([*noise[0], *rows, *noise[1]])
    writer.writerows([[note, *fill] for note in below])
    text = out.getvalue() + end * random.randrange(3)
    style = f"{codec} {delimiter!r} {end!r} quoting={quoting} above={above} below={below} noise={noise}"
    return Written(header, rows, style, text.encode(codec), "csv")


def _workbook(
    random: Random, header: list[str], rows: list[list[str]], above: list[str], below: list[str], noise: Noise
) -> Written:
    book = Workbook()
    page = book.worksheets[0]
    for title in above:
        page.append([title])
        if random.random() < 0.5:
            page.merge_cells(start_row=page.max_row, end_row=page.max_row, start_column=1, end_column=len(header))
    page.append(header)
    for row in [*noise[0], *rows, *noise[1]]:
        page.append([cell or None for cell in row])
    for note in below:
        page.append([note])
    if random.random() < 0.3:
        page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return Written(header, rows, f"xlsx above={above} below={below} noise={noise}", out.getvalue(), "xlsx")


def compare(written: Written, folder: Path) -> str:
    """Return ``equal``, ``told`` (refused, or something is said of the file), or what was lost without a word."""
    path = folder / f"file.{written.kind}"
    path.write_bytes(written.content)
    try:
        found = table.find(path, written.kind, most_bytes=10**9)
    except UnreadableError:
        return "told"
    rows = [[cell.strip() for cell in row] for row in found.rows()]
    wanted = [[cell.strip() for cell in row] for row in written.rows]
    headers = list(found.headers)
    if headers == written.header and rows == wanted:
        return "equal"
    if any(found.findings()[0].values()):
        return "told"
    if headers != written.header:
        return f"header {headers} instead of {written.header}"
    differing = next((pair for pair in zip(rows, wanted, strict=False) if pair[0] != pair[1]), (len(rows), len(wanted)))
    return f"rows {differing[0]} instead of {differing[1]}"
