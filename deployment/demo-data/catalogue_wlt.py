"""The demo catalogue of the department of culture and tourism: scenic areas, resorts, visits."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import facts
from facts import CITIES, CITY, CODE, LATITUDE, LONGITUDE, MARK, YEAR, city_of, in_words, name_of
from model import Dataset, Department, File, both
from tables import Column, Table

SCENIC = Column("景区名称", "scenic_area", "C", "80", "公布名单所用名称")
SCENIC_EN = Column("英文名称", "scenic_area_en", "C", "100", "参考译名")
GRADE = Column("等级", "grade", "C", "4", "A级旅游景区质量等级")
GRADED = Column("评定年份", "year_graded", "I", "4", "评定为5A级的年份")
PLACE = Column("所在县区", "county", "C", "30", "空白表示来源未载明")
SOURCE = "A级旅游景区评定公告等公开信息"
SOURCE_EN = "announcements of A-grade scenic areas and other public information"
NEWS = "公开报道"
NEWS_EN = "published reports"
SHARING = "仅供政务部门开展旅游统计与应急调度使用，使用前须说明用途"
OPENING = "申请人须说明用途，成果须注明数据来源和获取日期"
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


def datasets() -> tuple[Dataset, ...]:
    """The datasets of the department."""
    return (
        Dataset(
            id="wlt-5a-scenic-areas",
            title="宁夏5A级旅游景区名录",
            title_en="5A-grade scenic areas of Ningxia",
            notes="全区六家5A级旅游景区的名称、所在县区和评定年份；景区等级会调整，以公布名单为准。",
            notes_en="Names, counties and years of grading of the six 5A scenic areas; grades may change.",
            source=SOURCE,
            source_en=SOURCE_EN,
            marks=("V", "MM"),
            keywords=("5A景区", "旅游景区", "名录"),
            themes=("nx-tourism", "18"),
            class_code=CLASS,
            cycle="6",
            start="2007-05-08",
            end="2024-12-31",
            issued="2026-09-02",
            modified="2026-11-05",
            licence="https://creativecommons.org/licenses/by/4.0/",
            files=both(
                "宁夏5A级旅游景区名录",
                "5A-grade scenic areas of Ningxia",
                scenic_list(),
                "",
                SOURCE,
                "utf-8-sig",
                merge_down="地级市",
            ),
            industry="R",
        ),
        Dataset(
            id="wlt-5a-positions",
            title="宁夏5A级旅游景区近似坐标",
            title_en="Approximate positions of 5A-grade scenic areas of Ningxia",
            notes="四家5A级旅游景区的近似经纬度，其余两家坐标待补；只供示意展示。",
            notes_en="Approximate positions of four 5A scenic areas, for illustration only; two are still missing.",
            source="公开坐标资料",
            source_en="public position data",
            marks=("V",),
            keywords=("5A景区", "坐标", "地图"),
            themes=("nx-tourism", "20"),
            class_code=CLASS,
            cycle="9",
            start="",
            end="",
            issued="2026-09-02",
            modified="2026-10-15",
            licence="http://creativecommons.org/licenses/by/4.0/",
            files=(
                File(
                    "宁夏5A级旅游景区近似坐标",
                    "csv",
                    "5A级旅游景区坐标（CSV）",
                    "Positions of 5A areas (CSV)",
                    scenic_points(),
                    "utf-8-sig",
                ),
                File(
                    "宁夏5A级旅游景区近似坐标",
                    "geojson",
                    "5A级旅游景区坐标（GeoJSON）",
                    "Positions of 5A areas (GeoJSON)",
                    scenic_points(),
                ),
            ),
            industry="R",
        ),
        Dataset(
            id="wlt-5a-by-city",
            title="宁夏五市5A级旅游景区数量统计",
            title_en="5A-grade scenic areas by city",
            notes="按地级市统计5A级旅游景区个数、占全区比重和每百万常住人口景区数，由景区名录与2020年普查人口推算。",
            notes_en="Number of 5A areas by city, share of Ningxia and areas per million residents, derived.",
            source=f"{SOURCE}；第七次全国人口普查数据",
            source_en=f"{SOURCE_EN}; 2020 census",
            marks=("V", "MM"),
            keywords=("5A景区", "统计", "五市"),
            themes=("nx-tourism", "7"),
            class_code=STATISTICS_CLASS,
            cycle="6",
            start="2024-12-31",
            end="2024-12-31",
            issued="2026-09-05",
            modified="2026-10-15",
            licence="https://opendata.nx.gov.cn/licence/nx-open-1.0",
            files=both(
                "宁夏五市5A级旅游景区数量统计",
                "5A-grade scenic areas by city",
                scenic_by_city(),
                "单位：个、%、人",
                f"{SOURCE}、第七次全国人口普查",
                "gb18030",
            ),
            industry="R",
        ),
        Dataset(
            id="wlt-5a-by-year",
            title="宁夏5A级旅游景区评定时间表",
            title_en="5A-grade scenic areas by year of grading",
            notes="按评定年份统计新增与累计5A级旅游景区个数；2024年含名单已核、年份待复核的一家。",
            notes_en="5A areas added each year and in total; one of the areas of 2024 awaits rechecking of its year.",
            source=SOURCE,
            source_en=SOURCE_EN,
            marks=("V", "MM"),
            keywords=("5A景区", "评定年份", "时间序列"),
            themes=("nx-tourism", "7"),
            class_code=STATISTICS_CLASS,
            cycle="6",
            start="2007-05-08",
            end="2024-12-31",
            issued="2026-09-05",
            modified="2026-10-15",
            licence="nx-open-1.0",
            files=(
                File(
                    "宁夏5A级旅游景区评定时间表",
                    "csv",
                    "评定时间表（CSV）",
                    "5A areas by year (CSV)",
                    scenic_by_year(),
                    "utf-8",
                ),
            ),
            industry="R",
        ),
        Dataset(
            id="wlt-4a-scenic-areas",
            title="宁夏4A级旅游景区名录（部分）",
            title_en="4A-grade scenic areas of Ningxia (partial)",
            notes="部分4A级旅游景区名称，逐行注明核验情况；等级会调整，整理截至2026年9月，所在县区来源未载明的留空。",
            notes_en="Some 4A scenic areas, each with its state of verification, as compiled in September 2026.",
            source="景区公开页面所载等级及公开资料",
            source_en="grades stated on public pages of the areas",
            marks=("V", "MM"),
            keywords=("4A景区", "旅游景区", "名录"),
            themes=("nx-tourism", "18"),
            class_code=CLASS,
            cycle="6",
            start="",
            end="2026-09-30",
            issued="2026-09-08",
            modified="2026-10-15",
            licence="CC BY 4.0",
            files=both(
                "宁夏4A级旅游景区名录（部分）",
                "4A-grade scenic areas (partial)",
                scenic_4a(),
                "",
                "景区公开页面所载等级及公开资料",
                "gb18030",
            ),
            industry="R",
        ),
        Dataset(
            id="wlt-tourism-totals",
            title="宁夏旅游接待人次与旅游收入（2011、2014、2017年）",
            title_en="Visits and tourism revenue of Ningxia, 2011, 2014 and 2017",
            notes="全区接待游客人次和旅游收入，人均花费由两者推算；只收录已核对的三个年份。",
            notes_en="Visits and tourism revenue of three verified years, with revenue per visit derived.",
            source=NEWS,
            source_en=NEWS_EN,
            marks=("V",),
            keywords=("旅游收入", "游客人次", "旅游统计"),
            themes=("nx-tourism", "12"),
            class_code=STATISTICS_CLASS,
            cycle="6",
            start="2011-01-01",
            end="2017-12-31",
            issued="2026-09-12",
            modified="2026-11-05",
            licence="https://opendata.nx.gov.cn/licence/nx-open-1.0",
            files=both(
                "宁夏旅游接待人次与旅游收入",
                "Visits and tourism revenue",
                tourism_by_year(),
                "单位：万人次、亿元、元",
                NEWS,
                "utf-8-sig",
            ),
            industry="R",
        ),
        Dataset(
            id="wlt-tourism-growth",
            title="宁夏旅游接待与收入增长幅度（2011—2017年）",
            title_en="Growth of visits and tourism revenue of Ningxia, 2011 to 2017",
            notes="由2011、2014、2017年全区接待人次与旅游收入推算的区间增长幅度。",
            notes_en="Growth between the years 2011, 2014 and 2017, derived from the totals.",
            source=NEWS,
            source_en=NEWS_EN,
            marks=("V",),
            keywords=("旅游收入", "游客人次", "增长"),
            themes=("nx-tourism", "12"),
            class_code=STATISTICS_CLASS,
            cycle="9",
            start="2011-01-01",
            end="2017-12-31",
            issued="2026-09-12",
            modified="2026-10-15",
            licence="CC-BY-4.0",
            files=(
                File(
                    "宁夏旅游接待与收入增长幅度（2011—2017年）",
                    "csv",
                    "增长幅度（CSV）",
                    "Growth (CSV)",
                    tourism_growth(),
                    "gb18030",
                ),
            ),
            industry="R",
        ),
        Dataset(
            id="wlt-tourism-indicators",
            title="宁夏重点景区及全区旅游接待指标",
            title_en="Tourism indicators of Ningxia and of a major scenic area",
            notes="全区2011、2014、2017年接待人次与收入，及吴忠市青铜峡黄河大峡谷旅游区2023年接待人次，一行一个数值。",
            notes_en="Visits and revenue of Ningxia and the visits of the Qingtongxia area in 2023, one figure a row.",
            source=NEWS,
            source_en=NEWS_EN,
            marks=("V",),
            keywords=("游客人次", "重点景区", "有条件开放"),
            themes=("nx-tourism", "12"),
            class_code=STATISTICS_CLASS,
            cycle="6",
            start="2011-01-01",
            end="2023-12-31",
            issued="2026-09-20",
            modified="2026-10-15",
            licence="nx-conditional-1.0",
            files=(
                File(
                    "宁夏重点景区及全区旅游接待指标",
                    "csv",
                    "旅游接待指标（CSV）",
                    "Tourism indicators (CSV)",
                    tourism_long(),
                    "utf-8-sig",
                ),
            ),
            industry="R",
            share_type="2",
            share_condition=SHARING,
            open_condition=OPENING,
        ),
        Dataset(
            id="wlt-provincial-resorts",
            title="宁夏省级旅游度假区名录（2022年8月）",
            title_en="Provincial tourist resorts of Ningxia, August 2022",
            notes="截至2022年8月公布的省级旅游度假区名称。",
            notes_en="Names of the provincial resorts announced by August 2022.",
            source="公开公布信息",
            source_en="public announcements",
            marks=("V",),
            keywords=("旅游度假区", "名录"),
            themes=("nx-tourism", "18"),
            class_code=CLASS,
            cycle="9",
            start="2022-08-01",
            end="2022-08-31",
            issued="2026-09-20",
            modified="2026-10-15",
            licence="https://creativecommons.org/licenses/by/4.0/deed.zh-hans",
            files=(
                File(
                    "宁夏省级旅游度假区名录（2022年8月）",
                    "csv",
                    "省级旅游度假区名录（CSV）",
                    "Provincial resorts (CSV)",
                    resorts(),
                    "utf-8",
                ),
            ),
            industry="R",
        ),
    )


def department() -> Department:
    """The department of culture and tourism with its catalogue."""
    return Department(
        key="wlt",
        slug="zizhiqu-wenhua-he-lvyou-ting",
        name="自治区文化和旅游厅",
        name_en="Department of Culture and Tourism of Ningxia",
        unit="数据管理处（演示）",
        region="640000",
        region_name="宁夏回族自治区",
        level="province",
        body="MB000001",
        catalogue="catalog.rdf",
        description="演示机构：A级旅游景区、旅游度假区与旅游接待统计。",
        datasets=datasets(),
    )
