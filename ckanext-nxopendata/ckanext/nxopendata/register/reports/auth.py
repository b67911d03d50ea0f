"""Who may do what with tasks and reports."""

from __future__ import annotations

from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.reports.models import Report

_find_department = permissions.department_of(Report)

AUTH = {
    "nx_task_list": permissions.colleagues,
    "nx_task_show": permissions.colleagues,
    "nx_task_progress_update": permissions.editors(permissions.department_named("owner_org")),
    "nx_task_decide": permissions.office,
    "nx_report_list": permissions.colleagues,
    "nx_report_show": permissions.readers(_find_department),
    "nx_report_update": permissions.editors(_find_department),
    "nx_report_submit": permissions.heads(_find_department),
    "nx_report_return": permissions.office,
    "nx_report_summary": permissions.supervisors,
    "nx_report_remind": permissions.office,
}
