"""Votes as rows: each account counts once for a demand, however many demands were merged into it. Nothing commits."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.cases.definitions.kind import ENDED
from ckanext.nxopendata.cases.models import Case, Vote
from ckanext.nxopendata.cases.references import lookup
from ckanext.nxopendata.core.timezone import utc_now

MERGED = "merged"
"""State of a case that goes on as another, whose number its answer ``merged_into`` gives."""


def add(case: Case, user_id: str) -> None:
    """Let an account support a case; a second time changes nothing.

    Args:
        case: locked by the caller.
    """
    model.Session.execute(
        insert(Vote).values(case_id=case.id, user_id=user_id, created=utc_now()).on_conflict_do_nothing()
    )
    count(case)


def count(case: Case) -> None:
    """Count the votes of a case anew; the vote of who asked for it is no support of others."""
    query = sa.select(sa.func.count()).where(Vote.case_id == case.id, Vote.user_id != case.applicant_id)
    case.votes = model.Session.scalar(query) or 0
    model.Session.flush()


def lock_target(case_id: str, answers: Any) -> None:
    """Lock a case together with the one that it is to be merged into, in one order for all: nobody waits in a circle.

    Args:
        answers: of the step; those of other steps name no other case.
    """
    number = answers.get("merged_into") if isinstance(answers, dict) else None
    target = lookup.find_number(number) if isinstance(number, str) else None
    if target is None:
        return
    query = sa.select(Case).where(Case.id.in_([case_id, target.id])).order_by(Case.id).with_for_update()
    model.Session.scalars(query.execution_options(populate_existing=True)).all()


def merge(case: Case) -> None:
    """Move the votes of a case that was merged, with one of its applicant, to the case that it was merged into.

    Args:
        case: locked by the caller with its target, as :func:`lock_target`.

    Raises:
        tk.ValidationError: the other case is over by now.
    """
    number = case.answers.get("merged_into")
    target = lookup.find_number(number) if number and case.state == MERGED else None
    if target is None or target.id == case.id:
        return
    if target.phase == ENDED:
        raise tk.ValidationError({"merged_into": [tk._("Name another case, one that is not over")]})
    moved = sa.select(sa.literal(target.id), Vote.user_id, Vote.created).where(Vote.case_id == case.id)
    columns = ["case_id", "user_id", "created"]
    model.Session.execute(insert(Vote).from_select(columns, moved).on_conflict_do_nothing())
    model.Session.execute(sa.delete(Vote).where(Vote.case_id == case.id))
    if case.applicant_id:
        add(target, case.applicant_id)
    count(target)
    count(case)


def list_merged(case: Case) -> list[Case]:
    """Return the cases that were merged into one, and into those in turn."""
    found: dict[str, Case] = {}
    numbers = [case.number]
    while numbers:
        query = sa.select(Case).where(Case.state == MERGED, Case.answers["merged_into"].astext.in_(numbers))
        fresh = [row for row in model.Session.scalars(query.order_by(Case.serial)) if row.id not in found]
        found |= {row.id: row for row in fresh}
        numbers = [row.number for row in fresh]
    return list(found.values())
