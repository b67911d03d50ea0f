"""The funding rule (分工方案二（五）3): an unconnected system gets no operation funds. Plain module.

“2019年1月1日起，凡已明确须接入而实际未接入共享平台的部门政务信息系统，自治区财政原则上不予安排运维经费”
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.record import System

BLOCKED, EXEMPT = "blocked", "exempt"


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a system keeps its funds; ``until`` is the last day, None for good."""

    reason: str
    until: dt.date | None
    user: str


@dataclass(frozen=True, slots=True)
class Line:
    """A system that the rule meets: ``state`` is ``blocked`` or ``exempt``; ``status`` its connection status."""

    system: System
    state: str
    status: str
    due: dt.date | None
    exemption: Exemption | None


def lines(
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
        required = system.exchange_status in (record.NOT_CONNECTED, record.PREPARING)
        if not required or system.state != record.ACTIVE:
            continue
        exemption = exemptions.get(system.id)
        valid = exemption is not None and (exemption.until is None or today <= exemption.until)
        found.append(Line(system, EXEMPT if valid else BLOCKED, system.exchange_status, due, exemption))
    return found
