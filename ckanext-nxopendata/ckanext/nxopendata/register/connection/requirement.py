"""Which systems are to connect to a platform, and which are connected: the one definition of it. Plain module.

Clauses of 《政务信息系统整合共享分工方案》:

- **应接入** (required), 二（五）3 “对整合后的政务信息系统……按要求接入自治区共享交换平台”: a system in use of
  which it is stated that it is to connect, and that is not to be merged or cleared away; and whatever is
  connected already.
- **已接入** (connected), 附表3: a system in use that is connected, whatever is planned for it.
- **计划整合** (leaving), 二（四）, 二（一）2 and 附表2: a system in use that is to be merged or cleared away and is not
  connected. What takes it up connects; it does not count as required.
- **不需接入** (not required): it was stated, with its reason, that it does not connect.
- **豁免** (exempt), 二（五）3 “原则上不予安排运维经费”: required, not connected, and allowed to keep its funds by
  the office or the finance department (:mod:`.funding`). It stays required.

A platform to which a unit itself connects (a network; of the five cities and Ningdong the exchange platform too,
二（五）4) is counted by unit, not by system.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.record import System

EXCHANGE, SERVICE = "exchange", "service"
"""The platforms to which systems connect: 自治区数据共享交换平台, 自治区政务服务平台."""

CONNECTED, OUTSTANDING, LEAVING, NOT_REQUIRED, UNSTATED, GONE = (
    "connected",
    "outstanding",
    "leaving",
    "not_required",
    "unstated",
    "gone",
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Systems counted by how they stand to a platform."""

    connected: int = 0
    outstanding: int = 0
    leaving: int = 0
    not_required: int = 0
    unstated: int = 0

    @property
    def required(self) -> int:
        """应接入: those connected and those outstanding."""
        return self.connected + self.outstanding


def classify(system: System, platform: str = EXCHANGE) -> str:
    """Return how a system stands to a platform: one of the words of this module."""
    status = getattr(system, f"{platform}_status")
    if system.state != record.ACTIVE:
        return GONE
    if status == record.CONNECTED:
        return CONNECTED
    if system.plan != record.KEEP:
        return LEAVING
    if status == record.NOT_REQUIRED:
        return NOT_REQUIRED
    return OUTSTANDING if status in (record.PREPARING, record.NOT_CONNECTED) else UNSTATED


def select(systems: Iterable[System], standing: str, platform: str = EXCHANGE) -> list[System]:
    """Return the systems that stand to a platform in this way, in their order."""
    return [system for system in systems if classify(system, platform) == standing]


def tally(systems: Iterable[System], platform: str = EXCHANGE) -> Tally:
    """Count systems by how they stand to a platform; what is gone is not counted."""
    counts = Counter(classify(system, platform) for system in systems)
    counts.pop(GONE, None)
    return Tally(**counts)
