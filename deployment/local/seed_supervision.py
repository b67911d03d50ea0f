"""The supervision of the demo: two years of evaluation and one finding of the audit, all of it marked 演示.

Called by ``local.seed`` after the register is filled; goes through the register's actions, on days of those years.
Where a year is evaluated already it does nothing.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.seed_register import UNITS
from local.stack import say

Act = Callable[..., Any]

YEARS = (2024, 2025)
EARLIER = {"catalogue": 2, "connected": 3, "quality": 4}
"""Indicator -> by how many records the earlier year was worse: the demo has no history of its own."""

OBJECTION = "“旅馆业治安管理系统”已于年内接入共享交换平台，统计时尚未登记（演示）。"


def load(act: Act) -> None:
    """Evaluate the years and enter the finding, once."""
    if act("nx_evaluation_list", year=YEARS[0]):
        return
    say("填写评价和审计", "filling evaluation and audit")
    _uses(act)
    for year in YEARS:
        _evaluate(act, year)
    act(
        "nx_audit_finding_create",
        owner_org=UNITS["gat"][0],
        title="印章治安管理系统未登记等级保护备案号（演示）",
        text="登记册中该系统的等级保护备案号为空。请在期限内补登备案号，或说明原因（演示数据，非真实审计发现）。",
    )


@contextmanager
def _on(day: str) -> Iterator[None]:
    """The register's day."""
    from ckanext.nxopendata.core.timezone import TODAY_VARIABLE

    before = os.environ.get(TODAY_VARIABLE)
    os.environ[TODAY_VARIABLE] = day
    try:
        yield
    finally:
        if before is None:
            del os.environ[TODAY_VARIABLE]
        else:
            os.environ[TODAY_VARIABLE] = before


def _uses(act: Act) -> None:
    """Some systems say whether they use what others share."""
    for unit in ("gat", "mzt", "yinchuan"):
        for number, system in enumerate(act("nx_system_list", owner_org=UNITS[unit][0], state="active")["results"][:4]):
            act("nx_system_update", id=system["id"], nx_uses_shared="0" if number == 3 else "1")


def _evaluate(act: Act, year: int) -> None:
    with _on(f"{year}-12-15"):
        act("nx_evaluation_collect", year=year)
        if year == YEARS[0]:
            _worsen(act, year)
        for row in act("nx_evaluation_list", year=year):
            act("nx_evaluation_update", id=row["id"], advice="演示数据，非真实评价。")
        act("nx_evaluation_send", year=year)
        row = act("nx_evaluation_list", year=year, owner_org=UNITS["gat"][0])[0]
        act("nx_evaluation_answer", id=row["id"], confirm=False, objection=OBJECTION)
        connected = next(score for score in row["scores"] if score["key"] == "connected")
        if connected["denominator"]:
            act(
                "nx_evaluation_update",
                id=row["id"],
                indicator="connected",
                numerator=min(connected["numerator"] + 1, connected["denominator"]),
                denominator=connected["denominator"],
                reason="经核实，该系统的接入已验收（演示）",
            )
        act("nx_evaluation_reply", id=row["id"], accepted=True, reply="情况属实，已更正（演示）。")
    with _on(f"{year + 1}-01-20"):
        act("nx_evaluation_publish", year=year)


def _worsen(act: Act, year: int) -> None:
    for row in act("nx_evaluation_list", year=year):
        for score in row["scores"]:
            less = EARLIER.get(score["key"], 0)
            if less and score["numerator"]:
                act(
                    "nx_evaluation_update",
                    id=row["id"],
                    indicator=score["key"],
                    numerator=max(score["numerator"] - less, 0),
                    denominator=score["denominator"],
                    reason=f"演示数据：{year}年的计数为虚构",
                )
