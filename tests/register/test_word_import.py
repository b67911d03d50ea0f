"""附表 as Word files, as departments send them: read like workbooks."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import docx

from .conftest import World

HEAD = ["序号", "管理部门", "名称", "功能", "使用范围", "使用频度", "审批部门", "审批时间", "经费来源"]
ROW = ["1", "市场管理处", "旅游投诉系统", "受理旅游投诉。", "全区", "每天", "发展改革委", "2015年6月", "自治区财政"]
BAD = ["1", "市场管理处", "导游年审系统", "", "全区", "看情况", "", "", ""]


def document() -> bytes:
    """Table 1 with its title and filler above it, groups over the whole width, an empty row."""
    made = docx.Document()
    for text in ("附表1", "现有政务信息系统统计表", "填报单位（盖章）：自治区文化和旅游厅　填报人：李某"):
        made.add_paragraph(text)
    table = made.add_table(rows=0, cols=9)
    lines: list[str | list[str]] = [HEAD, "合计：2个", "一、计划保留的信息系统，共1个", ROW, [""] * 9]
    lines += ["二、计划整合的信息系统，共1个", BAD]
    for line in lines:
        cells = table.add_row().cells
        if isinstance(line, str):
            cells[0].merge(cells[-1]).text = line
        else:
            for cell, text in zip(cells, line, strict=True):
                cell.text = text
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def bring(world: World, content: bytes) -> dict[str, Any]:
    sent = base64.b64encode(content).decode()
    data = {"owner_org": "wlt", "content": sent, "file_name": "附表1.docx"}
    return world.act("wlt-editor", "nx_system_import_preview", **data)


def test_a_table_of_a_word_file_is_read_with_its_faults_at_their_cells(world: World) -> None:
    seen = bring(world, document())
    assert (seen["counts"]["create"], seen["counts"]["error"]) == (1, 1)
    assert {problem["code"] for problem in seen["problems"]} == {"missing", "frequency"}
    world.act("wlt-editor", "nx_system_import_apply", id=seen["id"])
    system = world.act("wlt-editor", "nx_system_list", owner_org="wlt")["results"][0]
    assert (system["title"], system["nx_approved"], system["nx_plan"]) == ("旅游投诉系统", "2015-06", "keep")


def test_a_damaged_word_file_is_refused_in_words(world: World) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w:document")
    seen = bring(world, stream.getvalue())
    assert seen["state"] == "failed"
