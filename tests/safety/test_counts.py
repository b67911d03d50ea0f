"""Which tables say something of single people, and which only of groups."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from ckanext.nxopendata.safety.privacy import assessment, linkage, measure
from tests.safety import files


def least(folder: Path, text: str) -> int | None:
    """The k of a CSV; None where it says nothing of persons."""
    path = folder / "表.csv"
    path.write_text(text, encoding="utf-8")
    return assessment.find_least(json.loads(measure.measure_to_json(str(path), "csv", [], [])), [])


PLACES = "县区,年份,{}\n" + "".join(
    f"{place},{year},{n},{n * 10}\n"
    for n, place in enumerate(["利通区", "盐池县", "同心县"], 1)
    for year in (2020, 2021)
)


@pytest.mark.parametrize(
    "text",
    [
        PLACES.format("年末常住人口（万人）,财政收入（万元）"),
        "单位：万人\n" + PLACES.format("年末常住人口,居民收入"),
        PLACES.format("人口,收入").replace(",3,30", ",3.5,30"),
        PLACES.format("人口密度,收入"),
        "年龄组,性别,死亡率\n"
        + "".join(f"{age},{sex},3\n" for age, sex in product(("0-4岁", "5-9岁", "10-14岁"), "男女")),
        "年份,学历,性别,平均工资\n"
        + "".join(
            f"{y},{d},{s},{n}\n" for n, (y, d, s) in enumerate(product((2020, 2021), ("高中", "本科", "硕士"), "男女"))
        ),
    ],
    ids=["unit in the header", "unit above", "fractions", "density", "rates by age and sex", "means by year"],
)
def test_figures_of_groups_are_no_people(tmp_path: Path, text: str) -> None:
    assert least(tmp_path, text) is None


@pytest.mark.parametrize(
    ("text", "k"),
    [
        (PLACES.format("民族人数,民族").replace(",30\n", ",回族\n"), 1),
        ("乡镇,性别,患者人数\n东塔镇,男,2\n东塔镇,女,17\n郝家桥镇,男,9\n", 2),
        (
            "出生年份,性别,诊断\n1961,男,高血压\n1962,女,糖尿病\n1963,男,肺结核\n1961,女,高血压\n1970,女,哮喘\n1970,男,痛风\n",
            1,
        ),
    ],
    ids=["ethnic group", "patients", "single people"],
)
def test_people_are_told_from_figures(tmp_path: Path, text: str, k: int) -> None:
    assert least(tmp_path, text) == k


def measure_file(path: Path) -> list[tuple[str, int | None]]:
    kind = assessment.find_format(path.name, path)
    return [(table["sheet"], table["k"]) for table in json.loads(measure.measure_to_json(str(path), kind, [], []))]


def test_tables_in_archives_are_measured_as_those_beside_them(tmp_path: Path) -> None:
    patients = "乡镇,性别,患者人数\n东塔镇,男,2\n东塔镇,女,17\n郝家桥镇,男,9\n".encode()
    people = (
        "出生年份,性别,诊断\n1961,男,高血压\n1962,女,糖尿病\n1963,男,肺结核\n1961,女,高血压\n1970,女,哮喘\n".encode()
    )
    inner = files.packed(**{"people.csv": people, "说明.txt": "无", "坏.xlsx": b"PK\3\4 no workbook"})
    path = tmp_path / "several.bin"
    path.write_bytes(files.packed(**{"数据/病人.csv": patients, "inner.zip": inner, "a.pdf": b"%PDF-1.4"}))
    assert measure_file(path) == [("数据/病人.csv", 2), ("inner.zip › people.csv", 1)]
    path.write_bytes(files.packed(**{"说明.txt": "无"}))
    assert measure_file(path) == []


def test_an_archive_is_laid_beside_another_table(tmp_path: Path) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.csv"
    first = "\n".join(["案号,性别,出生年份", *(f"N{n},{'男女'[n % 2]},{1960 + n % 3}" for n in range(40))]).encode()
    one.write_bytes(files.packed(**{"a.csv": first, "b.csv": first}))
    two.write_text("\n".join(["案号,年龄,村", *(f"N{n},{30 + n // 2},甲村" for n in range(40))]), encoding="utf-8")
    for pair in ((one, "zip", two, "csv"), (two, "csv", one, "zip")):
        found = json.loads(linkage.link_to_json(*map(str, pair)))
        assert [(entry["key"], entry["k"]) for entry in found] == [("案号", 1)] * 2
