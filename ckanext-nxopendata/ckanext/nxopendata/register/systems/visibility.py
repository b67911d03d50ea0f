"""Systems and projects are kept as CKAN's datasets of their own types, and stay out of everything public.

They are always private and never written to the search index by the register; should somebody rebuild the whole
index, they enter it without any content. What is declared public is shown by the register's own pages.
"""

from __future__ import annotations

from typing import Any

import ckan.model as model

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.review.visibility import Labels as CatalogueLabels

SYSTEM, PROJECT = "system", "project"
TYPES = (SYSTEM, PROJECT)

SUPERVISOR_LABEL = "nx-register-supervisor"

KEPT = frozenset(
    {
        "id",
        "index_id",
        "site_id",
        "name",
        "dataset_type",
        "type",
        "entity_type",
        "state",
        "capacity",
        "owner_org",
        "metadata_created",
        "metadata_modified",
        "organization",
    }
)
"""Fields of the index document that say nothing of the content."""


def department_label(owner_org: str) -> str:
    """The permission label of the rows of one department."""
    return f"nx-register-{owner_org}"


class Labels(CatalogueLabels):
    """The catalogue's permission labels; for systems and projects, those of the register alone."""

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        if dataset_obj.type in TYPES:
            return [department_label(dataset_obj.owner_org or ""), SUPERVISOR_LABEL]
        return super().get_dataset_labels(dataset_obj)

    def get_user_dataset_labels(self, user_obj: model.User | None) -> list[str]:
        labels = super().get_user_dataset_labels(user_obj)
        name = getattr(user_obj, "name", None)
        if not name:
            return labels
        labels += [department_label(department) for department in roles.departments(name)]
        if roles.sees_all(name):
            labels.append(SUPERVISOR_LABEL)
        return labels


def without_register(search_params: dict[str, Any]) -> dict[str, Any]:
    """Keep systems and projects out of every dataset search, whoever searches: the register has its own lists."""
    search_params["fq"] = f"{search_params.get('fq') or ''} -dataset_type:({' OR '.join(TYPES)})".strip()
    return search_params


def index_nothing(document: dict[str, Any]) -> dict[str, Any]:
    """The index document of a system or project without its content; any other as it is."""
    if document.get("dataset_type", document.get("type")) not in TYPES:
        return document
    return {key: value for key, value in document.items() if key in KEPT} | {"capacity": "private"}
