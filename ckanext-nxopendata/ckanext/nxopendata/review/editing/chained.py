"""CKAN's own actions where review has a say: what the public sees does not change by them alone.

What a validator or a hook can do is there: :mod:`.validators`, :mod:`.drafts`, :mod:`.auth`.
"""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.core import params, roles
from ckanext.nxopendata.core.payload import value_types
from ckanext.nxopendata.review.editing import drafts
from ckanext.nxopendata.review.pending import pending_changes
from ckanext.nxopendata.review.workflow import cases, state_machine


@tk.chained_action
def package_update(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Update a dataset; a published one keeps its live version, and the update waits beside it for review."""
    # A chain, since no hook or validator can keep the update from being written.
    if value_types.find_core_type_errors(data_dict):
        return original(context, data_dict)  # the catalogue, next in the chain, refuses it
    dataset = model.Package.get(data_dict.get("id") or data_dict.get("name") or "")
    if dataset is None or not roles.needs_review(context, dataset.owner_org):
        return original(context, data_dict)
    tk.check_access("package_update", context, {"id": dataset.id})
    case = cases.find_open_change(dataset.id) or cases.ensure(dataset, drafts.user_id(context))
    if case.state in state_machine.LOCKED:
        raise tk.ValidationError({"review": [tk._("The dataset is being reviewed: recall it before you edit it")]})
    if case.state in (state_machine.WITHDRAWN, state_machine.REFUSED):
        raise tk.ValidationError(
            {"review": [tk._("The dataset was withdrawn or refused: reopen it before you edit it")]}
        )
    if case.kind == state_machine.NEW and case.state != state_machine.PUBLISHED:
        case_id = case.id
        result = original(context, data_dict)
        if saved := model.Package.get(dataset.id):
            cases.remember(case_id, saved)
            model.Session.commit()
        _back_to_draft(case_id, context)
        return result
    return _keep_for_review(context, dataset, case, data_dict)


def _keep_for_review(context: Context, dataset: model.Package, case: Any, data: dict[str, Any]) -> Any:
    live = _live(dataset.id)
    known = case.payload if case.kind == state_machine.CHANGE else pending_changes.select_changeable(live)
    if data.get("owner_org") and model.Group.get(data["owner_org"]) != model.Group.get(dataset.owner_org):
        raise tk.ValidationError({"owner_org": [tk._("A published dataset is moved by the system administrator")]})
    try:
        payload = pending_changes.prepare(context, dataset, data, known)
    except tk.ValidationError:
        model.Session.rollback()
        raise
    if case.kind == state_machine.CHANGE:
        case.payload = payload
        cases.remember(case.id, dataset, payload.get("title"))
        model.Session.commit()
        _back_to_draft(case.id, context)
    elif payload != known:
        case = cases.begin_change(dataset, live, payload, drafts.user_id(context))
        model.Session.commit()
    if case.kind == state_machine.CHANGE:
        drafts.show_in_page(case, tk._("Saved as a pending change. The public still sees the published version."))
    if context.get("return_id_only"):
        return dataset.id
    # CKAN reads the format of each file of its answer.
    return live | payload | {"resources": [{"format": "", **file} for file in payload.get("resources") or ()]}


def _back_to_draft(case_id: str, context: Context) -> None:
    """What was registered is a draft again once its content changes."""
    case = model.Session.get_one(cases.Case, case_id)
    user = model.User.get(context.get("user"))
    if case.state == state_machine.REGISTERED and user is not None:
        arrow = state_machine.find_step(
            "revise", case.state, [state_machine.EDITOR], cases.find_review_mode(case), case.kind
        )
        cases.apply_step(case, arrow, user)
        model.Session.commit()
        cases.update_index(model.Session.get_one(cases.Case, case_id))


def _live(dataset_id: str) -> dict[str, Any]:
    show: Context = {"ignore_auth": True}
    return tk.get_action("package_show")(show, {"id": dataset_id})


@tk.chained_action
def resource_create_default_resource_views(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Views of a file; none for one that waits for review, which the database does not have yet."""
    # A chain: ``resource_create`` calls it with the file of a pending change, whatever ``package_update`` wrote.
    file = data_dict.get("resource")
    if not isinstance(file, dict):
        raise tk.ValidationError({"resource": [tk._("Missing value")]})
    if model.Resource.get(params.text(file, "id")) is None:
        tk.check_access("resource_create_default_resource_views", context, data_dict)
        return []
    return original(context, data_dict)


@tk.chained_action
def bulk_update_public(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Make at most 1,000 datasets public; not where they are reviewed."""
    return _bounded("bulk_update_public", original, context, data_dict)


@tk.chained_action
def bulk_update_private(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Make at most 1,000 datasets private."""
    return _bounded("bulk_update_private", original, context, data_dict)


@tk.chained_action
def bulk_update_delete(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Delete at most 1,000 datasets; not where they are reviewed."""
    return _bounded("bulk_update_delete", original, context, data_dict)


def _bounded(name: str, original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    # Chains, because CKAN takes any list, and text for a list: permission first, then what was sent.
    params.text(data_dict, "org_id")
    tk.check_access(name, context, data_dict)
    params.texts(data_dict, "datasets")
    return original(context, data_dict)
