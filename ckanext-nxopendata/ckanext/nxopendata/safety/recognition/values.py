"""Recognisers of a column's values: each says of one cell whether it is of its kind. Rules name them.

They are asked below a header that speaks of them, or must hold for most of a column: a name alone proves nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache
from importlib import resources

import yaml

from ckanext.nxopendata.safety.recognition import check_digits, numbers

Recogniser = Callable[[str], bool]


@cache
def words(name: str) -> frozenset[str]:
    """Return a list of ``schemas/safety/words.yaml``."""
    text = resources.files("ckanext.nxopendata.schemas.safety").joinpath("words.yaml").read_text(encoding="utf-8")
    return frozenset(str(yaml.safe_load(text)[name]).split())


def is_name(value: str) -> bool:
    """Whether a cell is a person's name: a surname and one to three characters, or parts with a dot between."""
    value = re.sub(r"[\s\u3000]", "", value)
    if re.fullmatch(r"[\u3400-\u9fff]{1,8}[·•・][\u3400-\u9fff·•・]{1,16}", value):
        return True
    if not re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,5}", value) or value in words("not_names"):
        return False
    if value[:2] in words("compound_surnames"):
        return 3 <= len(value) <= 5
    return value[0] in words("surnames") and len(value) <= 4 and not value.endswith(tuple("市县区镇乡村局厅部所站院"))


def is_ethnicity(value: str) -> bool:
    """Whether a cell is one of the 56 groups, with or without 族, or its code (GB/T 3304)."""
    value = value.strip()
    if value.isdecimal():
        return len(value) == 2 and (1 <= int(value) <= 56 or value in ("97", "98"))
    return value.removesuffix("族") in words("ethnic_groups") or value in words("ethnic_groups")


def is_religion(value: str) -> bool:
    """Whether a cell is a religion, or says that there is none."""
    return value.strip() in words("religions")


def is_identity_form(value: str) -> bool:
    """Whether a cell looks like an identity number of 15 or 18 characters; typing errors in it may be."""
    return check_digits.has_identity_form(re.sub(r"[\s\-]|\.0$", "", value))


def is_checked_identity(value: str) -> bool:
    """Whether a cell is an identity number of 18 characters that proves itself, or looks like one of 15."""
    value = re.sub(r"[\s\-]|\.0$", "", value)
    identity = check_digits.read_identity(value)
    if identity is not None:
        return identity.kind == "resident_id"
    return len(value) == 15 and check_digits.has_identity_form(value)


def is_damaged_identity(value: str) -> bool:
    """Whether a cell is an identity number that a spreadsheet damaged."""
    return check_digits.is_damaged_identity(value) or bool(numbers.DAMAGED.fullmatch(value))


def is_mobile(value: str) -> bool:
    """Whether a cell is a mobile number."""
    digits = re.sub(r"^\(?(?:\+?86|0086)\)?[ -]?|[ \-]|\.0$|(?<=\d{3})\.(?=\d{4})", "", value.strip())
    return bool(numbers.MOBILE.fullmatch(digits))


def is_landline(value: str) -> bool:
    """Whether a cell is a telephone number with an area code, or the seven or eight digits of one."""
    return bool(
        re.fullmatch(r"\(?0[0-9]{2,3}\)?[ \-]?[2-8][0-9]{6,7}(?:[-转][0-9]{1,5})?|[2-8][0-9]{6,7}", value.strip())
    )


def is_phone(value: str) -> bool:
    """Whether a cell is a mobile or landline number."""
    return is_mobile(value) or is_landline(value)


def is_bank_card(value: str) -> bool:
    """Whether a cell is a bank card number."""
    return check_digits.is_bank_card(re.sub(r"[\s\-]", "", value))


def is_account(value: str) -> bool:
    """Whether a cell may be an account number: 9 to 30 digits."""
    digits = re.sub(r"[\s\-]", "", value)
    return digits.isdecimal() and 9 <= len(digits) <= 30


def is_individual_business(value: str) -> bool:
    """Whether a cell is the code of an individual business, whose registered name is a person's."""
    return value.strip().startswith("92") and check_digits.is_uscc(value.strip())


def is_passport(value: str) -> bool:
    """Whether a cell is a passport number of China, Hong Kong or Macau."""
    return bool(
        re.fullmatch(
            r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|1[45][0-9]{7}|[SDP]E?[0-9]{7,8}|K[J]?[0-9]{8}|MA?[0-9]{7,8}",
            value.strip().upper(),
        )
    )


def is_travel_permit(value: str) -> bool:
    """Whether a cell is the number of a travel permit to or from Hong Kong, Macau and Taiwan."""
    return bool(
        re.fullmatch(
            r"[CWLT][0-9]{8}|C[A-HJ-NP-Z][0-9]{7}|[HM][0-9]{8}(?:[0-9]{2})?|[0-9]{8}(?:[0-9]{2})?",
            value.strip().upper(),
        )
    )


def is_hong_kong_id(value: str) -> bool:
    """Whether a cell is a Hong Kong identity number."""
    return check_digits.is_hong_kong_id(value)


