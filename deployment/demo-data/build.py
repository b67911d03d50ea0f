"""Make the demo data: data files, department catalogues and ``sources.json`` of ``facts/*.csv``, ``catalogues/*.yaml``.

    python deployment/demo-data/build.py [--out FOLDER]

The outputs are kept in the repository. A second run changes nothing: no clock, no random names, no
compression.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import facts
from catalogue import read_department
from model import Department, File
from publish_rdf import json_ld, rdf_xml, turtle_pages
from publish_workbook import catalogue_workbook
from tables import csv_bytes, geojson_bytes, xlsx_bytes

HERE = Path(__file__).parent
LOCAL_THEMES = {"nx-tourism": "文化旅游", "nx-revitalisation": "乡村振兴（扶贫）"}
PER_PAGE = 3
DEPARTMENTS = ("tjj", "wlt", "xczx", "yinchuan")


def departments() -> tuple[Department, ...]:
    """The four departments; the others refer to codes of the first."""
    return tuple(read_department(key) for key in DEPARTMENTS)


def file_bytes(file: File) -> bytes:
    """The content of a data file."""
    if file.kind == "csv":
        return csv_bytes(file.table, file.encoding)
    if file.kind == "geojson":
        return geojson_bytes(file.table, facts.LONGITUDE.name, facts.LATITUDE.name)
    if file.sheet is None:
        raise ValueError(f"{file.name}: an XLSX file needs a sheet")
    return xlsx_bytes(file.table, file.sheet)


def data_files(department: Department) -> dict[str, bytes]:
    """All files of a department by name.

    Raises:
        ValueError: two files of one name with different content.
    """
    contents: dict[str, bytes] = {}
    for dataset in department.datasets:
        for file in dataset.files:
            name, content = f"{file.name}.{file.kind}", file_bytes(file)
            if contents.setdefault(name, content) != content:
                raise ValueError(f"{department.key}: two files are called {name}")
    return contents


def catalogue_files(department: Department, contents: dict[str, bytes]) -> dict[str, bytes]:
    """The catalogue of a department by the name of its documents."""
    themes = {row["code"]: row["name"] for row in facts.read("themes")} | LOCAL_THEMES
    suffix = department.catalogue.rpartition(".")[2]
    if suffix == "rdf":
        return rdf_xml(department, contents, themes)
    if suffix == "ttl":
        return turtle_pages(department, contents, themes, PER_PAGE)
    if suffix == "jsonld":
        return json_ld(department, contents, themes)
    return catalogue_workbook(department, contents, themes)


def source(department: Department) -> dict[str, object]:
    """One harvest source of the demo with the organisation it belongs to."""
    return {
        "name": f"demo-{department.key}",
        "title": f"{department.name}公共数据目录（演示）",
        "title_en": f"Public data catalogue of {department.name_en} (demo)",
        "path": f"{department.key}/{department.catalogue}",
        "format": "workbook" if department.catalogue.endswith(".xlsx") else "dcat",
        "organization": {
            "name": department.slug,
            "title_translated": {"zh": department.name, "en": department.name_en},
            "nx_uscc": department.uscc,
            "nx_region": department.region,
            "nx_level": department.level,
            "description": department.description,
        },
    }


def outputs() -> Iterator[tuple[str, bytes]]:
    """Every file of the demo data: path below the output folder and content."""
    sources = []
    for department in departments():
        contents = data_files(department)
        for name, content in contents.items():
            yield f"{department.key}/data/{name}", content
        for name, content in catalogue_files(department, contents).items():
            yield f"{department.key}/{name}", content
        sources.append(source(department))
    yield "sources.json", (json.dumps(sources, ensure_ascii=False, indent=2) + "\n").encode()


def main() -> None:
    """Write all outputs; files of the four folders that are no longer made are removed."""
    parser = argparse.ArgumentParser(description="Make the demo data from facts/*.csv.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: beside this file)")
    out: Path = parser.parse_args().out
    made = dict(outputs())
    for department in departments():
        for old in (out / department.key).rglob("*"):
            if old.is_file() and old.relative_to(out).as_posix() not in made:
                old.unlink()
    for path, content in made.items():
        target = out / path
        if target.is_file() and target.read_bytes() == content:
            continue  # the time of the last change stays true
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for department in departments():
        files = sum(path.startswith(f"{department.key}/data/") for path in made)
        print(f"{department.name}: {len(department.datasets)} datasets, {files} files")


if __name__ == "__main__":
    main()
