"""Read a department's demo catalogue, ``catalogues/<key>.yaml``.

A file of a dataset has ``kind`` (csv, xlsx or geojson), or ``kinds: [csv, xlsx]`` for one table in both, whose titles
end in the kind. ``table`` names its builder (:mod:`table_builders`); ``sheet`` is how it is set as a worksheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from model import Dataset, Department, File, source_line
from table_builders import build
from tables import Sheet, Table, total_row

CATALOGUES = Path(__file__).parent / "catalogues"
LOCALISED = ("title", "notes", "source")
LISTS = ("marks", "keywords", "themes", "related")


def read_department(key: str) -> Department:
    """Read one department with its datasets and their tables."""
    described = yaml.safe_load((CATALOGUES / f"{key}.yaml").read_text(encoding="utf-8"))
    name = described.pop("name")
    datasets = tuple(_dataset(each) for each in described.pop("datasets"))
    return Department(name=name["zh"], name_en=name["en"], datasets=datasets, **described)


def _dataset(described: dict[str, Any]) -> Dataset:
    values: dict[str, Any] = {"start": "", "end": ""} | described
    for field in LOCALISED:
        texts = values[field]
        values[field], values[f"{field}_en"] = texts["zh"], texts["en"]
    for field in LISTS:
        values[field] = tuple(values.get(field, ()))
    values["files"] = tuple(file for each in values["files"] for file in _files(each))
    return Dataset(**values)


def _files(described: dict[str, Any]) -> Iterator[File]:
    table, name = build(described["table"]), described["name"]
    encoding = described.get("encoding", "utf-8")
    sheet = _sheet(described["sheet"], name, table) if "sheet" in described else None
    if "kinds" in described:
        for kind in described["kinds"]:
            title, title_en = f"{name}（{kind.upper()}）", f"{described['title_en']} ({kind.upper()})"
            of_sheet = kind == "xlsx"
            yield File(
                name, kind, title, title_en, table, "utf-8" if of_sheet else encoding, sheet if of_sheet else None
            )
    else:
        title = described["title"]
        yield File(name, described["kind"], title["zh"], title["en"], table, encoding, sheet)


def _sheet(described: dict[str, Any], name: str, table: Table) -> Sheet:
    total = described.get("total")
    return Sheet(
        described.get("title", name),
        described.get("unit", ""),
        source_line(described["source"]),
        described.get("merge_down", ""),
        total_row(table, total["label"], *total["columns"]) if total else (),
    )
