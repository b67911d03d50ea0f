"""Files that are withheld while an objection is verified, and datasets whose page shows a mark."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest


def judge(asked: FileRequest) -> Access | None:
    """Refuse a file, and its rows, while an objection against it is verified; None where none stands."""
    case = find_suspending_case(asked.dataset.id, asked.resource.id)
    if case is None:
        return None
    message = tk._("This file is withheld while an objection is being verified ({number}). The entry stays.")
    return Access(False, "suspended", message.format(number=case.number))


def find_suspending_case(dataset_id: str, resource_id: str = "") -> Case | None:
    """Return the case for which a dataset, or one file of it, is withheld."""
    query = sa.select(Case).where(Case.dataset_id == dataset_id, Case.suspends).order_by(Case.serial)
    if resource_id:
        query = query.where(Case.resource_id.in_(("", resource_id)))
    return model.Session.scalars(query.limit(1)).first()


def list_marks(dataset_id: str) -> list[dict[str, str]]:
    """Return what is being verified at a dataset: ``number``, ``place`` and ``id`` of each correction."""
    query = sa.select(Case).where(Case.dataset_id == dataset_id, Case.marks).order_by(Case.serial).limit(20)
    return [
        {"id": case.id, "number": case.number, "place": case.answers.get("place", "")}
        for case in model.Session.scalars(query)
    ]
