"""Synthetic values to be found, and values that look like them and must not be; the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Callable

from ckanext.nxopendata.core.tabular.values import check_characters
from ckanext.nxopendata.safety.recognition.check_digits import is_bank_card, is_uscc

AREAS = ("640104", "640105", "640106", "640121", "640181", "640202", "640302", "640402", "640422", "640502", "110105")
SURNAMES = "马王李张杨哈丁纳虎白田罗何金黑陈刘周买撒"
GIVEN = "晓红建国明丽秀英伟军海燕志强玉兰小龙文静"
TOWNS = ("兴庆区", "金凤区", "西夏区", "灵武市", "利通区", "青铜峡市", "原州区", "沙坡头区", "中宁县")
SENTENCES = (
    "宁夏回族自治区公共数据资源目录",
    "身份证号码、手机号码属于个人信息，公开前应当处理",
    "宁夏机密电子有限公司与马家滩镇人民政府签订协议",
    "国家秘密的范围由保密行政管理部门确定",
    "咨询电话0951-5012345、12345，邮箱office@nx.gov.cn",
    "同比增长12.34567890123%，人口808282人",
)
CHECKED = ("identity", "permit", "foreign", "uscc_person")
"""Types that have a check digit and need no context."""


class Maker:
    """Makes values by a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  no secret

    def identity(self) -> str:
        return self._checked(self._random.choice(AREAS))

    def permit(self) -> str:
        return self._checked(self._random.choice(("810000", "820000", "830000")))

    def foreign(self) -> str:
        return self._checked(f"9{self._random.randint(10000, 99999)}")

    def _checked(self, area: str) -> str:
        born = f"{self._random.randint(1940, 2009)}{self._random.randint(1, 12):02}{self._random.randint(1, 28):02}"
        digits = f"{area}{born}{self._random.randint(1, 999):03}"
        return digits + check_characters.of_identity_number(digits)

    def mobile(self) -> str:
        return self._random.choice(("138", "139", "150", "152", "177", "189", "199")) + self._digits(8)

    def bank_card(self) -> str:
        while True:
            number = "622202" + self._digits(13)
            if is_bank_card(number):
                return number

    def uscc_person(self) -> str:
        digits = f"92{self._random.choice(AREAS)}MA{self._digits(7)}"
        return digits + check_characters.of_uscc(digits)

    def _digits(self, number: int) -> str:
        return "".join(str(self._random.randint(0, 9)) for _ in range(number))

    def name(self) -> str:
        given = self._random.sample(GIVEN, self._random.choice((1, 2, 2)))
        return self._random.choice(SURNAMES) + "".join(given)

    def negative(self) -> str:
        """A value that is none, though it looks like one."""
        return self._random.choice(NEGATIVES)(self)

    def order(self) -> str:
        return f"20{self._random.randint(20, 26)}{self._random.randint(1, 12):02}{self._digits(12)}"

    def time(self) -> str:
        return f"17{self._digits(11)}"

    def resource_code(self) -> str:
        return f"NX{self._random.choice(AREAS)}/{self._digits(6)}"

    def organisation(self) -> str:
        digits = f"11{self._random.choice(AREAS)}{self._digits(9)}"
        code = digits + check_characters.of_uscc(digits)
        return code if is_uscc(code) else self.organisation()

    def wrong_identity(self) -> str:
        number = self.identity()
        return number[:-1] + ("1" if number[-1] != "1" else "2")

    def masked(self) -> str:
        return f"{self._random.choice(AREAS)}********{self._digits(4)}"

    def masked_mobile(self) -> str:
        return f"138****{self._digits(4)}"

    def coordinate(self) -> str:
        return f"106.{self._digits(4)},38.{self._digits(4)}"

    def figure(self) -> str:
        return f"{self._random.random() * 1e9:.4f}"

    def landline(self) -> str:
        return f"0951-{self._random.randint(5_000_000, 6_999_999)}"

    def sentence(self) -> str:
        return self._random.choice(SENTENCES)


NEGATIVES: tuple[Callable[[Maker], str], ...] = (
    Maker.order,
    Maker.time,
    Maker.resource_code,
    Maker.organisation,
    Maker.wrong_identity,
    Maker.masked,
    Maker.masked_mobile,
    Maker.coordinate,
    Maker.figure,
    Maker.landline,
    Maker.sentence,
)
TYPES: dict[str, tuple[int, str, str]] = {
    "identity": (101, "身份证号", "证件"),
    "permit": (102, "居住证号码", "居住证"),
    "foreign": (103, "永居证号", "永居证"),
    "mobile": (201, "手机", "手机"),
    "bank_card": (301, "银行卡号", "卡号"),
    "uscc_person": (110, "经营者代码", "代码"),
}
"""Type -> rule that must find it, header of its column, word before it in a text."""
