"""Entries of the activity stream, written in bulk, and the signals of the actions that are not called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.plugins as p
from ckan import model
from ckan.lib import signals
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.bulk_write.requests import Json
from ckanext.nxopendata.core.timezone import utc_now

ACTIVITY = "ckanext.activity"


def build_activity(kind: str, package: model.Package, shown: Json, user: model.User | None) -> Json | None:
    """Return the row of an activity; None where no activities are kept.

    Args:
        kind: ``new package`` or ``changed package``.
        shown: the dataset as ``package_show`` gives it now.
    """
    if not p.plugin_loaded("activity") or user is None:
        return None
    return {
        "user_id": user.id,
        "object_id": package.id,
        "activity_type": kind,
        "data": {"package": shown, "actor": user.name},
        "permission_labels": lib_plugins.get_permission_labels().get_dataset_labels(package),
    }


def save_activities(activities: Sequence[Json | None]) -> None:
    """Insert the activities in one statement."""
    rows = [{**activity, "id": make_uuid(), "timestamp": utc_now()} for activity in activities if activity]
    if rows:
        from ckanext.activity.model import Activity

        model.Session.execute(insert(Activity), rows)


def send_signal(action: str, context: Any, data: Json, dataset_id: str) -> None:
    """Send the signal of the action; the activity stream, which is written in bulk, is left out."""
    for receiver in list(signals.action_succeeded.receivers_for(action)):
        if not getattr(receiver, "__module__", "").startswith(ACTIVITY):
            receiver(action, context=context, data_dict=data, result=dataset_id)
