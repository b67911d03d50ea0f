"""The activity lists of ckanext-activity, without what the reader may not see any more.

ckanext-activity goes by who could see a dataset when something happened to it: a withdrawn dataset would stay readable.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, ChainedAction, Context, DataDict

from ckanext.nxopendata.catalogue.visibility import public_objects

NAMES = (
    "dashboard_activity_list",
    "group_activity_list",
    "organization_activity_list",
    "package_activity_list",
    "recently_changed_packages_activity_list",
    "user_activity_list",
)


def _visible(name: str) -> ChainedAction:
    @tk.chained_action
    @tk.side_effect_free
    def activity_list(original: Action, context: Context, data_dict: DataDict) -> Any:
        """As ckanext-activity's, without datasets that the reader may not see now."""
        activities = original(context, data_dict)
        if public_objects.sees_everything(context) or not isinstance(activities, list):
            return activities
        hidden = public_objects.find_hidden_datasets(context, {activity["object_id"] for activity in activities})
        return [activity for activity in activities if activity["object_id"] not in hidden]

    activity_list.__name__ = name
    return activity_list


ACTIONS = {name: _visible(name) for name in NAMES}
"""Actions to chain where ckanext-activity is loaded."""
