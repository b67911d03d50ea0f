"""The five signs of a "zombie" system (分工方案二（一）2), computed from its entry. Plain module.

“对系统使用与实际业务流程长期脱节、功能可被其他系统替代、所占用资源长期处于空闲状态、运行维护停止更新服务，以及使用范围小、频度低”
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.systems.record import System

DETACHED, REPLACEABLE, IDLE, UNMAINTAINED, SMALL = "detached", "replaceable", "idle", "unmaintained", "small"
"""The signs, in the order of the plan."""

LOW = frozenset({"quarterly", "yearly", "rarely", "never"})
"""Frequencies of use that are low."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a sign counts; see ``config_declaration.yaml``."""

    signs: int = 1
    unused_months: int = 12
    idle_percent: int = 10
    unmaintained_months: int = 24
    few_users: int = 20


@dataclass(frozen=True, slots=True)
class Sign:
    """One of the five.

    Attributes:
        met: None where the entry does not say enough.
        evidence: what in the entry says so: a stable code with its parameters.
    """

    sign: str
    met: bool | None
    evidence: str
    params: Mapping[str, Any] = field(default_factory=dict)


def check(system: System, thresholds: Thresholds, today: dt.date) -> tuple[Sign, ...]:
    """The five signs of a system, in the order of the plan."""
    return (
        _detached(system, thresholds, today),
        _replaceable(system),
        _idle(system, thresholds),
        _unmaintained(system, thresholds, today),
        _small(system, thresholds),
    )


def is_proposed(signs: Iterable[Sign], thresholds: Thresholds) -> bool:
    """Whether these signs make a proposal to clear the system away."""
    return sum(sign.met is True for sign in signs) >= thresholds.signs


def _detached(system: System, thresholds: Thresholds, today: dt.date) -> Sign:
    if system.business_link == "none":
        return Sign(DETACHED, True, "link_none")
    if system.frequency == "never":
        return Sign(DETACHED, True, "never_used")
    months = periods.months_since(system.last_used, today)
    if months is None:
        return Sign(DETACHED, False if system.business_link else None, "last_used_unknown")
    params = {"period": system.last_used, "months": months, "threshold": thresholds.unused_months}
    return Sign(DETACHED, months >= thresholds.unused_months, "last_used", params)


def _replaceable(system: System) -> Sign:
    if system.replaceable_by:
        return Sign(REPLACEABLE, True, "replaceable_by", {"name": system.replaceable_by})
    return Sign(REPLACEABLE, None, "replaceable_unknown")


def _idle(system: System, thresholds: Thresholds) -> Sign:
    if system.resource_use is None:
        return Sign(IDLE, None, "resource_use_unknown")
    params = {"percent": f"{system.resource_use:g}", "threshold": thresholds.idle_percent}
    return Sign(IDLE, system.resource_use < thresholds.idle_percent, "resource_use", params)


def _unmaintained(system: System, thresholds: Thresholds, today: dt.date) -> Sign:
    if system.maintenance == "stopped":
        return Sign(UNMAINTAINED, True, "maintenance_stopped")
    months = periods.months_since(system.last_maintained, today)
    if months is None:
        return Sign(UNMAINTAINED, False if system.maintenance == "running" else None, "maintained_unknown")
    params = {"period": system.last_maintained, "months": months, "threshold": thresholds.unmaintained_months}
    return Sign(UNMAINTAINED, months >= thresholds.unmaintained_months, "maintained", params)


def _small(system: System, thresholds: Thresholds) -> Sign:
    params = {"users": system.users, "frequency": system.frequency, "threshold": thresholds.few_users}
    if system.frequency and system.frequency not in LOW:
        return Sign(SMALL, False, "frequency", params)
    if system.users is not None and system.users > thresholds.few_users:
        return Sign(SMALL, False, "users", params)
    if system.users is None or not system.frequency:
        return Sign(SMALL, None, "users_unknown", params)
    return Sign(SMALL, True, "users_and_frequency", params)
