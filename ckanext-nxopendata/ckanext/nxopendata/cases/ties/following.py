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

ALL = ""
"""Stands for all files of a dataset, as ``resource_id`` of a case does."""


def announce(case: Case, before: State, after: State, officer_id: str) -> None:
    """Tell of a step that withholds files or gives them again, or with which a grant begins or ends.

    Who applied or objected is named nowhere.

    Args:
        officer_id: who decided, as CKAN's activities name who edits; "" for a step of the applicant's or of the clock.
    """
    package = model.Package.get(case.dataset_id) if case.dataset_id else None
    kinds: list[str] = []
    changed = _find_changed_files(case, package) if package is not None and before.suspends != after.suspends else set()
    if changed:
        kinds.append(SUSPENDED if after.suspends else RESTORED)
    if before.in_force != after.in_force:
        kinds.append(GRANTED if after.in_force else GRANT_ENDED)
    if package is None or not kinds:
        return
    _tell_feed(package.id)
    if changed:
        _tell_people(case, package, changed, is_withheld=after.suspends)
    for kind in kinds if p.plugin_loaded("activity") else ():
        _add_activity(package, kind, case.number, officer_id)


def _find_changed_files(case: Case, package: model.Package) -> set[str]:
    """Return the ids of the files for which a case alone decides whether they are withheld.

    What another case withholds as well stays withheld when this one ends, and was withheld before this one began.
    """
    query = sa.select(Case.resource_id).where(Case.dataset_id == package.id, Case.suspends, Case.id != case.id)
    others = set(model.Session.scalars(query))
    if "" in others:
        return set()
    return {case.resource_id or ALL} - others if case.resource_id or not others else _list_files(package) - others


def _list_files(package: model.Package) -> set[str]:
    return {resource.id for resource in package.resources}


def _tell_people(case: Case, package: model.Package, changed: set[str], *, is_withheld: bool) -> None:
    """Tell those who hold an agreement on the files, and those who follow the dataset; never of who objected.

    Who objected, and whoever was told as a holder, is not told again as a follower.
    """
    asked: dict[str, Any] = {"dataset": package.id}
    agreements = tk.get_action("nx_agreement_list")({"ignore_auth": True}, asked)
    names = {
        one["user"]
        for one in agreements
        if one["state"] == "active" and _touches(one["part"].get("resources"), changed)
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


def _touches(resources: list[str] | None, changed: set[str]) -> bool:
    """Whether an agreement on some files, or on all (None), is on one of those that change (``ALL``: all do)."""
    return not resources or ALL in changed or bool(changed & set(resources))


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
