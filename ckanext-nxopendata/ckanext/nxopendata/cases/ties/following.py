"""Tell the change feed and the activities of a dataset that what holds for its files is another. Nothing commits."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.plugins import get_permission_labels

from ckanext.nxopendata.cases.definitions.kind import State
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.ties import notices

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
    if before.suspends != after.suspends:
        _tell_people(case, package, is_withheld=after.suspends)
    for kind in kinds if p.plugin_loaded("activity") else ():
        _add_activity(package, kind, case.number, officer_id)


def _tell_people(case: Case, package: model.Package, *, is_withheld: bool) -> None:
    """Tell those who hold an agreement on the files, and those who follow the dataset; never of who objected.

    Who objected, and whoever was told as a holder, is not told again as a follower.
    """
    asked: dict[str, Any] = {"dataset": package.id}
    agreements = tk.get_action("nx_agreement_list")({"ignore_auth": True}, asked)
    names = {
        one["user"]
        for one in agreements
        if one["state"] == "active" and _touches(one["part"].get("resources"), case.resource_id)
    }
    query = sa.select(model.User).where(model.User.name.in_(names), model.User.state == model.State.ACTIVE)
    holders = [user for user in model.Session.scalars(query) if user.id != case.applicant_id]
    notices.tell_holders(holders, package, is_withheld=is_withheld)
    try:
        tell = tk.get_action("nx_subscription_notify")
    except KeyError:  # a site without subscriptions
        return
    told = [case.applicant_id, *(user.id for user in holders)]
    context: Any = {"ignore_auth": True, "defer_commit": True}
    tell(context, {"dataset": package.id, "event": "withheld" if is_withheld else "served", "but": told})


def _touches(resources: list[str] | None, resource_id: str) -> bool:
    """Whether an agreement on some files, or on all (None), is on one that is withheld ("": all are)."""
    return not resources or not resource_id or resource_id in resources


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
