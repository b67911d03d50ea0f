"""The plan's own words, for the reader: units and days as the plan writes them, its clauses.

``schemas/register/plan_words.csv`` has the English of what ``tasks.csv``, ``successors.csv`` and ``connections.yaml``
say in Chinese.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import is_chinese, reader_language
from ckanext.nxopendata.register.tasks import plan_tasks

FILE = resources.files("ckanext.nxopendata.schemas") / "register" / "plan_words.csv"
_NUMERALS = str.maketrans({**dict(zip("一二三四五六七八九", "123456789", strict=True)), "（": " (", "）": ") "})


@cache
def list_words() -> dict[str, str]:
    """The words of the plan, Chinese -> English."""
    return {row["zh"]: row["en"] for row in csv.DictReader(FILE.read_text(encoding="utf-8").splitlines())}


def say_unit(unit: str) -> str:
    """A unit or group that a task names; who carries on its work, where it is no more."""
    groups = {
        plan_tasks.DEPARTMENTS: tk._("All departments"),
        plan_tasks.CITIES: tk._("The five cities and Ningdong"),
        plan_tasks.MUNICIPALITIES: tk._("The five cities"),
        plan_tasks.COUNTIES: tk._("Counties and districts"),
    }
    if unit in groups:
        return groups[unit]
    now = plan_tasks.successor(unit)
    if now == unit:
        return _name(unit)
    return tk._("{unit} (now {successor})").format(unit=_name(unit), successor=_name(now))


def say_due(text: str) -> str:
    """The day of a task in the plan's words."""
    return text if is_chinese() else list_words().get(text, text)


def say_clause(source: str) -> str:
    """A clause of the plan: ``二（五）3``, in other languages ``2 (5) 3``."""
    return source if is_chinese() else list_words().get(source) or source.translate(_NUMERALS).strip()


def _name(unit: str) -> str:
    if is_chinese():
        return unit
    if unit in list_words():
        return list_words()[unit]
    group = model.Group  # the office gives tasks to units of the site, by their titles
    name = model.Session.scalar(sa.select(group.name).where(group.is_organization, group.title == unit))
    return departments.title(name, reader_language()) if name else unit
