"""Who sees what: datasets under review for the office, pending changes for those who edit them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.lib.plugins import DefaultPermissionLabels
from ckan.types import Context

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.withdrawal import tombstones
from ckanext.nxopendata.review.workflow import cases, state_machine

OFFICE_LABEL = "nx-office"


class Labels(DefaultPermissionLabels):
    """CKAN's permission labels, and one for the supervising office.

    What is not public is for the department; once it was submitted, for the office too.
    """

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        labels = super().get_dataset_labels(dataset_obj)
        if "public" in labels and tombstones.left_its_source(dataset_obj):
            # One behaviour for all that is withdrawn: the public has the tombstone, the department what it was.
            return [f"member-{dataset_obj.owner_org}", OFFICE_LABEL]
        if "public" not in labels:
            case = cases.find_own_case_of_many(dataset_obj.id)
            if case is not None and case.state != state_machine.DRAFT:
                labels.append(OFFICE_LABEL)
        return labels

    def get_user_dataset_labels(self, user_obj: model.User | None) -> list[str]:
        labels = super().get_user_dataset_labels(user_obj)  # type: ignore[arg-type]  CKAN passes None too
        name = getattr(user_obj, "name", None)
        if name and roles.is_office(name):
            labels.append(OFFICE_LABEL)
        return labels


def show_pending(context: Context, dataset: dict[str, Any]) -> None:
    """Give whoever reads a dataset in order to edit it the pending change, if there is one.

    CKAN marks such reads: ``for_update`` in the API, ``for_edit`` in the form.
    """
    if not (context.get("for_update") or context.get("for_edit")) or not dataset.get("owner_org"):
        return
    if not roles.needs_review(context, dataset["owner_org"]):
        return
    case = cases.find_open_change(dataset["id"])
    if case is not None and case.payload:
        dataset.update(case.payload)
