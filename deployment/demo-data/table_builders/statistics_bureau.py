"""Tables of the statistics bureau: census, divisions, code lists."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import facts
from facts import CITIES, CITY, CODE, LATITUDE, LONGITUDE, PEOPLE, YEAR, name_of
from tables import Column, Table

from table_builders.population import census_change

POPULATION_CLASS, SPACE_CLASS, DEPARTMENT_CLASS = "101001", "103001", "364001"


def city_census() -> Table:
    """Residents of 2020 by city, with the share of the region."""
    region = facts.population("640000")
    share = Column("占全区比重", "share_of_region", "N", "5,2", "占全区常住人口的百分比，由本表推算")
    count = Column("县级行政区数", "counties", "I", "2", "所辖县、县级市、市辖区个数")
    rows = [
        (c, name_of(c), facts.population(c), facts.percent(facts.population(c), region), len(facts.counties(c)))
        for c in CITIES
    ]
    return Table((CODE, CITY, PEOPLE, share, count), tuple(rows))


def region_census() -> Table:
    """Composition of the residents of the whole region in 2020."""
    columns = (
        Column("分组", "group", "C", "20", "总量、性别、民族、户别"),
        Column("指标", "indicator", "C", "30", "指标名称"),
        Column("数值", "value", "I", "10", "按单位计的数值"),
        Column("单位", "unit", "C", "6", "人或户"),
        Column("占常住人口比重", "share", "N", "5,2", "百分比，由本表推算；户别不计"),
    )
    region = facts.population("640000")
    rows = []
    for row in facts.read("census_2020_region"):
        share = facts.percent(row["value"], region) if row["unit"] == "人" else None
        rows.append((row["group"], row["indicator"], int(row["value"]), row["unit"], share))
    return Table(columns, tuple(rows))


def wuzhong_totals() -> Table:
    """Year-end residents of Wuzhong as the sum of its five counties."""
    totals: dict[int, Decimal] = {}
    for row in facts.year_end(facts.counties("640300")):
        totals[int(row["year"])] = totals.get(int(row["year"]), Decimal(0)) + Decimal(row["population"])
    columns = (
        YEAR,
        Column("五县区合计", "sum_of_counties", "N", "10,2", "五个县区年末常住人口之和，由分县数推算，单位：万人"),
        Column("比上年增减", "change", "N", "8,2", "单位：万人；首年为空"),
    )
    rows = []
    for year, total in totals.items():
        before = totals.get(year - 1)
        rows.append((year, facts.rounded(total), None if before is None else facts.rounded(total - before)))
    return Table(columns, tuple(rows))


def division_table() -> Table:
    """All 28 divisions with their level and parent."""
    columns = (
        CODE,
        Column("名称", "name", "C", "40", "行政区划名称"),
        Column("英文名称", "name_en", "C", "60", "参考译名"),
        Column("级别", "level", "C", "6", "省级、地级、县级"),
        Column("上级代码", "parent_code", "C", "6", "上一级行政区划代码"),
    )
    rows = [(c, r["name"], r["name_en"], r["level"], r["parent"]) for c, r in facts.divisions().items()]
    return Table(columns, tuple(rows))


def division_positions(level: str) -> Table:
    """Approximate centres of the divisions of one level."""
    name = Column("名称", "name", "C", "40", "行政区划名称")
    rows = [
        (code, row["name"], *facts.position(row)) for code, row in facts.divisions().items() if row["level"] == level
    ]
    return Table((CODE, name, LONGITUDE, LATITUDE), tuple(rows))


def division_kinds() -> Table:
    """How many districts, county-level cities and counties each city has."""
    columns = (
        CODE,
        CITY,
        Column("市辖区", "districts", "I", "2", "个", "县级行政区"),
        Column("县级市", "county_level_cities", "I", "2", "个", "县级行政区"),
        Column("县", "counties", "I", "2", "个", "县级行政区"),
        Column("合计", "total", "I", "2", "个", "县级行政区"),
    )
    rows = []
    for city in CITIES:
        kinds = Counter(name_of(code)[-1] for code in facts.counties(city))
        rows.append((city, name_of(city), kinds["区"], kinds["市"], kinds["县"], kinds.total()))
    return Table(columns, tuple(rows))


def census_change_of_yinchuan() -> Table:
    """The censuses of 2010 and 2020 for Ningxia, Yinchuan and its counties."""
    codes = ["640000", "640100", *facts.counties("640100")]
    return census_change(codes, Column("地区", "area", "C", "40", "全区、市或县区"))


def code_list(of: str, list: str = "") -> Table:  # noqa: A002  the words of the YAML files
    """Code, Chinese and English name, from ``facts/<of>.csv``; of the rows of one ``list``, where it is named."""
    rows = [row for row in facts.read(of) if list in ("", row.get("list"))]
    columns = (
        Column("代码", "code", "C", "4", "代码值"),
        Column("名称", "name", "C", "80", "中文名称"),
        Column("英文名称", "name_en", "C", "100", "参考译名"),
    )
    return Table(columns, tuple((row["code"], row["name"], row["name_en"]) for row in rows))
