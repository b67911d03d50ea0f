"""Tell the change feed and the activities of a dataset that what holds for its files is another. Nothing commits."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.plugins import get_permission_labels

from ckanext.nxopendata.cases.definitions.kind import State
from ckanext.nxopendata.cases.models import Case

SUSPENDED, RESTORED, GRANTED, GRANT_ENDED = "suspended files", "restored files", "granted data", "ended grant"


def announce(case: Case, before: State, after: State, officer_id: str) -> None:
    """Tell of a step that withholds files or gives them again, or with which a grant begins or ends.

    Who applied or objected is named nowhere.

    Args:
        officer_id: who decided, as CKAN's activities name who edits; "" for a step of the applicant's or of the clock.
    """
    package = model.Package.get(case.dataset_id) if case.dataset_id else None
    kinds: list[str] = []
    if before.suspends != after.suspends:
        kinds.append(SUSPENDED if after.suspends else RESTORED)
    if before.in_force != after.in_force:
        kinds.append(GRANTED if after.in_force else GRANT_ENDED)
    if package is None or not kinds:
        return
    _tell_feed(package.id)
    for kind in kinds if p.plugin_loaded("activity") else ():
        _add_activity(package, kind, case.number, officer_id)


def _tell_feed(dataset_id: str) -> None:
    try:
        repeat = tk.get_action("nx_changes_repeat")
    except KeyError:  # a site without a feed
        return
    repeat({"ignore_auth": True, "defer_commit": True}, {"id": dataset_id})


def _add_activity(package: model.Package, kind: str, number: str, officer_id: str) -> None:
    from ckanext.activity.model import Activity

    if not officer_id:
        context: Any = {"ignore_auth": True, "defer_commit": True}
        site_user: Any = model.User.get(tk.get_action("get_site_user")(context, {})["name"])
        officer_id = site_user.id
    told = {"package": {"id": package.id, "name": package.name, "title": package.title}, "case": number}
    labels = get_permission_labels().get_dataset_labels(package)
    model.Session.add(Activity(officer_id, package.id, kind, told, labels))
