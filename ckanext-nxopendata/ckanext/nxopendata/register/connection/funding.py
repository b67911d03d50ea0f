"""The funding rule (分工方案二（五）3): an unconnected system gets no operation funds. Plain module.

“2019年1月1日起，凡已明确须接入而实际未接入共享平台的部门政务信息系统，自治区财政原则上不予安排运维经费”: it meets
departments of the region (the caller leaves cities and counties out) and systems that the region's treasury pays.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ckanext.nxopendata.register.connection import requirement
from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.record import System

BLOCKED, EXEMPT, UNSTATED = "blocked", "exempt", "funds_unstated"

REGION = re.compile(r"自治区|区财政|区本级|区级|部门预算|本级财政|省级|^财政(拨款|资金|投资|经费)?$")
"""How departments write in 经费来源 that the region's treasury pays; a department's budget is part of it."""
ELSEWHERE = re.compile(r"[市县乡镇]级|[市县]财政|中央|国家|部委|部级|自筹|自有|企业|社会|捐|贷款")
"""How they write that somebody else pays."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a system keeps its funds; ``until`` is the last day, None for good."""

    reason: str
    until: dt.date | None
    user: str


@dataclass(frozen=True, slots=True)
class Line:
    """A system that the rule meets, or may meet.

    Attributes:
        state: ``blocked``, ``exempt``, or ``funds_unstated`` while its entry does not say clearly who pays.
        status: its connection status.
    """

    system: System
    state: str
    status: str
    due: dt.date | None
    exemption: Exemption | None


def is_paid_by_region(source: str) -> bool | None:
    """Return whether the region's treasury pays a system, by its 经费来源; None where the text does not tell.

    >>> is_paid_by_region("自治区财政"), is_paid_by_region("中央财政专项"), is_paid_by_region("")
    (True, False, None)
    """
    plain = re.sub(r"\s", "", source)
    if REGION.search(plain):
        return True
    return False if ELSEWHERE.search(plain) else None


def list_lines(
    systems: Iterable[System],
    exemptions: Mapping[str, Exemption],
    due: dt.date | None,
    since: dt.date,
    today: dt.date,
) -> list[Line]:
    """The systems that are required to connect to the exchange platform and are not connected; [] before ``since``.

    Args:
        exemptions: by the system's id.
        due: by when they were to connect.
    """
    if today < since:
        return []
    found: list[Line] = []
    for system in sorted(systems, key=record.sort_key):
        paid = is_paid_by_region(system.funding)
        if requirement.classify(system) != requirement.OUTSTANDING or paid is False:
            continue
        exemption = exemptions.get(system.id)
        valid = exemption is not None and (exemption.until is None or today <= exemption.until)
        state = EXEMPT if valid else BLOCKED if paid else UNSTATED
        found.append(Line(system, state, system.exchange_status, due, exemption))
    return found
