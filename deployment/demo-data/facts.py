"""The facts the demo data are made of, read from ``facts/*.csv``, and the sums and shares drawn from them."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from model import MARKS
from tables import Column

FACTS = Path(__file__).parent / "facts"
CITIES = ("640100", "640200", "640300", "640400", "640500")

CODE = Column("行政区划代码", "division_code", "C", "6", "GB/T 2260 六位代码")
COUNTY = Column("县区", "county", "C", "30", "县、县级市或市辖区名称")
CITY = Column("地级市", "city", "C", "30", "所属地级市")
YEAR = Column("年份", "year", "I", "4", "公历年")
PEOPLE = Column("常住人口", "resident_population", "I", "10", "2020年11月1日零时常住人口，单位：人")
MARK = Column("核验", "verification", "C", "60", "该行数据的核验情况")
LONGITUDE = Column("经度", "longitude", "N", "10,6", "近似经度，多为GCJ-02，仅供示意展示")
LATITUDE = Column("纬度", "latitude", "N", "10,6", "近似纬度，多为GCJ-02，仅供示意展示")


@cache
def read(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``facts/<name>.csv`` as written: every value is text."""
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def divisions() -> dict[str, dict[str, str]]:
    """The 28 divisions of Ningxia by six-digit code."""
    return {row["code"]: row for row in read("divisions")}


def name_of(code: str) -> str:
    """The name of a division, empty for no code."""
    return divisions()[code]["name"] if code else ""


def city_of(code: str) -> str:
    """The code of the prefecture-level city a county belongs to."""
    return divisions()[code]["parent"]


def counties(city: str = "") -> list[str]:
    """Codes of the counties of a city, or of all 22."""
    return [c for c, row in divisions().items() if row["level"] == "县级" and city in ("", row["parent"])]


def population(code: str) -> int:
    """Residents on 2020-11-01, persons."""
    return int(divisions()[code]["population_2020"])


@cache
def population_2010() -> dict[str, int]:
    """Residents of the 2010 census by code; Yinchuan is the sum of its six counties."""
    known = {row["code"]: int(row["population_2010"]) for row in read("census_2010")}
    return {**known, "640100": sum(known[code] for code in counties("640100"))}


def year_end(codes: list[str]) -> list[dict[str, str]]:
    """Year-end residents (万人) of the counties in ``codes``, in the order of the facts."""
    return [row for row in read("population_year_end") if row["code"] in codes]


def percent(part: float | str, whole: float | str) -> float:
    """``part / whole`` in per cent, two decimals, half up."""
    return rounded(Decimal(str(part)) / Decimal(str(whole)) * 100)


def rounded(value: Decimal, places: str = "0.01") -> float:
    """Half up, as statistical offices round."""
    return float(value.quantize(Decimal(places), ROUND_HALF_UP))


def number(text: str) -> int | float:
    """A number with no more digits than its source gives: "20" stays 20, not 20.0."""
    return float(text) if "." in text else int(text)


def in_words(mark: str) -> str:
    """The state of verification in Chinese."""
    return MARKS[mark][0]


def position(row: dict[str, str]) -> tuple[float | None, float | None]:
    """Longitude and latitude, or two times None."""
    if not row["longitude"]:
        return None, None
    return float(row["longitude"]), float(row["latitude"])
