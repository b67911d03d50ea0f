"""Who may do what in the ledger of the plan."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions, roles
from ckanext.nxopendata.register.ledger.models import Step, SupervisionNotice

SENDERS = frozenset({"office", "development"})
"""Who sends reports to the State: 信息化建设办 and 发展改革委 (三（二）)."""

SUPERVISING = frozenset({"office", "general_office"})
"""Who issues notices: 政府办公厅 inspects and orders mending, with 信息化建设办 (三（一）)."""


def issues_notices(user: str | None) -> bool:
    """Whether a user (name) works for an office that issues notices."""
    return bool(roles.supervising_offices(user) & SUPERVISING)


def sends_to_the_state(user: str | None) -> bool:
    """Whether a user (name) works for an office that sends reports to the State."""
    return bool(roles.supervising_offices(user) & SENDERS)


def _issuers(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    return permissions.allow(issues_notices(context.get("user")))


def _senders(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    return permissions.allow(sends_to_the_state(context.get("user")))


def nx_supervision_notice_reply(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the unit that the notice is for."""
    row = model.Session.get(SupervisionNotice, str(data_dict.get("id") or ""))
    return permissions.allow(permissions.is_editor(context, row.owner_org if row else None))


AUTH = {
    "nx_task_add": permissions.office,
    "nx_task_amend": permissions.office,
    "nx_task_split": permissions.office,
    "nx_task_step_create": permissions.editors(permissions.department_named("owner_org")),
    "nx_task_step_update": permissions.editors(permissions.department_of(Step)),
    "nx_supervision_notice_list": permissions.colleagues,
    "nx_supervision_notice_create": _issuers,
    "nx_supervision_notice_end": _issuers,
    "nx_dispatch_list": permissions.supervisors,
    "nx_dispatch_create": _senders,
}
