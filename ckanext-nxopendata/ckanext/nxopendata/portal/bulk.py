"""The whole catalogue as one file: rows of CSV and lines of JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ckanext.nxopendata.catalogue import codelists, localised

Dataset = Mapping[str, Any]

COLUMNS: tuple[tuple[str, str], ...] = (
    ("id", "标识符"),
    ("name", "网址名"),
    ("title_zh", "信息资源名称"),
    ("title_en", "英文名称"),
    ("organization", "信息资源提供方"),
    ("nx_resource_code", "信息资源代码"),
    ("nx_class_code", "信息资源分类"),
    ("nx_theme", "主题领域"),
    ("nx_region", "所属行政区划"),
    ("nx_share_type", "共享类型"),
    ("nx_is_open", "是否向社会开放"),
    ("nx_open_condition", "开放条件"),
    ("license_id", "许可"),
    ("nx_update_cycle", "更新周期"),
    ("nx_publish_date", "发布日期"),
    ("metadata_modified", "目录更新时间（UTC）"),
    ("formats", "文件格式"),
    ("files", "文件数"),
    ("notes_zh", "信息资源摘要"),
    ("url", "来源页面"),
)
"""Column -> its Chinese heading; the CSV file has both as its first line, ``name 中文``."""

CODED = {
    "nx_class_code": "class",
    "nx_theme": "theme",
    "nx_region": "region",
    "nx_share_type": "share_type",
    "nx_is_open": "is_open",
    "nx_update_cycle": "update_cycle",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(datasets: Iterable[Dataset]) -> Iterator[bytes]:
    """UTF-8 with BOM, so that Excel in Chinese opens it; codes as labels; no cell can run as a formula."""
    yield "\ufeff".encode()
    yield _line([f"{name} {heading}" for name, heading in COLUMNS])
    for dataset in datasets:
        yield _line([_safe(_cell(dataset, name)) for name, _ in COLUMNS])


def json_lines(datasets: Iterable[Dataset]) -> Iterator[bytes]:
    """One dataset a line, as the API gives it."""
    for dataset in datasets:
        yield json.dumps(dataset, ensure_ascii=False).encode() + b"\n"


def _cell(dataset: Dataset, name: str) -> str:
    if name in ("title_zh", "title_en", "notes_zh"):
        field, language = name.split("_")
        texts = localised.parse(dataset.get(f"{field}_translated") or dataset.get(field))
        return texts.get(language, "")
    if name == "organization":
        return (dataset.get("organization") or {}).get("title", "")
    if name == "formats":
        return "、".join(dict.fromkeys(file["format"].upper() for file in dataset["resources"] if file.get("format")))
    if name == "files":
        return str(len(dataset["resources"]))
    value = dataset.get(name)
    values = [str(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")]
    if name in CODED:
        values = [codelists.label(CODED[name], one, "zh") for one in values]
    return "、".join(values)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
