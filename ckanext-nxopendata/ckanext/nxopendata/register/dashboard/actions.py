"""The action of the dashboards."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.dashboard import figures
from ckanext.nxopendata.register.tasks import tasks_in_force


@tk.side_effect_free
def nx_register_dashboard(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What is asked of your units now; for the supervising offices the state of the whole plan as well.

    :returns: ``asked``: items with ``kind`` (``monthly``, ``annual``, ``verdict``, ``finding``, ``evaluation``,
        ``review``, ``dataset``, ``task``), ``title``, ``owner_org``, ``due``, ``late`` (days), ``url``; and ``office``
        (null for others): ``figures``, ``tasks`` (``total``, ``done``, ``overdue``, ``open``: each task with
        ``percent``), ``overdue`` (items, also of kind ``connection``), ``by_unit``, ``waits`` (what is the
        informatisation office's own move)
    """
    tk.check_access("nx_register_dashboard", context, data_dict)
    user, day = context.get("user"), today()
    shown: dict[str, Any] = {"asked": figures.list_asked(context, roles.departments(user), day), "office": None}
    if not roles.sees_all(user):
        return shown
    language = reader_language()
    late, progress = figures.list_overdue(day), figures.list_task_progress(day)
    total = len(tasks_in_force.list_tasks())
    shown["office"] = {
        "figures": figures.figures(),
        "tasks": {
            "total": total,
            "done": total - len(progress),
            "overdue": sum(task["overdue"] for task in progress),
            "open": [task | {"title": task["title"]["zh" if language.startswith("zh") else "en"]} for task in progress],
        },
        "overdue": late,
        "by_unit": figures.count_by_unit(late, language),
        "waits": figures.list_office_items() if roles.OFFICE in roles.supervising_offices(user) else [],
    }
    return shown
