"""The office's summary as an official paper (GB/T 9704 in its page, its type sizes and its order of headings).

Official papers are Chinese whatever language their reader uses. Plain module but for the fonts on the machine.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from jinja2 import Environment, select_autoescape

from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.official_tables import pdf
from ckanext.nxopendata.register.reports import reporting_periods

TEMPLATE = resources.files("ckanext.nxopendata.register.templates") / "nx_report" / "printed.html"

COLUMNS = {
    "systems": "在用系统",
    "systems_merge": "计划整合",
    "systems_clear": "计划清理",
    "systems_disposed": "已处置",
    "to_connect": "应接入",
    "connected": "已接入",
    "datasets": "目录条目",
    "datasets_shared": "可共享",
    "datasets_open": "已开放",
    "datasets_overdue": "逾期未更新",
}
"""The figures of the table, in its order."""

SAID = {
    reporting_periods.MONTHLY: {"progress": "主要进展", "problems": "存在的问题", "next": "下一步工作"},
    reporting_periods.ANNUAL: {
        "catalogue": "政务信息资源目录编制情况",
        "connection": "政务信息系统接入统一共享平台进展",
        "sharing": "数据对接共享和支撑协同应用情况",
        "problems": "存在的问题",
        "next": "下一步工作",
    },
}
"""What the units say, by the kind of report, and its headings; those of the year in the plan's words (三（二）)."""

BODY, HEADING, TITLE = "仿宋_GB2312", "黑体", "方正小标宋简体"
"""GB/T 9704-2012, 5.2.2 and 7.3: the body in 仿宋 size 3, headings in 黑体, the title in 小标宋 size 2."""


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part: paragraphs, and under them a table (the first row is its head) or none."""

    heading: str
    paragraphs: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole summary."""

    title: str
    sections: tuple[Section, ...]


def paper(summary: Mapping[str, Any]) -> Paper:
    """The summary of a round (as :func:`.reports.summary` gives it) as a paper."""
    when = periods.chinese(summary["period"])
    came = sorted([*summary["in_time"], *summary["late"]], key=lambda report: report["title"])
    missing = summary["silent"]
    totals = summary["totals"]
    head = (
        f"应报送单位{summary['count']}个：按时报送{len(summary['in_time'])}个，"
        f"逾期报送{len(summary['late'])}个，未报送{len(missing)}个。"
    )
    state = (
        f"已报送单位共有在用政务信息系统{totals['systems']}个，其中计划整合{totals['systems_merge']}个、"
        f"计划清理{totals['systems_clear']}个，已处置{totals['systems_disposed']}个；应接入自治区数据共享交换平台"
        f"{totals['to_connect']}个，已接入{totals['connected']}个；五市、宁东管委会平台应对接"
        f"{totals['platforms_to_connect']}个，已对接{totals['platforms_connected']}个。政务信息资源目录{totals['datasets']}条，"
        f"其中可共享{totals['datasets_shared']}条、已开放{totals['datasets_open']}条，"
        f"逾期未更新{totals['datasets_overdue']}条；使用其他单位共享数据的系统{totals['uses_shared']}个。"
        f"当年应答复的数据办件{totals['cases']}件，按时答复{totals['cases_in_time']}件；"
        f"申请人评价{totals['cases_rated']}件，其中满意（4分以上）{totals['cases_satisfied']}件。"
    )
    rows = [("单位", *COLUMNS.values())]
    rows += [(each["title"], *(str(each["figures"].get(name, 0)) for name in COLUMNS)) for each in came]
    rows.append(("合计", *(str(totals[name]) for name in COLUMNS)))
    lateness = [
        *(f"{each['title']}：逾期{each['late']}天，{_day(each['submitted'])}报送。" for each in summary["late"]),
        *(f"{each['title']}：未报送。" for each in missing),
    ]
    kind = "月度" if summary["kind"] == reporting_periods.MONTHLY else "年度"
    return Paper(
        f"全区政务信息系统整合共享{kind}工作情况（{when}）",
        (
            Section("一、总体情况", (head, state), tuple(rows)),
            *(
                Section(f"{number}、{heading}", _list_texts(came, name))
                for number, (name, heading) in zip("二三四五六", SAID[summary["kind"]].items(), strict=False)
            ),
            Section(f"{'二三四五六七'[len(SAID[summary['kind']])]}、逾期和未报送情况", tuple(lateness) or ("无。",)),
        ),
    )


def _list_texts(reports: Sequence[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    found = [f"{each['title']}：{text}" for each in reports if (text := (each["texts"].get(name) or "").strip())]
    return tuple(found) or ("无。",)


def _day(iso: str) -> str:
    return periods.chinese(iso)


def as_word(content: Paper) -> bytes:
    """The paper as a Word file."""
    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    document.core_properties.title = content.title
    document.core_properties.language = "zh-CN"
    _write(document, content.title, TITLE, 22, align=WD_ALIGN_PARAGRAPH.CENTER, style="Title")
    for section in content.sections:
        _write(document, section.heading, HEADING, 16, style="Heading 1")
        for text in section.paragraphs:
            for line in text.splitlines():
                _write(document, line, BODY, 16, indent=True)
        if section.table:
            _table(document, section.table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(
    document: WordDocument,
    text: str,
    font: str,
    size: int,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: bool = False,
    style: str | None = None,
) -> None:
    paragraph = document.add_paragraph(style=style)
    shape = paragraph.paragraph_format
    shape.line_spacing, shape.space_after = Pt(28), Pt(0)
    if indent:
        shape.first_line_indent = Pt(size * 2)
    if align is not None:
        paragraph.alignment = align
    _type(paragraph.add_run(text), font, size)


def _type(run: Any, font: str, size: float) -> None:
    run.font.name, run.font.size, run.font.bold = font, Pt(size), False
    run.font.color.rgb = RGBColor(0, 0, 0)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document: WordDocument, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for number, row in enumerate(rows):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            _type(paragraph.add_run(text), HEADING if number == 0 else BODY, 9)
    # The head is repeated on each page.
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


def as_pdf(content: Paper) -> bytes:
    """The paper as a PDF file."""
    environment = Environment(autoescape=select_autoescape(default=True, default_for_string=True))
    html = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(paper=content)
    return pdf.from_html(html)


def as_csv(content: Paper) -> bytes:
    """The paper's table as CSV with a byte order mark, as Excel reads it."""
    return csv_out.to_bytes(row for section in content.sections for row in section.table)
