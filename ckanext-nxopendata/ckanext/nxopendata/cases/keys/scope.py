"""What a key of a system is for: to take and to read what its owner was granted, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from flask import g, has_request_context, jsonify, request

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.file_access import decision, doors
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest

ACTIONS = frozenset(
    {
        "datastore_search",
        "nx_case_row_list",
        "nx_case_use_create",
        "nx_case_use_list",
        "nx_case_use_show",
        "nx_table_search",
    }
)
"""Actions that take something of a grant, or read what was taken of it."""

ROUTES = frozenset({"datastore.dump", "nx_case_grants.take", "nx_tables.download", "resource.download"})
"""Views that send something of a grant."""


def note(system: str) -> None:
    """Remember that the request at hand comes with the key of a system."""
    if has_request_context():
        g.nx_case_key_system = system
        decision.take_granted_only()


def find_system() -> str:
    """Return the system whose key the request at hand comes with; "" for any other request."""
    return str(g.get("nx_case_key_system", "")) if has_request_context() else ""


def refuse() -> Any:
    """Return the refusal of a request that comes with a key and is not what keys are for; None of any other."""
    if not tk.current_user.is_authenticated or not find_system():  # who asks is read from the token by this question
        return None
    endpoint = doors.find_view(request.endpoint or "")
    action = (request.view_args or {}).get("logic_function") if endpoint == "api.action" else None
    if (action in ACTIONS) if endpoint == "api.action" else endpoint in ROUTES:
        return None
    if endpoint.startswith("api."):
        error = {"__type": "Authorization Error", "message": explain()}
        return jsonify({"success": False, "error": error}), 403
    return tk.abort(403, explain())


def explain() -> str:
    """Return what keys are for, in the reader's language."""
    return tk._(
        "The key of a system takes what was granted to you and nothing else. For everything else log in, or use a "
        "token of your account."
    )


def judge(asked: Sequence[FileRequest]) -> dict[str, Access]:
    """Refuse files to a key that its owner has by no grant in force, such as those that the owner edits."""
    user = asked[0].user if asked else None
    if user is None or not find_system():
        return {}
    kinds = registry.kinds().values()
    in_force = [(kind.name, state.name) for kind in kinds for state in kind.states if state.in_force]
    query = sa.select(Case.dataset_id, Case.resource_id).where(
        Case.dataset_id.in_({one.dataset.id for one in asked}),
        Case.applicant_id == user.id,
        Case.agreement_id != "",
        sa.tuple_(Case.kind, Case.state).in_(in_force),
    )
    granted = {(row[0], row[1]) for row in model.Session.execute(query)}
    message = explain()
    return {
        one.resource.id: Access(False, "key", message, personal=True, binds_editors=True)
        for one in asked
        if not granted & {(one.dataset.id, ""), (one.dataset.id, one.resource.id)}
    }
