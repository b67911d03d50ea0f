"""The tasks of the plan: who leads, who takes part, by when. Plain module.

``schemas/register/tasks.csv`` holds all of parts two and three of the plan (政务信息系统整合共享分工方案).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

FILE = resources.files("ckanext.nxopendata.schemas") / "register" / "tasks.csv"
SUCCESSORS = resources.files("ckanext.nxopendata.schemas") / "register" / "successors.csv"
DEPARTMENTS, CITIES, MUNICIPALITIES, COUNTIES = "@departments", "@cities", "@municipalities", "@counties"
"""All departments of the region; the five cities and Ningdong; the five cities alone; the counties and districts."""

OPEN, DONE = "open", "done"


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the plan.

    Attributes:
        code: its number here, ``5-6``.
        section, title, due_text: language -> text.
        lead, cooperating: the units, by name or as one of the two groups.
        due: None where the plan gives no day.
        source: the clause.
    """

    code: str
    section: dict[str, str]
    title: dict[str, str]
    lead: tuple[str, ...]
    cooperating: tuple[str, ...]
    due: dt.date | None
    due_text: str
    source: str

    def concerns(self, names: Iterable[str], kind: str) -> str:
        """What a unit is in this task: ``lead``, ``cooperating`` or "".

        Args:
            names: the names of the unit, in any of the ways in which it is written.
            kind: ``department``, ``city``, ``county`` or ``local`` (any other unit of a city or county).
        """
        known = {same_name(name) for name in names}
        groups = set(GROUPS.get(kind, ()))
        if any("宁东" in name for name in known):
            groups.discard(MUNICIPALITIES)
        for place, units in (("lead", self.lead), ("cooperating", self.cooperating)):
            called = {same_name(name) for unit in units for name in (unit, successor(unit))}
            if groups & set(units) or known & called:
                return place
        return ""


GROUPS = {"department": (DEPARTMENTS,), "city": (CITIES, MUNICIPALITIES), "county": (COUNTIES,)}
"""Kind of unit -> the groups that it belongs to."""


def successor(unit: str) -> str:
    """The body that carries on the work of one that the plan names and that is no more; else the unit itself.

    >>> successor("自治区工商局"), successor("自治区财政厅")
    ('自治区市场监督管理厅', '自治区财政厅')
    """
    return _successors().get(unit, unit)


@cache
def _successors() -> dict[str, str]:
    rows = csv.DictReader(SUCCESSORS.read_text(encoding="utf-8").splitlines())
    return {row["name"]: row["successor"] for row in rows}


def same_name(name: str) -> str:
    """A unit's name without what is left out or put in as one likes.

    >>> same_name("宁夏回族自治区财政厅") == same_name("自治区财政厅"), same_name("银川市人民政府")
    (True, '银川市')
    """
    return re.sub(r"^(宁夏回族自治区|宁夏|自治区)(人民)?(政府)?|(人民政府|政府)$|[\s（）()]", "", name) or name


@cache
def list_tasks() -> tuple[Task, ...]:
    """All tasks, in the order of the plan."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple(
        Task(
            row["code"],
            {"zh": row["section_zh"], "en": row["section_en"]},
            {"zh": row["title_zh"], "en": row["title_en"]},
            _units(row["lead"]),
            _units(row["cooperating"]),
            dt.date.fromisoformat(row["due"]) if row["due"] else None,
            row["due_text"],
            row["source"],
        )
        for row in csv.DictReader(lines)
    )


def find_task(code: str) -> Task | None:
    """The task with this number."""
    return next((task for task in list_tasks() if task.code == code), None)


def is_overdue(task: Task, state: str, today: dt.date) -> bool:
    """Whether a task should have been finished and is not."""
    return state != DONE and task.due is not None and task.due < today


def _units(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[；;]", text) if part)
