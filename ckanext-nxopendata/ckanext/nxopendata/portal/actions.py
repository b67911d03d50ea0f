"""Actions of the portal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context, DataDict

__all__ = ["nx_portal_figures"]

RECENT = timedelta(days=7)


@tk.side_effect_free
def nx_portal_figures(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What the public can find on this site, in figures.

    Takes no arguments. Costs two searches and two database queries, however much there is.

    :returns: ``datasets``, ``departments`` (with at least one public dataset), ``files`` and ``changed`` (datasets
        changed in the last seven days) as numbers; ``newest``, the six datasets changed last; ``facets``, field ->
        ``[{"name", "count"}]`` for ``nx_theme``, ``organization``, ``nx_region``, ``res_format``, ``tags``,
        ``license_id``, ``nx_update_cycle`` and ``nx_is_open``, most frequent first.
    """
    tk.check_access("nx_portal_figures", context, data_dict)
    search = tk.get_action("package_search")
    fields = (
        "nx_theme",
        "organization",
        "nx_region",
        "res_format",
        "tags",
        "license_id",
        "nx_update_cycle",
        "nx_is_open",
    )
    public = '+capacity:"public" +dataset_type:dataset'
    found = search(
        {"user": "", "for_view": True},
        {"fq": public, "rows": 6, "sort": "metadata_modified desc", "facet.field": list(fields), "facet.limit": 500},
    )
    recent = f"+metadata_modified:[NOW-{RECENT.days}DAYS TO *]"
    changed = search({"user": ""}, {"fq": f"{public} {recent}", "rows": 0})["count"]
    facets = {
        name: sorted(
            ({"name": item["name"], "count": item["count"]} for item in facet["items"]),
            key=lambda item: (-item["count"], item["name"]),
        )
        for name, facet in found["search_facets"].items()
    }
    return {
        "datasets": found["count"],
        "departments": len(facets.get("organization", ())),
        "files": _public_files(),
        "changed": changed,
        "newest": found["results"],
        "facets": facets,
    }


def _public_files() -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(model.Resource)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(
            model.Resource.state == "active",
            model.Package.state == "active",
            model.Package.private.is_(False),
            model.Package.type == "dataset",
        )
    )
    return model.Session.execute(query).scalar_one()
