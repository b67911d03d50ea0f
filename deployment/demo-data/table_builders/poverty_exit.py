"""Tables of the rural revitalisation bureau: how nine counties left the list of poor counties."""

from __future__ import annotations

from decimal import Decimal

import facts
from facts import CITIES, CITY, CODE, COUNTY, LATITUDE, LONGITUDE, MARK, PEOPLE, city_of, in_words, name_of
from tables import Column, Table

ANNOUNCED = Column("退出公布日期", "exit_announced", "C", "10", "CCYY-MM-DD，日期待复核的只到月")
SOURCE = "自治区公布退出贫困县序列的公开信息"
SOURCE_EN = "public announcements of counties leaving the list of poor counties"
CENSUS = "第七次全国人口普查公报及其转载"
CENSUS_EN = "communiqués of the 2020 census"
CLASS = "213001"


def exits() -> tuple[dict[str, str], ...]:
    """The nine counties in the order of their exit."""
    return facts.read("poverty_exit")


def exit_codes() -> list[str]:
    """The codes of the nine counties."""
    return [row["code"] for row in exits()]


def exit_list() -> Table:
    """The counties with the day their exit was announced."""
    rows = [
        (i, r["code"], r["name"], name_of(city_of(r["code"])), r["announced"], in_words(r["mark"]))
        for i, r in enumerate(exits(), 1)
    ]
    order = Column("序号", "sequence", "I", "2", "按公布先后")
    return Table((order, CODE, COUNTY, CITY, ANNOUNCED, MARK), tuple(rows))


def exits_by_year() -> Table:
    """Counties that left the list each year, and those still on it."""
    columns = (
        Column("年份", "year", "I", "4"),
        Column("退出县区数", "exits", "I", "2", "当年公布退出个数"),
        Column("累计退出县区数", "exits_so_far", "I", "2", "截至当年个数"),
        Column("尚未退出县区数", "remaining", "I", "2", "九县区减累计退出数"),
        Column("退出县区", "names", "C", "120", "以顿号分隔"),
    )
    rows, so_far = [], 0
    for year in dict.fromkeys(row["announced"][:4] for row in exits()):
        names = [row["name"] for row in exits() if row["announced"].startswith(year)]
        so_far += len(names)
        rows.append((int(year), len(names), so_far, len(exits()) - so_far, "、".join(names)))
    return Table(columns, tuple(rows))


def exit_population() -> Table:
    """Residents of the nine counties and their share of the region."""
    share = Column("占全区比重", "share_of_region", "N", "5,2", "百分比，由本表推算")
    rows = []
    for code in exit_codes():
        row = facts.divisions()[code]
        part = facts.percent(facts.population(code), facts.population("640000"))
        rows.append((name_of(city_of(code)), code, row["name"], facts.population(code), part, in_words(row["mark"])))
    return Table((CITY, CODE, COUNTY, PEOPLE, share, MARK), tuple(sorted(rows, key=lambda row: str(row[1]))))


def exit_by_city() -> Table:
    """Counties and residents concerned, by city."""
    columns = (
        CODE,
        CITY,
        Column("县级行政区数", "counties", "I", "2", "", "县级行政区"),
        Column("其中退出贫困县区数", "exits", "I", "2", "", "县级行政区"),
        Column("退出县区常住人口", "population_of_exits", "I", "10", "2020年普查，单位：人", "常住人口"),
        Column("占全市比重", "share_of_city", "N", "5,2", "百分比，由本表推算", "常住人口"),
    )
    rows = []
    for city in CITIES:
        concerned = [code for code in exit_codes() if city_of(code) == city]
        people = sum(map(facts.population, concerned))
        share = facts.percent(people, facts.population(city))
        rows.append((city, name_of(city), len(facts.counties(city)), len(concerned), people, share))
    return Table(columns, tuple(rows))


def exit_points() -> Table:
    """Approximate centres of the nine counties."""
    rows = [(r["code"], r["name"], r["announced"], *facts.position(facts.divisions()[r["code"]])) for r in exits()]
    return Table((CODE, COUNTY, ANNOUNCED, LONGITUDE, LATITUDE), tuple(rows))


def indicators() -> Table:
    """Headline figures of poverty reduction."""
    columns = (
        CODE,
        Column("地区", "area", "C", "40"),
        Column("指标", "indicator", "C", "40"),
        Column("数值", "value", "N", "8,2"),
        Column("单位", "unit", "C", "6"),
        Column("截至时间", "as_of", "C", "10", "空白表示来源未载明"),
        MARK,
    )
    rows = [
        (
            r["area_code"],
            r["area"],
            r["indicator"],
            facts.number(r["value"]),
            r["unit"],
            r["as_of"],
            in_words(r["mark"]),
        )
        for r in facts.read("poverty_indicators")
    ]
    return Table(columns, tuple(rows))


def year_end_change() -> Table:
    """Year-end residents of three counties in 2015 and 2021."""
    columns = (
        CODE,
        COUNTY,
        Column("2015年末", "year_end_2015", "N", "10,2", "单位：万人", "年末常住人口"),
        Column("2021年末", "year_end_2021", "N", "10,2", "单位：万人", "年末常住人口"),
        Column("增减", "change", "N", "8,2", "单位：万人", "六年变化"),
        Column("增减幅度", "change_percent", "N", "6,2", "百分比", "六年变化"),
    )
    rows = []
    for code in ("640303", "640323", "640324"):
        values = {row["year"]: Decimal(row["population"]) for row in facts.year_end([code])}
        change = values["2021"] - values["2015"]
        growth = facts.rounded(change / values["2015"] * 100)
        rows.append(
            (
                code,
                name_of(code),
                facts.number(str(values["2015"])),
                facts.number(str(values["2021"])),
                facts.rounded(change),
                growth,
            )
        )
    return Table(columns, tuple(rows))
