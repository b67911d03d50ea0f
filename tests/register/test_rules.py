"""The rules of supervision: the five signs, the board, the funding rule, the picture. Plain: no CKAN."""

import datetime as dt
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from ckanext.nxopendata.register.cleanup import inactivity_signs
from ckanext.nxopendata.register.connection import funding, status_board
from ckanext.nxopendata.register.integration import diagram, integration_plan
from ckanext.nxopendata.register.systems.record import System

from .systems_for_tables import SYSTEMS

TODAY = dt.date(2026, 11, 24)
USED = System(
    id="1",
    name="a",
    title="甲系统",
    owner_org="o",
    frequency="daily",
    users=300,
    last_used="2026-11",
    resource_use=55.0,
    maintenance="running",
    last_maintained="2026-08",
    business_link="direct",
    funding="自治区财政",
)


def met(**changes) -> dict:
    found = inactivity_signs.check(replace(USED, **changes), inactivity_signs.Thresholds(), TODAY)
    return {sign.sign: sign.met for sign in found}


class TestTheFiveSigns:
    def test_a_system_in_use_shows_none(self) -> None:
        assert met() == dict.fromkeys(("detached", "idle", "unmaintained", "small"), False) | {"replaceable": None}

    @pytest.mark.parametrize(
        ("changes", "sign"),
        [
            ({"business_link": "none"}, "detached"),
            ({"last_used": "2025-10"}, "detached"),
            ({"frequency": "never"}, "detached"),
            ({"replaceable_by": "乙系统"}, "replaceable"),
            ({"resource_use": 9.9}, "idle"),
            ({"maintenance": "stopped"}, "unmaintained"),
            ({"last_maintained": "2024-10"}, "unmaintained"),
            ({"users": 20, "frequency": "rarely"}, "small"),
        ],
    )
    def test_each(self, changes: dict, sign: str) -> None:
        assert met(**changes)[sign] is True

    @pytest.mark.parametrize(
        "changes",
        [
            {"last_used": "2025-12"},
            {"last_maintained": "2024-12"},
            {"resource_use": 10.0},
            {"users": 21, "frequency": "rarely"},
            {"users": 3, "frequency": "weekly"},
        ],
    )
    def test_just_inside_its_threshold_none_is_met(self, changes: dict) -> None:
        assert True not in met(**changes).values()

    def test_what_is_not_entered_is_not_assumed(self) -> None:
        bare = System(id="1", name="a", title="甲", owner_org="o")
        assert {sign.met for sign in inactivity_signs.check(bare, inactivity_signs.Thresholds(), TODAY)} == {None}

    def test_thresholds_are_the_operators(self) -> None:
        loose = inactivity_signs.Thresholds(signs=2, unused_months=6)
        found = inactivity_signs.check(replace(USED, last_used="2026-04"), loose, TODAY)
        assert found[0].met and found[0].params == {"period": "2026-04", "months": 6, "threshold": 6}
        assert not inactivity_signs.is_proposed(found, loose)


