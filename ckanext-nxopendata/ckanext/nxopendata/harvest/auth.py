"""Who may harvest: the supervising office all sources, a department its own; what is for one, is for both to see."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.harvest.models import Run, Source


def may_see(source: Source, user: str) -> bool:
    """Whether the user (name) may see and run a source: its department's editors, and the supervising office."""
    return roles.is_office(user) or authz.has_user_permission_for_group_or_org(
        source.organization_id, user, "update_dataset"
    )


def _office_only(context: Context) -> AuthResult:
    """The supervising office; system administrators may do everything anyway."""
    if roles.is_office(context.get("user")):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the supervising office may do this")}


def _of_source(context: Context, source: Any) -> AuthResult:
    """Members of the source's department may see; a missing source is for the action to report."""
    if source is None:
        return {"success": True}
    user = context.get("user", "")
    if user and may_see(source, user):
        return {"success": True}
    return {"success": False, "msg": tk._("Only editors of the department may see its harvests")}


def _source(data_dict: DataDict) -> Any:
    key = data_dict.get("id") or data_dict.get("source_id") or ""
    return model.Session.get(Source, key) or model.Session.query(Source).filter_by(name=key).first()


def _source_of_run(data_dict: DataDict) -> Any:
    run = model.Session.get(Run, data_dict.get("id") or data_dict.get("run_id") or "")
    return model.Session.get(Source, run.source_id) if run else None


def nx_harvest_source_create(context: Context, data_dict: DataDict) -> AuthResult:
    return _office_only(context)


def nx_harvest_source_update(context: Context, data_dict: DataDict) -> AuthResult:
    return _office_only(context)


def nx_harvest_source_delete(context: Context, data_dict: DataDict) -> AuthResult:
    return _office_only(context)


def nx_harvest_source_show(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source(data_dict))


def nx_harvest_source_test(context: Context, data_dict: DataDict) -> AuthResult:
    """As it is saved, whoever may see it may try it; with other settings, who may change it."""
    if data_dict.get("id") and set(data_dict) <= {"id", "limit"}:
        return _of_source(context, _source(data_dict))
    return _office_only(context)


def nx_harvest_source_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Anyone signed in (CKAN refuses the rest); the action lists only what one may see."""
    return {"success": True}


def nx_harvest_run_create(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source(data_dict))


def nx_harvest_run_show(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


def nx_harvest_run_list(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source(data_dict))


def nx_harvest_run_plan(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


def nx_harvest_problem_list(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


def nx_harvest_run_approve(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


def nx_harvest_run_refuse(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


def nx_harvest_run_cancel(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


def nx_harvest_run_pause(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


def nx_harvest_run_resume(context: Context, data_dict: DataDict) -> AuthResult:
    return _of_source(context, _source_of_run(data_dict))


@tk.auth_allow_anonymous_access
def nx_harvest_provenance_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    try:
        tk.check_access("package_show", context, {"id": data_dict.get("id", "")})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}


def nx_harvest_run_undo(context: Context, data_dict: DataDict) -> AuthResult:
    return _office_only(context)


def nx_harvest_dataset_restore(context: Context, data_dict: DataDict) -> AuthResult:
    """The office, and the heads of the dataset's department."""
    dataset = model.Package.get(data_dict.get("id") or "")
    user = context.get("user", "")
    if dataset is None or roles.is_office(user):
        return {"success": True}
    if user and authz.users_role_for_group_or_org(dataset.owner_org, user) == "admin":
        return {"success": True}
    return {"success": False, "msg": tk._("Only the head of the department or the supervising office may do this")}


@tk.auth_allow_anonymous_access
def nx_harvest_file_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may have the file itself."""
    try:
        tk.check_access("nx_resource_serve", tk.fresh_context(context), {"id": data_dict.get("id")})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error.message or "")}
    return {"success": True}
