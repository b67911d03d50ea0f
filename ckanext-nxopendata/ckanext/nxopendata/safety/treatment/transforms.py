"""What is done to one value. One that does not fit is left out: what cannot be made coarser must not stay."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import math
import re
from collections.abc import Callable
from functools import cache, partial
from importlib import resources

from ckanext.nxopendata.core.tabular.values import dates, kinds
from ckanext.nxopendata.safety.privacy.quasi_identifiers import FOLDER
from ckanext.nxopendata.safety.recognition import check_digits, masking
from ckanext.nxopendata.safety.treatment.recipe import Step

Transform = Callable[[str], str]
CITY, COUNTY = "地级", "县级"
COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\Z")


def prepare(step: Step, key: bytes, today: dt.date) -> Transform | None:
    """Return what a step does to each value; None for a column that is dropped.

    Args:
        key: of the pseudonyms.
        today: by which ages are told.
    """
    if step.kind == "drop":
        return None
    made: dict[str, Transform] = {
        "mask": masking.mask,
        "year": partial(_shorten_date, size=4),
        "month": partial(_shorten_date, size=7),
        "age_band": partial(_band_age, width=int(step.parameter), today=today),
        "county": partial(_find_division, level=COUNTY),
        "city": partial(_find_division, level=CITY),
        "grid": partial(_move_to_grid, size=step.parameter),
        "band": partial(_band, width=int(step.parameter)),
        "prefix": lambda value: value.strip()[: int(step.parameter)],
        "suppress": lambda _value: "",
        "pseudonym": partial(_replace, key=key),
        "round": partial(_round, multiple=int(step.parameter)),
    }
    return made[step.kind]


def _read_date(value: str) -> str:
    """ISO 8601, as far as it is written; "" for no date. The birth date of an identity number counts, too."""
    value = value.strip()
    if identity := check_digits.read_identity(value):
        return identity.born.isoformat() if identity.born else ""
    if match := COMPACT.match(value):
        return "-".join(match.groups())
    if dates.classify_date(value) in ("day", "month", "year", "stamp", "dmy", "mdy"):
        return dates.to_iso_date(value)[:10]
    return ""


def _shorten_date(value: str, size: int) -> str:
    found = _read_date(value)
    return found[:size] if re.match(r"\d{4}", found) and (size == 4 or len(found) >= 7) else ""


def _band_age(value: str, width: int, today: dt.date) -> str:
    number = _read_number(value.strip().removesuffix("岁"))
    if number is None or number > 150:
        found = _read_date(value)
        if not re.match(r"\d{4}", found):
            return ""
        born = [int(part) for part in found.split("-")]
        number = today.year - born[0] - (len(born) == 3 and (today.month, today.day) < (born[1], born[2]))
    return _band(str(math.floor(number)), width) if number >= 0 else ""


def _band(value: str, width: int) -> str:
    number = _read_number(value)
    if number is None:
        return ""
    low = math.floor(number / width) * width
    return f"{low}~{low + width - 1}" if number == int(number) else f"{low}~{low + width}"


def _round(value: str, multiple: int) -> str:
    number = _read_number(value)
    return "" if number is None else str(math.floor(number / multiple + 0.5) * multiple)


def _move_to_grid(value: str, size: float) -> str:
    number = _read_number(value)
    if number is None:
        return ""
    places = max(0, math.ceil(-math.log10(size)))
    return f"{math.floor(number / size + 1e-9) * size:.{places}f}"


def _read_number(value: str) -> float | None:
    text = kinds.normalize(value).replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _replace(value: str, key: bytes) -> str:
    value = kinds.normalize(value)
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:16] if value else ""


def _find_division(value: str, level: str) -> str:
    """The county or city that an address, a name or a code lies in; "" for none of the region's."""
    for code, name, own_level in _list_divisions():
        if name in value or (value.strip()[:6] == code and own_level == COUNTY):
            if own_level == level:
                return name
            if own_level == COUNTY:
                return next(
                    (other for short, other, of in _list_divisions() if of == CITY and short[:4] == code[:4]), ""
                )
    return ""


@cache
def _list_divisions() -> list[tuple[str, str, str]]:
    """Code, name and level of the region's counties, then its cities."""
    text = resources.files(FOLDER).joinpath("population.csv").read_text(encoding="utf-8")
    rows = [(row["code"], row["name"], row["level"]) for row in csv.DictReader(text.splitlines())]
    return [row for row in rows if row[2] == COUNTY] + [row for row in rows if row[2] == CITY]