class TestTheBoard:
    PLATFORMS, CITIES = status_board.load()

    def fields(self, unit: status_board.Unit, systems=(), stated=None) -> dict:
        row = status_board.build_board(self.PLATFORMS, [unit], systems, stated or {}, TODAY)[0]
        return {field.platform: field for field in row.fields}

    def test_dates_are_the_plans(self) -> None:
        due = {platform.key: platform.due for platform in self.PLATFORMS}
        assert due["extranet"] == dict.fromkeys(("city", "local"), dt.date(2017, 12, 31)) | {
            "department": dt.date(2017, 10, 31)
        }
        assert due["exchange"] == {"department": dt.date(2018, 6, 30), "city": dt.date(2018, 12, 31)}
        assert [city["zh"] for city in self.CITIES][-1] == "宁东能源化工基地"

    def test_a_department_counts_the_systems_it_keeps(self) -> None:
        systems = [
            replace(USED, id="1", exchange_status="connected"),
            replace(USED, id="2", exchange_status="preparing"),
            replace(USED, id="3", exchange_status="not_required"),
            replace(USED, id="4"),
            replace(USED, id="5", plan="clear", exchange_status="not_connected"),
        ]
        field = self.fields(status_board.Unit("o", "文旅厅", "department"), systems)["exchange"]
        assert (field.connected, field.required, field.unstated, field.state) == (1, 2, 1, "overdue")

    def test_a_city_connects_its_own_platform(self) -> None:
        city = status_board.Unit("y", "银川市", "city")
        assert self.fields(city)["exchange"].state == "overdue"
        said = {("y", "exchange"): status_board.Stated("connected", "2018-11", "验收意见")}
        field = self.fields(city, stated=said)["exchange"]
        assert (field.state, field.evidence) == ("connected", "验收意见")

    def test_a_platform_without_date_is_never_overdue(self) -> None:
        assert self.fields(status_board.Unit("o", "文旅厅", "department"))["intranet"].state == "unknown"


class TestTheFundingRule:
    SINCE, DUE = dt.date(2019, 1, 1), dt.date(2018, 6, 30)

    def lines(self, systems, exemptions=None, today=TODAY) -> list:
        found = funding.list_lines(systems, exemptions or {}, self.DUE, self.SINCE, today)
        return [(line.system.id, line.state) for line in found]

    def test_required_and_not_connected(self) -> None:
        states = ("connected", "preparing", "not_connected", "not_required", "")
        systems = [replace(USED, id=state or "unstated", exchange_status=state) for state in states]
        assert sorted(self.lines(systems)) == [("not_connected", "blocked"), ("preparing", "blocked")]

    def test_paid_by_others_it_is_not_met_and_unclear_it_is_said_so(self) -> None:
        system = replace(USED, exchange_status="not_connected")
        assert self.lines([replace(system, funding="石嘴山市财政")]) == []
        assert self.lines([replace(system, funding="")]) == [("1", "funds_unstated")]

    def test_not_before_its_day(self) -> None:
        system = replace(USED, exchange_status="not_connected")
        assert self.lines([system], today=dt.date(2018, 12, 31)) == []
        assert self.lines([system], today=dt.date(2019, 1, 1)) == [("1", "blocked")]

    def test_an_exemption_holds_until_its_last_day(self) -> None:
        system = replace(USED, exchange_status="not_connected")
        assert self.lines([system], {"1": funding.Exemption("专网", TODAY, "u")}) == [("1", "exempt")]
        yesterday = TODAY - dt.timedelta(days=1)
        assert self.lines([system], {"1": funding.Exemption("专网", yesterday, "u")}) == [("1", "blocked")]


class TestIntegration:
    PICTURE = integration_plan.pictures(SYSTEMS)[0]

    def test_before_and_after(self) -> None:
        assert (self.PICTURE.before, self.PICTURE.after) == (6, 3)
        assert {m.target.title: [part.title for part in m.parts] for m in self.PICTURE.mergers} == {
            "旅游市场监管平台": ["导游年审系统"],
            "文化资源大系统": ["艺术档案库", "非遗名录库"],
        }

    def test_datasets_follow_their_system(self) -> None:
        assert [merger.datasets for merger in self.PICTURE.mergers] == [("tou-su", "dao-you"), ("fei-yi",)]

    def test_the_picture_is_well_formed_and_escaped(self) -> None:
        evil = integration_plan.pictures([replace(SYSTEMS[0], title='<script>"&', owner_org='"><b>')])[0]
        words = dict.fromkeys(("before", "after", "cleared", "undecided", "title"), "<&>")
        for each in (self.PICTURE, evil):
            text = diagram.svg(each, words)
            assert "<script" not in text and "<b>" not in text
            assert len(ET.fromstring(text).findall(".//{*}rect")) >= each.before
        assert re.search("文化资源大系统", diagram.svg(self.PICTURE, words))
