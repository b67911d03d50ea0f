"""Tables of the city of Yinchuan: census, divisions, scenic areas."""

from __future__ import annotations

from decimal import Decimal

import facts
from facts import CODE, COUNTY, LATITUDE, LONGITUDE, MARK, in_words
from tables import Column, Table

from table_builders.population import census_change
from table_builders.tourism import GRADE, PLACE, SCENIC, SCENIC_EN

CITY_CODE = "640100"
POPULATION_CLASS, SPACE_CLASS, TOURISM_CLASS = "101002", "103002", "214002"


def change_table() -> Table:
    """The censuses of 2010 and 2020 by county."""
    return census_change(facts.counties(CITY_CODE), COUNTY)


def rank_table() -> Table:
    """Counties by residents in 2010 and 2020."""
    columns = (
        CODE,
        COUNTY,
        Column("2010年占全市比重", "share_2010", "N", "5,2", "百分比", "占全市比重"),
        Column("2020年占全市比重", "share_2020", "N", "5,2", "百分比", "占全市比重"),
        Column("2010年位次", "rank_2010", "I", "2", "按常住人口从多到少", "位次"),
        Column("2020年位次", "rank_2020", "I", "2", "按常住人口从多到少", "位次"),
    )
    before, codes = facts.population_2010(), facts.counties(CITY_CODE)
    then = sorted(codes, key=lambda code: -before[code])
    now = sorted(codes, key=lambda code: -facts.population(code))
    rows = [
        (
            code,
            facts.name_of(code),
            facts.percent(before[code], before[CITY_CODE]),
            facts.percent(facts.population(code), facts.population(CITY_CODE)),
            then.index(code) + 1,
            now.index(code) + 1,
        )
        for code in codes
    ]
    return Table(columns, tuple(rows))


def growth_table() -> Table:
    """Mean yearly growth between the censuses."""
    columns = (
        CODE,
        Column("地区", "area", "C", "40", "全市或县区"),
        Column("十年增长倍数", "ratio", "N", "6,4", "2020年除以2010年"),
        Column("年平均增长率", "yearly_growth", "N", "5,2", "百分比，十年几何平均"),
    )
    before = facts.population_2010()
    rows = []
    for code in (CITY_CODE, *facts.counties(CITY_CODE)):
        ratio = Decimal(facts.population(code)) / before[code]
        yearly = (ratio ** (Decimal(1) / 10) - 1) * 100
        rows.append((code, facts.name_of(code), facts.rounded(ratio, "0.0001"), facts.rounded(yearly)))
    return Table(columns, tuple(rows))


def code_table() -> Table:
    """The city and its counties."""
    columns = (
        CODE,
        Column("名称", "name", "C", "40"),
        Column("英文名称", "name_en", "C", "60"),
        Column("级别", "level", "C", "6"),
    )
    rows = []
    for code in (CITY_CODE, *facts.counties(CITY_CODE)):
        row = facts.divisions()[code]
        rows.append((code, row["name"], row["name_en"], row["level"]))
    return Table(columns, tuple(rows))


def centre_table() -> Table:
    """Approximate centres of the counties."""
    rows = [(code, facts.name_of(code), *facts.position(facts.divisions()[code])) for code in facts.counties(CITY_CODE)]
    return Table((CODE, COUNTY, LONGITUDE, LATITUDE), tuple(rows))


def scenic_table() -> Table:
    """5A and 4A areas whose place in the city is known."""
    rows = [
        (r["name"], r["name_en"], r["grade"], r["code"], r["county"], in_words(r["mark"]))
        for r in (*facts.read("scenic_5a"), *facts.read("scenic_4a"))
        if r["code"] and facts.city_of(r["code"]) == CITY_CODE
    ]
    return Table((SCENIC, SCENIC_EN, GRADE, CODE, PLACE, MARK), tuple(rows))


def share_table() -> Table:
    """Yinchuan and the region in two censuses."""
    columns = (
        Column("普查年份", "census_year", "I", "4"),
        Column("银川市常住人口", "population_yinchuan", "I", "10", "单位：人"),
        Column("全区常住人口", "population_region", "I", "10", "单位：人"),
        Column("占全区比重", "share_of_region", "N", "5,2", "百分比，由前两项推算"),
    )
    before = facts.population_2010()
    pairs = (
        (2010, before[CITY_CODE], before["640000"]),
        (2020, facts.population(CITY_CODE), facts.population("640000")),
    )
    return Table(columns, tuple((year, city, region, facts.percent(city, region)) for year, city, region in pairs))
