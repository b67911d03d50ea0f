"""The whole catalogue as one file: rows of CSV, lines of JSON, triples of RDF. Made once and kept until it changes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import codelists, localised
from ckanext.nxopendata.core.tabular import csv_out

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


def csv_lines(datasets: Iterable[Dataset]) -> Iterator[bytes]:
    """UTF-8 with BOM, so that Excel in Chinese opens it; codes as labels; no cell can run as a formula."""
    head = [f"{name} {heading}" for name, heading in COLUMNS]
    rows = ([_cell(dataset, name) for name, _ in COLUMNS] for dataset in datasets)
    for piece in csv_out.write(itertools.chain([head], rows)):
        yield piece.encode()


def json_lines(datasets: Iterable[Dataset]) -> Iterator[bytes]:
    """One dataset a line, as the API gives it."""
    for dataset in datasets:
        yield json.dumps(dataset, ensure_ascii=False).encode() + b"\n"


def rdf_lines(datasets: Iterable[Dataset]) -> Iterator[bytes]:
    """DCAT as N-Triples, dataset by dataset: a form of RDF whose files may be joined and read by the line."""
    from ckanext.dcat.processors import RDFSerializer

    for dataset in datasets:
        text: Any = RDFSerializer().serialize_dataset(dict(dataset), _format="nt")
        yield text if isinstance(text, bytes) else text.encode()


def folder() -> Path:
    """Where the files are kept, below CKAN's storage."""
    return Path(tk.config["ckan.storage_path"]) / "nx-bulk"


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
