"""What a column is for, by its name, type and values; and what may be done with its amounts.

A wrong sum is worse than none: amounts that no word tells to be a flow are treated as stocks.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.tabular.values.kinds import UNITS
from ckanext.nxopendata.core.tabular.values.types import DATED, IDENTIFIERS, YEARLY, ColumnType

FEW = 50
"""Distinct values up to which repeated text is a category."""

PLACE = re.compile(
    r"地区|地市|市县|县区|区县|区划|所在地|地址|省份?\Z|\A[省市县]\Z|地级市|城市|乡镇|街道|行政区"
    r"|\b(city|province|region|county|district)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"地址|所在地|address", re.IGNORECASE)
COORDINATE = re.compile(r"经度|纬度|坐标|\b(lng|lon|longitude|lat|latitude)\b", re.IGNORECASE)
SYSTEMS = (("CGCS2000", re.compile("cgcs|2000")), ("WGS84", re.compile("wgs")), ("GCJ-02", re.compile("gcj|火星")))
INDICATOR = re.compile(r"指标|项目名称|\bindicator\b", re.IGNORECASE)
UNIT = re.compile(r"\A(计量|计算)?单位\Z|\bunits?\b", re.IGNORECASE)
"""Headers of columns that hold the unit of each row."""

NUMBER_OF_ROW = re.compile(r"序号|\bid\b|\Ano\.?\Z", re.IGNORECASE)
RATIO = re.compile(
    r"率|比重|占比|比例|比值|指数|均|密度|单价|价格|票价|[房电水气油]价|温度|气温|湿度|浓度|海拔|年龄|得分|评分|排名|名次|位次|系数|增长|增速|同比|环比"
    r"|\b(rate|ratio|share|average|mean|index|price|score|rank|temperature|density|age)\b",
    re.IGNORECASE,
)
STOCK = re.compile(
    r"年末|期末|月末|年底|存量|余额|保有量|累计|人口|户数|在册|在校|在职|在岗|面积|里程|长度|床位|座位|\b(stock|balance|population|area)\b",
    re.IGNORECASE,
)
FLOW = re.compile(
    r"收入|支出|产值|产量|增加值|生产总值|销售|投资|新增|增加|减少|接待|人次|降水|降雨|发电量|用电量|用水量|客运|货运|进口|出口|出生|死亡"
    r"|成交|税收|费用|拨款|受理|办结|招生|毕业生|\bGDP\b|\b(revenue|sales|income|expenditure|output|visitors)\b",
    re.IGNORECASE,
)
AGGREGATIONS = {
    "flow": ("sum", "avg", "min", "max"),
    "stock": ("sum", "avg", "min", "max", "last"),
    "ratio": ("avg", "min", "max"),
}
"""Kind of an amount -> what may be done with it; a stock is summed over places, never over time."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a column is for.

    Attributes:
        name: of :data:`ckanext.nxopendata.core.tabular.plan.ROLES`.
        granularity: of a time: ``year``, ``month``, ``day`` or ``moment``.
        sequence: of an amount: ``stock``, ``flow`` or ``ratio``.
        levels: of places: ``province``, ``city``, ``county``.
        code_list: name of the list whose codes a place has.
        system: of coordinates, where the header says it.
    """

    name: str
    granularity: str = ""
    sequence: str = ""
    levels: tuple[str, ...] = ()
    code_list: str = ""
    system: str = ""

    @property
    def aggregations(self) -> tuple[str, ...]:
        """What may be done with the amounts."""
        return AGGREGATIONS.get(self.sequence, ())


def find_role(header: str, type_: ColumnType, unit: str, distinct: int, filled: int, values: Collection[str]) -> Role:
    """Return the role of a column.

    Args:
        distinct, filled: different values, and cells that have one.
        values: frequent values, by which places are known.
    """
    if type_.name in ("date", "timestamp") or type_.precision:
        grain = {"date": "day", "timestamp": "moment"}.get(type_.name) or type_.precision
        return Role("time", "month" if grain == "mixed" else grain)
    if COORDINATE.search(header):
        return Role("coordinate", system=next((name for name, sign in SYSTEMS if sign.search(header.lower())), ""))
    if type_.name in ("int8", "numeric"):
        if YEARLY.search(header):
            return Role("time", "year")
        if NUMBER_OF_ROW.search(header) and distinct >= 0.98 * filled:
            return Role("key")
        return Role("measure", sequence=find_sequence(header, unit))
    if place := _find_place(header, values):
        return place
    if IDENTIFIERS.search(header) and not DATED.search(header):
        return Role("key" if filled and distinct >= 0.98 * filled else "category")
    if INDICATOR.search(header) or UNIT.search(header):
        return Role("indicator")
    return Role("category" if 0 < distinct <= FEW and distinct <= 0.5 * filled else "text")


def find_sequence(header: str, unit: str) -> str:
    """Return ``ratio``, ``flow`` or ``stock``: what is not known to be a flow may not be added over time."""
    if unit in ("%", "‰") or "/" in unit or RATIO.search(header):
        return "ratio"
    return "flow" if FLOW.search(header) and not STOCK.search(header) else "stock"


def find_unit(header: str) -> str:
    """Return the unit that a header has in brackets: 常住人口（万人）; "" for none.

    >>> find_unit("面积(平方公里)"), find_unit("名称（全称）")
    ('平方公里', '')
    """
    match = re.search(r"[（(\[]([^()（）\[\]]{1,12})[)）\]]", header)
    text = match[1].strip().removeprefix("单位").lstrip("：:") if match else ""
    return text if re.fullmatch(rf"({UNITS}|%|％|‰|元/.+|.+/.+)", text) else ""


def _find_place(header: str, values: Collection[str]) -> Role | None:
    if ADDRESS.search(header) and not any(level_of_place(value) for value in values):
        return Role("place") if values else None
    codes = codelists.load("region")
    known = sum(value in codes for value in values)
    levels = {level_of_place(value) for value in values} - {""}
    if values and known * 2 > len(values):
        return Role("place", levels=_sorted(levels), code_list="region")
    if PLACE.search(header) or (len(values) > 1 and sum(value in _names() for value in values) * 2 > len(values)):
        return Role("place", levels=_sorted(levels))
    return None


LEVELS = ("country", "province", "city", "county")


def _sorted(levels: Collection[str]) -> tuple[str, ...]:
    return tuple(level for level in LEVELS if level in levels)


def level_of_place(value: str) -> str:
    """Return the level of a division by its code or its name; "" for what is none.

    >>> level_of_place("640100"), level_of_place("西吉县"), level_of_place("宁夏"), level_of_place("沙湖")
    ('city', 'county', 'province', '')
    """
    code = value if value in codelists.load("region") else _names().get(value, "")
    if code:
        return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"
    if value in ("全国", "中国"):
        return "country"
    if value in ("全区", "全省", "宁夏") or re.fullmatch(r"\w{2,8}(省|自治区)", value):
        return "province"
    if re.fullmatch(r"\w{2,6}(县|区|旗)", value):
        return "county"
    return "city" if re.fullmatch(r"\w{2,5}(市|盟|自治州)", value) else ""


def _names() -> dict[str, str]:
    """Names of divisions, long and short, and their codes."""
    found: dict[str, str] = {}
    for code, entry in codelists.load("region").items():
        found.setdefault(entry.label_zh, code)
        short = re.sub(r"(回族自治区|市|县|区)\Z", "", entry.label_zh)
        if len(short) > 1:
            found.setdefault(short, code)
    return found


def is_part_of(value: str, other: str) -> bool:
    """Whether one division lies in another: 兴庆区 in 银川市, both in 宁夏."""
    inner, outer = (_code(text) for text in (value, other))
    if not outer:
        return False
    if not inner:
        return level_of_place(other) in ("country", "province") and level_of_place(value) in ("city", "county")
    stem = outer.removesuffix("0000") if outer.endswith("0000") else outer.removesuffix("00")
    return inner != outer and inner.startswith(stem)


def _code(value: str) -> str:
    if value in ("全区", "宁夏"):
        return "640000"
    return value if value in codelists.load("region") else _names().get(value, "")
