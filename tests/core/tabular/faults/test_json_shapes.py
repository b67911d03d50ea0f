"""JSON as portals, databases and programs of statistics write it: which tables it holds, and how it may be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.plan import Plan

from .reading import text

RECORDS = [{"name": "甲", "v": 1}, {"name": "乙", "v": 2}]
ROWS = [["甲", "1"], ["乙", "2"]]
LISTS = [["甲", 1], ["乙", 2]]
POINT = {"type": "Feature", "properties": {"n": "甲"}, "geometry": {"type": "Point", "coordinates": [106, 38]}}


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        ({"code": 200, "msg": "ok", "data": {"list": RECORDS, "total": 2, "pageNum": 1}}, ["name", "v"]),
        ({"code": 0, "message": "", "data": {"records": RECORDS, "orders": [], "searchCount": True}}, ["name", "v"]),
        ({"total": 2, "rows": RECORDS, "code": 200}, ["name", "v"]),
        ({"success": True, "result": json.dumps(RECORDS)}, ["name", "v"]),
        ([RECORDS[:1], RECORDS[1:]], ["name", "v"]),
        ({"columns": [{"field": "name", "title": "名称"}, {"field": "v", "title": "数量"}], "rows": RECORDS}, None),
        ({"columns": [{"prop": "name", "label": "名称"}, {"prop": "v", "label": "数量"}], "data": LISTS}, None),
        ({"header": ["名称", "数量"], "body": LISTS}, None),
        ({"heads": ["名称", "数量"], "values": LISTS}, None),
        ({"data": {"title": ["名称", "数量"], "list": LISTS}}, None),
        ({"meta": {"view": {"columns": [{"name": "名称", "fieldName": "n"}, {"name": "数量"}]}}, "data": LISTS}, None),
        ({"名称": {"0": "甲", "1": "乙"}, "数量": {"0": 1, "1": 2}}, None),
        ({"hits": {"total": 2, "hits": [{"_score": 1, "_source": record} for record in RECORDS]}}, ["name", "v"]),
        (
            {
                "head": {"vars": ["名称", "数量"]},
                "results": {"bindings": [{"名称": {"value": a}, "数量": {"value": b}} for a, b in ROWS]},
            },
            None,
        ),
        (
            {
                "columns": [{"code": "名称", "text": "名称"}, {"code": "数量", "text": "数量"}],
                "data": [{"key": [name], "values": [str(value)]} for name, value in LISTS],
            },
            None,
        ),
        (
            {
                "id": ["名称", "年"],
                "size": [2, 1],
                "dimension": {
                    "名称": {"category": {"index": ["a", "b"], "label": {"a": "甲", "b": "乙"}}},
                    "年": {"category": {"label": {"2020": "2020"}}},
                },
                "value": [1, 2],
            },
            ["名称", "年", "值"],
        ),
    ],
)
def test_the_records_are_found_in_each_shape(tmp_path: Path, document: Any, headers: list[str] | None) -> None:
    reading = text(tmp_path, json.dumps(document, ensure_ascii=False), "json")
    assert reading.headers == (headers or ["名称", "数量"])
    assert [[row[0], row[-1]] for row in reading.rows] == ROWS


@pytest.mark.parametrize(
    "content",
    [
        '[{"name": "甲", "v": 1}, {"name": "乙", "v": 2},]',
        '{"name": "甲", "v": 1}{"name": "乙", "v": 2}',
        '{"name": "甲",\n "v": 1}\n\n{"name": "乙",\n "v": 2}\n',
        '{"name": "甲", "v": 1},\n{"name": "乙", "v": 2},\n',
        'show({"data": [{"name": "甲", "v": 1}, {"name": "乙", "v": 2}]});',
        'var data = [{"name": "甲", "v": 1}, {"name": "乙", "v": 2}];',
        '[{"name": "甲", "v": 1}, // 第一行\n/* 第二行 */ {"name": "乙", "v": 2}]',
        '["name", "v"]\n["甲", 1]\n["乙", 2]\n',
    ],
)
def test_what_stands_around_the_records_costs_none(tmp_path: Path, content: str) -> None:
    reading = text(tmp_path, content, "json")
    assert (reading.headers, reading.rows) == (["name", "v"], ROWS)


def test_signs_of_json_in_a_text_are_left_alone(tmp_path: Path) -> None:
    reading = text(tmp_path, '[{"a": "x,] // y", "u": "http://z.example/,}"},]', "json")
    assert reading.rows == [["x,] // y", "http://z.example/,}"]]


@pytest.mark.parametrize("before", ["", "\x1e"])
def test_features_one_a_line_have_a_place(tmp_path: Path, before: str) -> None:
    reading = text(tmp_path, f"{before}{json.dumps(POINT)}\n" * 2, "geojson")
    assert (reading.headers, reading.rows[1]) == (["n", "经度", "纬度"], ["甲", "106", "38"])


def test_what_is_no_object_among_objects_stands_in_a_column_of_its_own(tmp_path: Path) -> None:
    reading = text(tmp_path, '[{"a": 1}, "x", null, 3]', "json")
    assert (reading.headers, reading.rows) == (["a", "值"], [["1", ""], ["", "x"], ["", "3"]])


def test_of_several_lists_at_any_depth_each_is_a_table(tmp_path: Path) -> None:
    document = json.dumps({"data": {"a": RECORDS, "b": {"c": RECORDS[:1]}}, "e": RECORDS})
    found = text(tmp_path, document, "json").found
    assert (found.sheet.name, found.other_sheets) == ("data.a", ("data.b", "e"))
    assert len(text(tmp_path, document, "json", Plan(sheet="data.b")).rows) == 1


def test_the_line_of_a_broken_record_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as refused:
        text(tmp_path, '{"a": 1}\n{"a":\n{"a": 3}\n', "jsonl")
    assert (refused.value.code, refused.value.params["line"]) == ("broken_json", 2)


def test_a_bad_byte_in_json_is_told_and_costs_its_character(tmp_path: Path) -> None:
    reading = text(tmp_path, '[{"名称": "银川市#号", "说明": "一切正常"}]'.encode().replace(b"#", b"\xff"), "json")
    assert (reading.rows[0][0], reading.findings) == ("银川市\ufffd号", {"bad_bytes": 1})
