"""The page a department's officer begins the day with."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.catalogue.review import gate
from ckanext.nxopendata.portal import use

staff = Blueprint("nx_staff", __name__)

SHOWN = 10


def _act(action: str, /, **data: Any) -> Any:
    return tk.get_action(action)({"user": tk.current_user.name}, data)


@staff.route("/workbench")
def workbench() -> str:
    """What waits, what is overdue, what is wrong, what readers say, and how the datasets are used."""
    if not tk.current_user.is_authenticated:
        tk.abort(403, tk._("Log in to see the workbench of your department"))
    user = tk.current_user.name
    everything = authz.is_sysadmin(user) or gate.is_office(user)
    mine = _act("organization_list_for_user", permission="update_dataset")
    within = [] if everything else [f"owner_org:({' OR '.join(one['id'] for one in mine) or 'none'})"]
    seen = {"include_private": True, "include_drafts": True}
    return tk.render(
        "nx/workbench.html",
        {
            "departments": mine,
            "everything": everything,
            "all": _found([*within, "state:active"], rows=0, **seen)["count"],
            "public": _found([*within, 'capacity:"public"'], rows=0)["count"],
            "drafts": _found([*within, "state:draft"], rows=SHOWN, **seen),
            "without_files": _found([*within, "num_resources:0"], rows=SHOWN, **seen),
            "without_licence": _found([*within, "license_id:notspecified"], rows=SHOWN, **seen),
            "cases": _act("nx_review_list", limit=SHOWN),
            "overdue": tk.h.nx_overdue_datasets(),
            "feedback": _act("nx_feedback_waiting"),
            "notices": [one for one in _act("nx_notice_list") if not one["read"]][:SHOWN],
            "used": _used(None if everything else [one["id"] for one in mine]),
        },
    )


def _found(filters: list[str], **search: Any) -> dict[str, Any]:
    return _act("package_search", fq_list=["dataset_type:dataset", *filters], facet="false", **search)


def _used(organizations: list[str] | None) -> list[dict[str, Any]]:
    use.flush_if_due()
    rows = use.most_used(SHOWN, owner_orgs=organizations)
    if not rows:
        return []
    ids = " OR ".join(row["id"] for row in rows)
    titles = {one["id"]: one for one in _found([f"id:({ids})"], rows=SHOWN)["results"]}
    return [row | {"dataset": titles[row["id"]]} for row in rows if row["id"] in titles]
