"""The record of a withdrawal that everybody may read; nothing in it comes from the dataset's content."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.workflow import cases, state_machine
from ckanext.nxopendata.review.workflow.models import Decision

BY_HARVEST = "nx_withdrawn"
"""Extra of a dataset that its source does not list any more; the value is the time, UTC."""

DEPARTMENT, OFFICE, SOURCE = "department", "office", "source"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a withdrawn dataset.

    Attributes:
        dataset_id, name: by which it was known.
        owner_org: id of the department that provided it.
        time: of the withdrawal, UTC.
        by: ``department``, ``office`` or ``source`` (its source does not list it any more).
        reason: the opinion with which it was withdrawn; "" where the source tells none.
    """

    dataset_id: str
    name: str
    owner_org: str
    time: dt.datetime
    by: str
    reason: str


def left_its_source(dataset: model.Package) -> bool:
    """Whether a harvest withdrew the dataset."""
    return BY_HARVEST in (dataset.extras or {})


def find(reference: str) -> Tombstone | None:
    """Return the tombstone of a dataset (id or name) that was public and was withdrawn; None for every other."""
    dataset = model.Package.get(reference)
    if dataset is None or dataset.state != model.State.ACTIVE or dataset.type != "dataset":
        return None
    owner = str(dataset.owner_org or "")
    if left_its_source(dataset) and not dataset.private:
        time = dt.datetime.fromisoformat(str(dataset.extras[BY_HARVEST])).replace(tzinfo=None)
        return Tombstone(dataset.id, dataset.name, owner, time, SOURCE, "")
    case = cases.find_own_case(dataset.id)
    if case is None or case.state != state_machine.WITHDRAWN:
        return None
    query = sa.select(Decision).where(Decision.case_id == case.id, Decision.target == state_machine.WITHDRAWN)
    step = model.Session.scalars(query.order_by(Decision.id.desc()).limit(1)).first()
    if step is None:
        return None
    by = OFFICE if roles.is_office(step.user_name) else DEPARTMENT
    return Tombstone(dataset.id, dataset.name, owner, step.time, by, step.opinion)
