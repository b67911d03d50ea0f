"""Tables of residents that several departments publish."""

from __future__ import annotations

import facts
from facts import CITY, CODE, COUNTY, MARK, PEOPLE, YEAR, in_words, name_of
from tables import Column, Table

CENSUS = "第七次全国人口普查公报及其转载（《宁夏统计公报》、银川市统计局公报第二号、海原县公报等）"
CENSUS_EN = "communiqués of the Seventh National Population Census and their reprints"
YEAR_END = Column("年末常住人口", "year_end_population", "N", "10,2", "单位：万人")


def county_census(city: str = "") -> Table:
    """Residents of 2020 by county, with the share of the city."""
    rows = []
    for code in facts.counties(city):
        row, parent = facts.divisions()[code], facts.city_of(code)
        share = facts.percent(facts.population(code), facts.population(parent))
        rows.append((name_of(parent), code, row["name"], facts.population(code), share, in_words(row["mark"])))
    share = Column("占全市比重", "share_of_city", "N", "5,2", "占所属地级市常住人口的百分比，由本表推算")
    return Table((CITY, CODE, COUNTY, PEOPLE, share, MARK), tuple(rows))


def census_change(codes: list[str], name: Column) -> Table:
    """The censuses of 2010 and 2020 side by side."""
    columns = (
        CODE,
        name,
        Column("2020年常住人口", "population_2020", "I", "10", "单位：人", "常住人口"),
        Column("2010年常住人口", "population_2010", "I", "10", "单位：人", "常住人口"),
        Column("增减人数", "change", "I", "10", "2020年减2010年，单位：人", "十年变化"),
        Column("增减幅度", "change_percent", "N", "6,2", "百分比", "十年变化"),
    )
    before = facts.population_2010()
    rows = []
    for code in codes:
        now, then = facts.population(code), before[code]
        rows.append((code, name_of(code), now, then, now - then, facts.percent(now - then, then)))
    return Table(columns, tuple(rows))


def year_end_table(codes: list[str]) -> Table:
    """Year-end residents in long form: one row a county and year."""
    rows = [(r["code"], r["name"], int(r["year"]), facts.number(r["population"])) for r in facts.year_end(codes)]
    return Table((CODE, COUNTY, YEAR, YEAR_END), tuple(rows))
