"""What speaks against a project (分工方案三（五）): its systems against the register's rules. Plain module.

“对不符合共建共享要求的项目，相关部门不予审批，不拨付运维经费”: a flag does not decide, it is shown to the department
when it submits, to the offices that sign, to the office that files and to the finance department; filing in
spite of one needs its reason in words.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ckanext.nxopendata.catalogue.schema.filing_rules import title_key
from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.connection import requirement
from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.record import System

NO_SYSTEM = "no_system"
UNKNOWN_SYSTEM = "unknown_system"
GONE = "gone"
CLEAR_PLANNED = "clear_planned"
CLEAR_PROPOSED = "clear_proposed"
MERGE_PLANNED = "merge_planned"
NOT_CONNECTED = "not_connected"
NO_FUNDS = "no_funds"
SAME_FUNCTION = "same_function"
NO_DATASETS = "no_datasets"
NOT_GRADED = "not_graded"
NOT_FILED = "protection_not_filed"
TEST_OVERDUE = "protection_test_overdue"

TEST_MONTHS = {"3": 12, "4": 6}
"""信息安全等级保护管理办法（公通字〔2007〕43号）第十四条: grade -> months after a test when the next is due."""
FILED_FROM = ("2", "3", "4", "5")
"""The same, article 15: grades that are filed with the public security organs."""
ALIKE = 0.85
"""From which likeness two functions count as the same."""
SHORTEST = 8
"""Characters of a function below which likeness says nothing."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that speaks against a project.

    Attributes:
        code: stable, one of the constants above.
        clause: of the plan, or the rule.
        system: the title of the system it is about; "" where it is the project.
        detail: what the reader needs beside it: another system, a day, a filing number.
    """

    code: str
    clause: str
    system: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the register knows beside the systems of the project.

    Attributes:
        systems: all systems in use, of all departments.
        proposed: ids of systems with an undecided proposal to clear them away.
        unfunded: ids of systems that the funding rule leaves without operation funds.
    """

    systems: Sequence[System] = ()
    proposed: Collection[str] = frozenset()
    unfunded: Collection[str] = frozenset()


def find_flags(systems: Sequence[System], unknown: Iterable[str], facts: Facts, today: dt.date) -> list[Flag]:
    """Return what speaks against a project.

    Args:
        systems: the project's, as the register has them.
        unknown: names that it gives for systems that the register does not have.
    """
    found = [Flag(UNKNOWN_SYSTEM, "三（五）", name) for name in unknown]
    if not systems and not found:
        found.append(Flag(NO_SYSTEM, "三（五）"))
    for system in systems:
        found += _of_plan(system, facts)
        found += _of_sharing(system, facts)
        found += _of_protection(system, today)
    return found


def _of_plan(system: System, facts: Facts) -> list[Flag]:
    if system.state != record.ACTIVE:
        return [Flag(GONE, "二（一）2", system.title, system.disposed)]
    if system.plan == record.CLEAR:
        return [Flag(CLEAR_PLANNED, "二（一）2", system.title)]
    if system.id in facts.proposed:
        return [Flag(CLEAR_PROPOSED, "二（一）2", system.title)]
    if system.plan == record.MERGE:
        return [Flag(MERGE_PLANNED, "二（四）2", system.title, system.merged_into)]
    return []


def _of_sharing(system: System, facts: Facts) -> list[Flag]:
    found = []
    if requirement.classify(system) == requirement.OUTSTANDING:
        found.append(Flag(NOT_CONNECTED, "二（五）3", system.title))
    if system.id in facts.unfunded:
        found.append(Flag(NO_FUNDS, "二（五）3", system.title))
    if twin := find_twin(system, facts.systems):
        found.append(Flag(SAME_FUNCTION, "三（五）", system.title, f"{twin.department}·{twin.title}"))
    if system.state == record.ACTIVE and not system.datasets:
        found.append(Flag(NO_DATASETS, "二（二）", system.title))
    return found


def find_twin(system: System, others: Iterable[System]) -> System | None:
    """Return a system in use that does the same: the same name or function, or the one said to be able to replace it.

    Parts that merge into one are no twins of each other, nor of what takes them up.
    """
    title = title_key(system.title)
    target, replacement = _title_or_none(system.merged_into), _title_or_none(system.replaceable_by)
    for other in others:
        name = title_key(other.title)
        if other.id == system.id or other.state != record.ACTIVE or other.plan == record.CLEAR:
            continue
        merged_into = _title_or_none(other.merged_into)
        joins = merged_into is not None and merged_into in (target, title)
        if other.owner_org == system.owner_org and (name == target or joins):
            continue
        if name in (title, replacement) or _is_alike(system.function, other.function):
            return other
    return None


def _title_or_none(name: str) -> str | None:
    return title_key(name) if name else None


def _is_alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST:
        return False
    if one == other:
        return True
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _of_protection(system: System, today: dt.date) -> list[Flag]:
    rule = "三（六）"
    if system.state != record.ACTIVE:
        return []
    if system.protection_level in ("", "0"):
        return [Flag(NOT_GRADED, rule, system.title)]
    found = []
    if system.protection_level in FILED_FROM and not system.protection_record:
        found.append(Flag(NOT_FILED, rule, system.title))
    months = TEST_MONTHS.get(system.protection_level)
    since = periods.months_since(system.protection_tested, today)
    if months and (since is None or since >= months):
        found.append(Flag(TEST_OVERDUE, rule, system.title, system.protection_tested))
    return found
