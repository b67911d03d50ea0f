"""Template helpers of the ledger of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.ledger import auth, facts, notices
from ckanext.nxopendata.register.ledger.models import Step
from ckanext.nxopendata.register.tasks import plan_tasks, tasks_in_force, wording

WORDS: Mapping[str, LazyString] = {
    "supervision": _("Supervision notice"),
    "rectification": _("Order to mend"),
    "open": _("Waits for the reply"),
    "replied": _("Replied, waits for the office"),
    "closed": _("Closed"),
    "monthly": _("Monthly report"),
    "annual": _("Annual report"),
    "catalogue": _("Catalogue of information resources"),
    "tables": _("Tables of the plan"),
    "other": _("Other"),
}


def nx_ledger_word(code: str) -> str:
    """A kind or state of the ledger in words."""
    return str(WORDS[code])


def nx_plan_clause(source: str) -> str:
    """A clause of the plan, as the reader's language counts."""
    return wording.say_clause(source)


def nx_ledger_value(name: str, text: str) -> str:
    """What the log keeps of a task's units (``lead``, ``cooperating``) or day, in words."""
    if name == "due":
        return wording.say_due(text)
    return tk._("; ").join(wording.say_unit(unit) for unit in text.split("；") if unit)


def nx_ledger_units() -> list[tuple[str, str]]:
    """Whom a task can be given to: (value, label), the groups first."""
    groups = [
        (plan_tasks.DEPARTMENTS, tk._("All departments")),
        (plan_tasks.CITIES, tk._("The five cities and Ningdong")),
        (plan_tasks.MUNICIPALITIES, tk._("The five cities")),
        (plan_tasks.COUNTIES, tk._("Counties and districts")),
    ]
    group: Any = model.Group
    query = sa.select(group).where(group.is_organization, group.state == "active").order_by(group.title)
    language = reader_language()
    found = [(row.title or row.name, departments.title(row.name, language)) for row in model.Session.scalars(query)]
    return groups + found


def nx_ledger_facts(code: str) -> list[dict[str, Any]]:
    """What the register knows of a task, for the reader: ``unit``, ``good``, ``total``, ``done``; their own units'."""
    user = tk.current_user.name
    task = tasks_in_force.find_task(code)
    if task is None or (code not in facts.RULES and code not in facts.ROUNDS and code not in facts.SENT):
        return []
    units = facts.leading_units(task)
    own = units if roles.sees_all(user) else [unit for unit in units if unit in roles.departments(user)]
    language = reader_language()
    return [
        {
            "unit": departments.title(unit, language) if unit else tk._("The region"),
            "good": fact.good,
            "total": fact.total,
            "done": fact.done,
        }
        for unit, fact in facts.find_facts(code, own, today()).items()
    ]


def nx_ledger_steps(code: str) -> list[dict[str, Any]]:
    """The steps of a task that the reader may see, by unit and day."""
    user = tk.current_user.name
    query = sa.select(Step).where(Step.code == code).order_by(Step.owner_org, Step.due)
    if not roles.sees_all(user):
        query = query.where(Step.owner_org.in_(roles.departments(user)))
    return [notices.step_to_api(row, today()) for row in model.Session.scalars(query)]


def nx_ledger_may_issue() -> bool:
    """Whether the reader issues notices."""
    return auth.issues_notices(tk.current_user.name)
