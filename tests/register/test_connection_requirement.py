"""应接入, 已接入, 计划整合 and 豁免 mean the same on every page: for any register, and as its people read it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pytest
from ckan import model
from ckan.tests import factories
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register.connection import funding, requirement, status_board
from ckanext.nxopendata.register.official_tables import content
from ckanext.nxopendata.register.reports import collection
from ckanext.nxopendata.register.systems import record, system_store
from ckanext.nxopendata.register.systems.record import System

from .conftest import SYSTEM, World

STATUSES = ("", "connected", "preparing", "not_connected", "not_required")
SOURCES = ("自治区财政", "部门预算", "中央财政", "石嘴山市财政", "企业自筹", "")
SYSTEMS = st.lists(
    st.builds(
        System,
        id=st.uuids().map(str),
        name=st.just("s"),
        title=st.text("甲乙丙丁", min_size=1, max_size=4),
        owner_org=st.just("o"),
        plan=st.sampled_from(record.PLANS),
        state=st.sampled_from([record.ACTIVE, record.ACTIVE, record.MERGED, record.DISPOSED]),
        exchange_status=st.sampled_from(STATUSES),
        funding=st.sampled_from(SOURCES),
    ),
    max_size=30,
)
TODAY = dt.date(2026, 11, 24)
PLATFORMS, _ = status_board.load()


@given(SYSTEMS)
def test_board_table_and_funds_agree_for_any_register(systems: list[System]) -> None:
    found = requirement.tally(systems)
    unit = status_board.Unit("o", "文旅厅", "department")
    row = status_board.build_board(PLATFORMS, [unit], systems, {}, TODAY)[0]
    field = next(field for field in row.fields if field.platform == "exchange")
    assert (field.connected, field.required, field.unstated) == (found.connected, found.required, found.unstated)

    table = content.make_systems_table("3", systems, content.Filler())
    assert len(table.groups[1].rows) == found.connected

    paid = [replace(system, funding="自治区财政") for system in systems]
    lines = funding.list_lines(paid, {}, None, dt.date(2019, 1, 1), TODAY)
    assert len(lines) == found.outstanding


@given(SYSTEMS)
def test_every_system_in_use_is_counted_once(systems: list[System]) -> None:
    found = requirement.tally(systems)
    counted = found.connected + found.outstanding + found.leaving + found.not_required + found.unstated
    assert counted == sum(system.state == record.ACTIVE for system in systems)


@pytest.mark.parametrize(
    ("source", "paid"),
    [
        ("自治区财政", True),
        ("宁夏回族自治区 财政厅", True),
        ("部门预算", True),
        ("财政拨款", True),
        ("中央和自治区财政", True),
        ("中央财政", False),
        ("石嘴山市财政", False),
        ("市级财政", False),
        ("企业自筹", False),
        ("", None),
        ("信息化专项", None),
    ],
)
def test_who_pays_is_read_from_the_entry_and_not_guessed(source: str, paid: bool | None) -> None:
    assert funding.is_paid_by_region(source) is paid


@pytest.fixture
def city(world: World) -> Any:
    """银川市 with a bureau below it."""
    kept: Any = world
    kept.city = factories.Organization(name="yinchuan", title="银川市", nx_region="640100", nx_level="city")["id"]
    kept.bureau = factories.Organization(
        name="ycgl", title="银川市综合执法局", nx_region="640100", nx_level="city", nx_parent="yinchuan"
    )["id"]
    return kept


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_board_funds_report_overview_and_table_3_agree(world: World, city: Any, seed: int) -> None:
    draw = random.Random(seed)
    owners = [*world.departments.values(), city.city, city.bureau]
    for number in range(24):
        fields = SYSTEM | {
            "title": f"系统{seed}之{number}",
            "nx_plan": draw.choice(record.PLANS),
            "nx_exchange_status": draw.choice(STATUSES),
            "nx_exchange_date": "2018-05",
            "nx_exchange_evidence": "验收意见",
            "nx_state": draw.choice([record.ACTIVE, record.ACTIVE, record.DISPOSED]),
            "nx_funding": draw.choice(SOURCES),
        }
        system_store.create("office", draw.choice(owners), {name: value for name, value in fields.items() if value})
    model.Session.commit()

    board = {row["owner_org"]: row["fields"][2] for row in world.act("office", "nx_system_board")["rows"]}
    funds = world.act("finance", "nx_system_funding")
    for unit in world.departments.values():
        figures = collection.count_figures(unit, today())
        assert (figures["to_connect"], figures["connected"]) == (board[unit]["required"], board[unit]["connected"])
        lines = world.act("office", "nx_system_table", number="3", owner_org=unit)["lines"]
        place = next(number for number, line in enumerate(lines) if line[0].startswith("二、"))
        assert len(lines) - place - 1 == board[unit]["connected"]
        mine = system_store.list_systems([unit])
        outstanding = requirement.select(mine, requirement.OUTSTANDING)
        assert {line["id"] for line in funds if line["owner_org"] == unit} == {
            system.id for system in outstanding if funding.is_paid_by_region(system.funding) is not False
        }
    office = world.act("office", "nx_register_dashboard")["office"]
    regional = [field for unit, field in board.items() if unit in world.departments.values()]
    assert office["figures"]["to_connect"] == sum(field["required"] for field in regional)
    assert office["figures"]["connected"] == sum(field["connected"] for field in regional)
    late = [item for item in office["overdue"] if item["kind"] == "connection"]
    assert len(late) == sum(field["required"] - field["connected"] for field in regional)


def test_a_city_counts_by_its_platform_and_has_its_own_day(world: World, city: Any) -> None:
    rows = {row["owner_org"]: row for row in world.act("office", "nx_system_board")["rows"]}
    field = rows[city.city]["fields"][2]
    assert (field["required"], field["due"]) == (1, "2018-12-31")
    assert rows[city.bureau]["fields"][2]["state"] == "not_required"
    figures = collection.count_figures(city.city, today())
    assert (figures["to_connect"], figures["platforms_to_connect"], figures["platforms_connected"]) == (0, 1, 0)


def test_systems_of_cities_are_not_on_the_funding_list(world: World, city: Any) -> None:
    for owner in (city.city, city.bureau):
        system_store.create("office", owner, SYSTEM | {"title": "智慧城管系统", "nx_exchange_status": "not_connected"})
    model.Session.commit()
    assert {line["owner_org"] for line in world.act("finance", "nx_system_funding")} <= set(world.departments.values())
