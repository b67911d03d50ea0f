"""The public register of cases as a file: words as readers see them, and no more of a case than its page shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ARTICLE
from ckanext.nxopendata.cases.disclosure import public_store
from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.tabular import csv_out

COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("number", "办件编号", "C", "20"),
    ("kind", "种类", "C", "50"),
    ("title", "事项", "C", "200"),
    ("dataset", "数据集网址名", "C", "100"),
    ("department", "办理部门", "C", "100"),
    ("state", "办理状态", "C", "50"),
    ("outcome", "结果", "C", "50"),
    ("basis", "依据", "C", "300"),
    ("article", "具体条款", "C", "200"),
    ("received", "收到日期", "D", "10"),
    ("due", "应答复日期", "D", "10"),
    ("answered", "答复日期", "D", "10"),
    ("in_time", "是否按时", "C", "2"),
)
"""Key in JSON, heading in CSV, type and length of the data item (发改高技〔2017〕1272号)."""

IN_TIME = {True: "是", False: "否", None: ""}


def list_rows() -> Iterator[dict[str, str]]:
    """Yield each public case, the newest first."""
    kinds, names = registry.kinds(), departments.titles("zh")
    for case in public_store.iterate_public({}):
        kind = kinds[case["kind"]]
        state, outcome = kind.state_by_name.get(case["state"]), kind.outcome_by_code.get(case["outcome"])
        yield {
            "number": case["number"],
            "kind": kind.title["zh"],
            "title": case["title"],
            "dataset": case["dataset_name"],
            "department": names.get(owner := str(case["owner_org"]), owner),
            "state": state.label["zh"] if state else "",
            "outcome": outcome.label["zh"] if outcome else "",
            "basis": outcome.basis["zh"] if outcome else "",
            "article": case["answers"].get(ARTICLE, ""),
            "received": case["received"],
            "due": case["due"] or "",
            "answered": case["answered"] or "",
            "in_time": IN_TIME[case["in_time"]],
        }


def write_csv(rows: Iterator[dict[str, str]]) -> Iterator[bytes]:
    """Yield the file as CSV in UTF-8, with Chinese headings."""
    yield from (piece.encode() for piece in csv_out.write(_lines(rows), bom=False))


def _lines(rows: Iterator[dict[str, str]]) -> Iterator[list[str]]:
    yield [heading for _, heading, _, _ in COLUMNS]
    for row in rows:
        yield [row[key] for key, *_ in COLUMNS]


def write_json(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the file as JSON: a list of objects."""
    separator = b"[\n"
    for row in rows:
        yield separator + json.dumps(row, ensure_ascii=False).encode()
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


FORMATS = {"csv": write_csv, "json": write_json}
