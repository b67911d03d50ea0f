"""Proposals to clear systems away: the department confirms or contests, the office decides, table 1 follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.catalogue import config as catalogue
from ckanext.nxopendata.core import workflow
from ckanext.nxopendata.core.calendar import workdays
from ckanext.nxopendata.core.timezone import today, utc_now
from ckanext.nxopendata.core.workflow import Transition, transition
from ckanext.nxopendata.register import config, log
from ckanext.nxopendata.register.cleanup import inactivity_signs
from ckanext.nxopendata.register.cleanup.models import Verdict
from ckanext.nxopendata.register.systems import record, system_store

PROPOSED, CONFIRMED, CONTESTED, CLEARED, KEPT = "proposed", "confirmed", "contested", "cleared", "kept"
OPEN = (PROPOSED, CONFIRMED, CONTESTED)
DEPARTMENT, OFFICE = "department", "office"

STEPS = (
    *transition("confirm", OPEN, CONFIRMED, DEPARTMENT),
    *transition("contest", OPEN, CONTESTED, DEPARTMENT, opinion=True),
    *transition("clear", (PROPOSED, CONFIRMED), CLEARED, OFFICE),
    *transition("clear", CONTESTED, CLEARED, OFFICE, opinion=True),
    *transition("keep", OPEN, KEPT, OFFICE),
)
"""The steps of a proposal."""


def thresholds() -> inactivity_signs.Thresholds:
    """The configured ones."""
    names = ("signs", "unused_months", "idle_percent", "unmaintained_months", "few_users")
    return inactivity_signs.Thresholds(**{name: config.cleanup_threshold(name) for name in names})


def check_signs(system: record.System) -> tuple[inactivity_signs.Sign, ...]:
    """The five signs of a system today."""
    return inactivity_signs.check(system, thresholds(), today())


def signs_to_json(found: Iterable[inactivity_signs.Sign]) -> list[dict[str, Any]]:
    """Signs as they are kept and given out."""
    return [
        {"sign": sign.sign, "met": sign.met, "evidence": sign.evidence, "params": dict(sign.params)} for sign in found
    ]


def propose(user: str, owner_orgs: Collection[str] | None) -> list[str]:
    """Propose every system that shows the signs and was not judged on the same ones before; ids of the proposals."""
    made: list[str] = []
    latest = _latest()
    for system in system_store.list_systems(owner_orgs, state=record.ACTIVE):
        found = check_signs(system)
        if not inactivity_signs.is_proposed(found, thresholds()):
            continue
        last = latest.get(system.id)
        if last is not None and (last.state in OPEN or _met(last.signs) == _met(signs_to_json(found))):
            continue
        verdict = Verdict(system_id=system.id, owner_org=system.owner_org, state=PROPOSED, signs=signs_to_json(found))
        model.Session.add(verdict)
        model.Session.flush()
        log.write("system", system.id, system.owner_org, "propose", user)
        made.append(verdict.id)
    return made


def _met(found: Iterable[Mapping[str, Any]]) -> set[str]:
    return {sign["sign"] for sign in found if sign["met"]}


def _latest() -> dict[str, Verdict]:
    rows = model.Session.scalars(sa.select(Verdict).order_by(Verdict.created))
    return {row.system_id: row for row in rows}


def list_verdicts(owner_orgs: Collection[str] | None = None) -> list[Verdict]:
    """Verdicts of some departments (ids), of all for None: open ones first, then the newest."""
    query = sa.select(Verdict)
    if owner_orgs is not None:
        query = query.where(Verdict.owner_org.in_(list(owner_orgs)))
    rows = model.Session.scalars(query.order_by(Verdict.created.desc()))
    return sorted(rows, key=lambda row: row.state not in OPEN)


def find_latest_verdict(system_id: str) -> Verdict | None:
    """The latest verdict on a system."""
    query = sa.select(Verdict).where(Verdict.system_id == system_id).order_by(Verdict.created.desc())
    return model.Session.scalars(query).first()


def answer_by(verdict: Verdict) -> dt.date:
    """The last day on which the department's answer is waited for, by the calendar of working days."""
    days = tk.config[config.PREFIX + "zombie_answer_days"]
    return workdays.load(catalogue.workdays_file()).after(verdict.created.date(), days).day


def waits_for_answer(verdict: Verdict) -> bool:
    """Whether the department may still answer, so that the office does not decide yet."""
    return verdict.state == PROPOSED and today() <= answer_by(verdict)


def answer(verdict: Verdict, user: str, *, confirm: bool, reason: str) -> None:
    """Take the department's answer to a proposal.

    Raises:
        tk.ValidationError: the office has decided; the reason is missing.
    """
    step = _step(verdict, "confirm" if confirm else "contest", DEPARTMENT)
    if step.opinion and not reason.strip():
        raise tk.ValidationError({"reason": [tk._("Say why the system is to stay")]})
    verdict.state = step.target
    verdict.reason, verdict.answered = reason.strip(), utc_now()
    log.write("system", verdict.system_id, verdict.owner_org, step.action, user, opinion=verdict.reason)


def _step(verdict: Verdict, action: str, role: str) -> Transition:
    try:
        return workflow.find_step(STEPS, action, verdict.state, (role,))
    except workflow.TransitionError:
        raise tk.ValidationError({"id": [tk._("The office has decided already")]}) from None


def decide(verdict: Verdict, user: str, *, clear: bool, opinion: str) -> None:
    """Take the office's decision on a proposal; the system's group in table 1 follows.

    Raises:
        tk.ValidationError: it was decided before; the department may still answer; the reason is missing.
    """
    step = _step(verdict, "clear" if clear else "keep", OFFICE)
    if waits_for_answer(verdict):
        message = tk._("The department may answer until {day}").format(day=answer_by(verdict))
        raise tk.ValidationError({"id": [message]})
    if step.opinion and not opinion.strip():
        raise tk.ValidationError(
            {"opinion": [tk._("The department contested it: say why it is cleared away all the same")]}
        )
    system = system_store.find_system(verdict.system_id)
    verdict.state = step.target
    verdict.opinion, verdict.decided = opinion.strip(), utc_now()
    changes: dict[str, str] = {}
    # The entry of a system that went while the proposal was open stays as it is.
    if system is not None and system.state == record.ACTIVE:
        if clear:
            changes = {"nx_plan": record.CLEAR}
        elif system.plan == record.CLEAR:
            changes = {"nx_plan": record.KEEP}
    system_store.update(user, verdict.system_id, changes, action=step.action, opinion=verdict.opinion)
