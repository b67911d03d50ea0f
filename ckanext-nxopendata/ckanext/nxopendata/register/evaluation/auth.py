"""Who may do what with the evaluation."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions, roles
from ckanext.nxopendata.register.evaluation.models import DRAFT, PUBLISHED, Evaluation


def sees_whole(context: Context, row: Evaluation) -> bool:
    """Whether the user reads an evaluation with its records: the offices, and the unit once it was sent."""
    user = context.get("user")
    return roles.sees_all(user) or (row.state != DRAFT and permissions.is_reader(context, row.owner_org))


def _row(data_dict: dict[str, Any]) -> Evaluation | None:
    return model.Session.get(Evaluation, str(data_dict.get("id") or ""))


@tk.auth_allow_anonymous_access
def nx_evaluation_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The offices, the unit once it was sent; what is published anybody (the action shows them less)."""
    row = _row(data_dict)
    return permissions.allow(row is not None and (row.state == PUBLISHED or sees_whole(context, row)))


@tk.auth_allow_anonymous_access
def nx_evaluation_report(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """What is published anybody; before that the offices."""
    try:
        year = int(data_dict.get("year") or 0)
    except (TypeError, ValueError):
        return permissions.allow(False)
    published = model.Session.query(Evaluation).filter_by(year=year, state=PUBLISHED).first()
    return permissions.allow(published is not None or roles.sees_all(context.get("user")))


def nx_evaluation_answer(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The head of the unit, once it was sent."""
    row = _row(data_dict)
    own_roles = roles.find_roles(context.get("user"), row.owner_org) if row else frozenset()
    return permissions.allow(row is not None and row.state != DRAFT and roles.HEAD in own_roles)


AUTH = {
    "nx_evaluation_list": permissions.anybody,
    "nx_evaluation_collect": permissions.office,
    "nx_evaluation_update": permissions.office,
    "nx_evaluation_send": permissions.office,
    "nx_evaluation_reply": permissions.office,
    "nx_evaluation_publish": permissions.office,
}
