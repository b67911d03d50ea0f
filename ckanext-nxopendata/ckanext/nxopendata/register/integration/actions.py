"""Actions of the integration of systems."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.integration import integration_plan
from ckanext.nxopendata.register.schema import by_department
from ckanext.nxopendata.register.systems import system_store


@tk.side_effect_free
@validate(by_department)
def nx_system_integration(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Which systems merge into which big system, department by department, and which datasets come along.

    :param owner_org: only of this department, id or name (optional)

    :returns: each ``department, owner_org, before, after`` (numbers of systems), ``mergers`` (``target, registered,
        parts, datasets``), ``kept``, ``cleared``, ``undecided`` (titles)
    """
    tk.check_access("nx_system_integration", context, data_dict)
    language = reader_language()
    owners = permissions.readable_departments(context, data_dict.get("owner_org"))
    return [_picture(picture, language) for picture in integration_plan.pictures(system_store.list_systems(owners))]


def _picture(picture: integration_plan.Picture, language: str) -> dict[str, Any]:
    return {
        "department": departments.title(picture.owner_org, language),
        "owner_org": picture.owner_org,
        "before": picture.before,
        "after": picture.after,
        "mergers": [
            {
                "target": merger.target.title,
                "registered": not merger.target.id.startswith(integration_plan.PLANNED),
                "parts": [part.title for part in merger.parts],
                "datasets": list(merger.datasets),
            }
            for merger in picture.mergers
        ],
        "kept": [system.title for system in picture.kept],
        "cleared": [system.title for system in picture.cleared],
        "undecided": [system.title for system in picture.undecided],
    }