def is_taiwan_id(value: str) -> bool:
    """Whether a cell is a Taiwan identity number."""
    return check_digits.is_taiwan_id(value.strip())


PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•. -]?"
    r"(?:[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳使领])"
)


def is_plate(value: str) -> bool:
    """Whether a cell is a vehicle's number plate."""
    return bool(PLATE.fullmatch(value.strip().upper()))


def is_email(value: str) -> bool:
    """Whether a cell is an e-mail address that is not a government's."""
    found = re.fullmatch(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9.-]+\.[A-Za-z]{2,})", value.strip())
    return bool(found) and not str(found[1]).lower().endswith((".gov.cn", ".org.cn", ".edu.cn"))


def is_code(value: str) -> bool:
    """Whether a cell is a number of a file or case: 4 to 32 letters and digits, at least four digits."""
    return bool(re.fullmatch(r"[A-Za-z0-9\-_/]{4,32}", value.strip())) and sum(map(str.isdecimal, value)) >= 4


def is_address(value: str) -> bool:
    """Whether a cell is an address down to a street number, a village group or a door."""
    return bool(
        re.search(
            r"(?:路|街|巷|村|组|队|弄|道|小区|花园|家园|苑|社区).{0,20}?[0-9一二三四五六七八九十]+\s*(?:号|组|队|栋|幢|单元|室|楼)",
            value,
        )
        or re.search(r"[0-9A-Za-z一二三四五六七八九十]+\s*(?:栋|幢|号楼|单元).{0,12}[0-9]{2,4}\s*室?", value)
    )


def is_filled(value: str) -> bool:
    """Whether a cell holds anything but a sign for nothing."""
    return value.strip() not in ("", "无", "否", "0", "-", "—", "/", "NULL", "null", "None", "nan")


def is_secret(value: str) -> bool:
    """Whether a cell may be a password or key: four or more signs of ASCII that hide nothing and say nothing else."""
    is_long = re.fullmatch(r"(?=.*[A-Za-z0-9])(?!.*[*]{2})[!-~]{4,200}", value.strip())
    return bool(is_long) and value.strip().lower() not in ("null", "none", "true", "false", "password")


def is_fine_coordinate(value: str) -> bool:
    """Whether a cell is a coordinate of Ningxia with five decimals or more."""
    found = re.fullmatch(r"[0-9]{2,3}\.[0-9]{5,}", value.strip())
    return bool(found) and (104.2 <= float(value) <= 107.7 or 35.2 <= float(value) <= 39.4)


def is_height(value: str) -> bool:
    """Whether a cell is a height in metres with decimals."""
    return bool(re.fullmatch(r"[0-9]{3,4}\.[0-9]+", value.strip()))


def is_date(value: str) -> bool:
    """Whether a cell is a day."""
    return read_day(value) is not None


def is_birth_of_child(value: str) -> bool:
    """Whether a cell is the birth date, or the age, of somebody under 14 today (PIPL, article 28)."""
    value = value.strip()
    if re.fullmatch(r"(?:[0-9]|1[0-3])(?:岁|周岁)", value):
        return True
    born = read_day(value)
    return born is not None and 0 <= check_digits.age_on(born, _today()) < 14


def read_day(value: str) -> dt.date | None:
    """Return the day that a cell names: 1990-03-07, 1990/3/7, 19900307, 1990年3月7日."""
    found = re.fullmatch(
        r"((?:19|20)[0-9]{2})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?(?:[ T][0-9:.]+)?", value.strip()
    )
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _today() -> dt.date:
    return dt.date.today()  # noqa: DTZ011  the day is all that counts


RECOGNISERS: dict[str, Recogniser] = {
    "account": is_account,
    "address": is_address,
    "bank_card": is_bank_card,
    "birth_of_child": is_birth_of_child,
    "code": is_code,
    "damaged_id": is_damaged_identity,
    "date": is_date,
    "email": is_email,
    "ethnicity": is_ethnicity,
    "filled": is_filled,
    "fine_coordinate": is_fine_coordinate,
    "height": is_height,
    "hong_kong_id": is_hong_kong_id,
    "identity_form": is_identity_form,
    "individual_business": is_individual_business,
    "landline": is_landline,
    "mobile": is_mobile,
    "name": is_name,
    "passport": is_passport,
    "phone": is_phone,
    "plate": is_plate,
    "religion": is_religion,
    "secret": is_secret,
    "taiwan_id": is_taiwan_id,
    "travel_permit": is_travel_permit,
}
"""What rules may name."""

SELF_EVIDENT = frozenset(
    {"bank_card", "damaged_id", "email", "hong_kong_id", "identity_form", "individual_business", "mobile", "plate"}
)
"""Recognisers that may tell a column without a header; all others need one that speaks of them."""

UNNAMED: dict[str, Recogniser] = {"identity_form": is_checked_identity}
"""What is asked instead, where no header speaks of it: case numbers are made of a place, a day and an order too."""

CHECKS: dict[str, Recogniser] = {
    "hong_kong_id": is_hong_kong_id,
    "taiwan_id": is_taiwan_id,
    "individual_business": is_individual_business,
    "email": is_email,
}
"""What a pattern in running text may be checked by."""
