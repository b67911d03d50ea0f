"""Files that are withheld while an objection is verified."""

from __future__ import annotations

from collections.abc import Sequence

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest


def judge(asked: Sequence[FileRequest]) -> dict[str, Access]:
    """Refuse a file, and its rows, while an objection against it is verified; those without one are left out."""
    datasets = {one.dataset.id for one in asked}
    query = sa.select(Case).where(Case.dataset_id.in_(datasets), Case.suspends).order_by(Case.serial)
    cases = list(model.Session.scalars(query))
    message = tk._("This file is withheld while an objection is being verified ({number}). The entry stays.")
    refused: dict[str, Access] = {}
    for one in asked:
        for case in cases:
            if case.dataset_id == one.dataset.id and case.resource_id in ("", one.resource.id):
                refused.setdefault(one.resource.id, Access(False, "suspended", message.format(number=case.number)))
    return refused


def find_suspending_case(dataset_id: str) -> Case | None:
    """Return the first case for which a dataset, or a file of it, is withheld."""
    query = sa.select(Case).where(Case.dataset_id == dataset_id, Case.suspends).order_by(Case.serial)
    return model.Session.scalars(query.limit(1)).first()
