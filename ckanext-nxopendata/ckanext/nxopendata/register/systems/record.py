"""What a government system is, as plain values. Plain module.

The nine columns of table 1 (序号, 管理部门, 名称, 功能, 使用范围, 使用频度, 审批部门, 审批时间, 经费来源), and what the
rules of the plan need to know. Dates are ISO 8601 with the precision that is known: ``2015``, ``2015-06``,
``2015-06-01``; "" where nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

KEEP, MERGE, CLEAR = "keep", "merge", "clear"
PLANS = (KEEP, MERGE, CLEAR)
"""The groups of table 1, in its order."""

ACTIVE, MERGED, DISPOSED = "active", "merged", "disposed"

CONNECTED, PREPARING, NOT_CONNECTED, NOT_REQUIRED = "connected", "preparing", "not_connected", "not_required"


@dataclass(frozen=True, slots=True)
class System:
    """One system of the register.

    Attributes:
        owner_org: the department's id; ``department`` its title.
        order: its place in the department's tables; systems without one come last.
        users: None where it is not known; so ``resource_use``, per cent.
        replaceable_by, merged_into: names as the department wrote them.
        uses_shared: whether it uses what other units share: ``1``, ``0``, or "" where nothing is said; ``uses`` which.
    """

    id: str
    name: str
    title: str
    owner_org: str
    department: str = ""
    title_en: str = ""
    function: str = ""
    scope: str = ""
    frequency: str = ""
    approver: str = ""
    approved: str = ""
    funding: str = ""
    plan: str = KEEP
    order: int | None = None
    unit: str = ""
    builder: str = ""
    funding_mode: str = ""
    origin: str = ""
    network: str = ""
    protection_level: str = ""
    protection_record: str = ""
    protection_tested: str = ""
    secrecy_level: str = ""
    secrecy_record: str = ""
    users: int | None = None
    last_used: str = ""
    business_link: str = ""
    replaceable_by: str = ""
    resource_use: float | None = None
    maintenance: str = ""
    last_maintained: str = ""
    merged_into: str = ""
    merge_due: str = ""
    state: str = ACTIVE
    disposed: str = ""
    disposal_note: str = ""
    service_status: str = ""
    service_date: str = ""
    service_evidence: str = ""
    exchange_status: str = ""
    exchange_date: str = ""
    exchange_evidence: str = ""
    datasets: tuple[str, ...] = ()
    uses_shared: str = ""
    uses: tuple[str, ...] = ()
    declared_public: bool = False
    remark: str = ""

    @property
    def is_demo(self) -> bool:
        """Whether the row is made up for a demonstration."""
        return self.remark.startswith("演示")


_IDENTITY = frozenset({"id", "name", "title", "owner_org", "department", "title_en", "function", "plan", "state"})
_TEXTS = tuple(each.name for each in fields(System) if each.type == "str" and each.name not in _IDENTITY)
"""Attributes that are stored as they are, as ``nx_<attribute>``."""


def build_system(identity: Mapping[str, str], stored: Mapping[str, Any]) -> System:
    """A system from what the database holds.

    Args:
        identity: ``id``, ``name``, ``title``, ``owner_org``, ``department``.
        stored: the fields of ``schemas/system.yaml``.
    """
    more: dict[str, Any] = {name: str(stored.get(f"nx_{name}") or "") for name in _TEXTS}
    functions = stored.get("notes_translated") or {}
    return System(
        **identity,
        **more,
        title_en=(stored.get("title_translated") or {}).get("en", ""),
        function=functions.get("zh") or next(iter(functions.values()), ""),
        plan=stored.get("nx_plan") or KEEP,
        state=stored.get("nx_state") or ACTIVE,
        order=_number(stored.get("nx_order"), int),
        users=_number(stored.get("nx_users"), int),
        resource_use=_number(stored.get("nx_resource_use"), float),
        datasets=tuple(stored.get("nx_datasets") or ()),
        uses=tuple(stored.get("nx_uses") or ()),
        declared_public=stored.get("nx_declared_public") == "1",
    )


def sort_key(system: System) -> tuple[Any, ...]:
    """The sort key of official tables: by department, the department's own order, then the name."""
    return (system.department, system.order is None, system.order or 0, system.title, system.id)


def _number(value: Any, kind: Any) -> Any:
    try:
        return kind(value) if value not in (None, "") else None
    except ValueError:
        return None
