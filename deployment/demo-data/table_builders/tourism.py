"""Tables of the department of culture and tourism: scenic areas, resorts, visits."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import facts
from facts import CITIES, CITY, CODE, LATITUDE, LONGITUDE, MARK, YEAR, city_of, in_words, name_of
from tables import Column, Table

SCENIC = Column("景区名称", "scenic_area", "C", "80", "公布名单所用名称")
SCENIC_EN = Column("英文名称", "scenic_area_en", "C", "100", "参考译名")
GRADE = Column("等级", "grade", "C", "4", "A级旅游景区质量等级")
GRADED = Column("评定年份", "year_graded", "I", "4", "评定为5A级的年份")
PLACE = Column("所在县区", "county", "C", "30", "空白表示来源未载明")
SOURCE = "A级旅游景区评定公告等公开信息"
SOURCE_EN = "announcements of A-grade scenic areas and other public information"
CLASS, STATISTICS_CLASS = "214001", "364002"


def scenic_list(city: str = "") -> Table:
    """The 5A areas of a city, or of all Ningxia."""
    rows = [
        (
            r["name"],
            r["name_en"],
            r["grade"],
            name_of(city_of(r["code"])),
            r["code"],
            r["county"],
            int(r["year"]),
            in_words(r["mark"]),
        )
        for r in facts.read("scenic_5a")
        if city in ("", city_of(r["code"]))
    ]
    return Table((SCENIC, SCENIC_EN, GRADE, CITY, CODE, PLACE, GRADED, MARK), tuple(rows))


def scenic_points() -> Table:
    """The 5A areas whose position is known."""
    rows = [(r["name"], r["code"], r["county"], *facts.position(r)) for r in facts.read("scenic_5a") if r["longitude"]]
    return Table((SCENIC, CODE, PLACE, LONGITUDE, LATITUDE), tuple(rows))


def scenic_by_city() -> Table:
    """5A areas a city, with residents of 2020 for one area."""
    columns = (
        CODE,
        CITY,
        Column("5A级景区数", "areas_5a", "I", "2", "单位：个"),
        Column("占全区比重", "share_of_region", "N", "5,2", "百分比，由本表推算"),
        Column("常住人口", "resident_population", "I", "10", "2020年普查常住人口，单位：人"),
        Column("每百万人景区数", "areas_per_million", "N", "5,2", "由前两项推算"),
    )
    counts = Counter(city_of(row["code"]) for row in facts.read("scenic_5a"))
    rows = []
    for city in CITIES:
        per_million = facts.rounded(Decimal(counts[city]) * 1_000_000 / facts.population(city))
        share = facts.percent(counts[city], counts.total())
        rows.append((city, name_of(city), counts[city], share, facts.population(city), per_million))
    return Table(columns, tuple(rows))


def scenic_by_year() -> Table:
    """How the number of 5A areas grew."""
    columns = (
        GRADED,
        Column("新增景区数", "new_areas", "I", "2", "当年评定个数"),
        Column("累计景区数", "areas_so_far", "I", "2", "截至当年个数"),
        Column("新增景区", "names", "C", "200", "以顿号分隔"),
    )
    rows, so_far = [], 0
    for year in dict.fromkeys(row["year"] for row in facts.read("scenic_5a")):
        names = [row["name"] for row in facts.read("scenic_5a") if row["year"] == year]
        so_far += len(names)
        rows.append((int(year), len(names), so_far, "、".join(names)))
    return Table(columns, tuple(rows))


def scenic_4a() -> Table:
    """Some 4A areas with the state of verification of each."""
    rows = [
        (r["name"], r["name_en"], r["grade"], r["code"], r["county"], in_words(r["mark"]))
        for r in facts.read("scenic_4a")
    ]
    return Table((SCENIC, SCENIC_EN, GRADE, CODE, PLACE, MARK), tuple(rows))


def tourism_by_year() -> Table:
    """Visits, revenue and revenue a visit of the whole region."""
    columns = (
        YEAR,
        Column("接待游客人次", "visits", "N", "10,2", "单位：万人次", "主要指标"),
        Column("旅游收入", "revenue", "N", "10,2", "单位：亿元", "主要指标"),
        Column("人均花费", "revenue_per_visit", "N", "8,2", "旅游收入除以人次，由前两项推算，单位：元", "推算"),
    )
    values = {(r["year"], r["indicator"]): r["value"] for r in facts.read("tourism") if r["area_code"] == "640000"}
    rows = []
    for year in sorted({year for year, _ in values}):
        visits, revenue = Decimal(values[year, "接待游客人次"]), Decimal(values[year, "旅游收入"])
        rows.append(
            (int(year), facts.number(str(visits)), facts.number(str(revenue)), facts.rounded(revenue * 10_000 / visits))
        )
    return Table(columns, tuple(rows))


def tourism_growth() -> Table:
    """Change between the years of which the totals are known."""
    columns = (
        Column("起始年份", "from_year", "I", "4"),
        Column("终止年份", "to_year", "I", "4"),
        Column("指标", "indicator", "C", "30", "接待游客人次、旅游收入"),
        Column("起始值", "from_value", "N", "10,2"),
        Column("终止值", "to_value", "N", "10,2"),
        Column("单位", "unit", "C", "12"),
        Column("增长幅度", "growth", "N", "8,2", "百分比，由起止值推算"),
    )
    rows = []
    for indicator in ("接待游客人次", "旅游收入"):
        known = [r for r in facts.read("tourism") if r["indicator"] == indicator and r["area_code"] == "640000"]
        for first, last in ((known[0], known[1]), (known[1], known[2]), (known[0], known[2])):
            a, b = facts.number(first["value"]), facts.number(last["value"])
            growth = facts.rounded((Decimal(last["value"]) / Decimal(first["value"]) - 1) * 100)
            rows.append((int(first["year"]), int(last["year"]), indicator, a, b, first["unit"], growth))
    return Table(columns, tuple(rows))


def tourism_long() -> Table:
    """Every known figure of visits and revenue, one a row."""
    columns = (
        Column("地区或景区", "area", "C", "80"),
        CODE,
        YEAR,
        Column("指标", "indicator", "C", "30"),
        Column("数值", "value", "N", "10,2"),
        Column("单位", "unit", "C", "12"),
    )
    rows = [
        (r["area"], r["area_code"], int(r["year"]), r["indicator"], facts.number(r["value"]), r["unit"])
        for r in facts.read("tourism")
    ]
    return Table(columns, tuple(rows))


def resorts() -> Table:
    """Provincial resorts as of August 2022."""
    columns = (
        Column("度假区名称", "resort", "C", "40"),
        Column("英文名称", "resort_en", "C", "60", "参考译名"),
        Column("级别", "level", "C", "30"),
        Column("截至年月", "as_of", "C", "7", "CCYY-MM"),
    )
    return Table(columns, tuple((r["name"], r["name_en"], r["level"], r["as_of"]) for r in facts.read("resorts")))
