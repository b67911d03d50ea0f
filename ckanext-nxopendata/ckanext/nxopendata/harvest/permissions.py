"""Who may harvest: the supervising office all sources, a department its own."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.harvest.models import Run, Source


def may_see(source: Source, user: str) -> bool:
    """Tell whether a user (name) may see and run a source: its department's editors, and the supervising office."""
    return roles.is_office(user) or authz.has_user_permission_for_group_or_org(
        source.organization_id, user, "update_dataset"
    )


allow_office = roles.for_office(_("Only the supervising office may do this"))


def allow_source(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Allow who may see the source that ``id`` or ``source_id`` names."""
    data = data_dict or {}
    key = data.get("id") or data.get("source_id") or ""
    source = model.Session.get(Source, key) or model.Session.query(Source).filter_by(name=key).first()
    return _allow(context, source)


def allow_run(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Allow who may see the source of the run that ``id`` or ``run_id`` names."""
    data = data_dict or {}
    run = model.Session.get(Run, data.get("id") or data.get("run_id") or "")
    return _allow(context, model.Session.get(Source, run.source_id) if run else None)


def _allow(context: Context, source: Any) -> AuthResult:
    """Allow the members of the source's department; a missing source is for the action to report."""
    if source is None:
        return {"success": True}
    user = context.get("user", "")
    if user and may_see(source, user):
        return {"success": True}
    return {"success": False, "msg": tk._("Only editors of the department may see its harvests")}
