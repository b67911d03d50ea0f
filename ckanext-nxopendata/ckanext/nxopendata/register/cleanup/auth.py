"""Who may do what in the clean-up."""

from __future__ import annotations

from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.cleanup.models import Verdict
from ckanext.nxopendata.register.systems.auth import find_department

AUTH = {
    "nx_system_check": permissions.readers(find_department),
    "nx_system_verdict_list": permissions.department_readers,
    "nx_system_propose": permissions.office,
    "nx_system_answer": permissions.editors(permissions.department_of(Verdict)),
    "nx_system_decide": permissions.office,
}
