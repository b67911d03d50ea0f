"""Actions of bulk work: preview, do, look at what became of it, undo."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core.params import MOST_AT_ONCE
from ckanext.nxopendata.review.bulk import edits, forecast, schema, steps, undo
from ckanext.nxopendata.review.bulk.models import BulkRun
from ckanext.nxopendata.review.workflow import cases, selection, state_machine
from ckanext.nxopendata.review.workflow.models import Case


@validate(schema.selected)
def nx_review_bulk_preview(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell what a step or an edit would do to many datasets, and what would be refused and why. Writes nothing.

    Name the datasets by ``ids``, or all that a filter of :func:`nx_review_list` gives by ``everything`` and the
    filter; at most 1,000 at once.

    :param action: ``submit``, ``recall``, ``register``, ``forward``, ``request``, ``revise``, ``publish``,
        ``return``, ``refuse``, ``withdraw``, ``restore``, ``reopen``, ``discard``, or ``edit``
    :param ids: cases or datasets, a list of ids (optional)
    :param everything: all that the filter gives (optional, default false)
    :param opinion: for all of them; to return, refuse and withdraw needs one
    :param fields: for ``edit``: the new values, of ``license_id``, ``nx_contact_name``, ``nx_contact_phone``,
        ``nx_contact_email``, ``nx_update_cycle``, ``nx_theme`` (a list), ``nx_is_open``, ``nx_open_condition``
    :param scope: as the other filters, see :func:`nx_review_list`

    :returns: ``action``, ``number``, ``possible``, ``results``: ``case``, ``dataset``, ``name``, ``title``,
        ``owner_org``, ``source``, ``target``, ``done`` (whether it would be), ``texts`` (what happens, or why not);
        ``needs_opinion``
    """
    tk.check_access("nx_review_bulk_preview", context, data_dict)
    user, found = _read(context, data_dict)
    if data_dict["action"] == forecast.EDIT:
        forecasts = forecast.forecast_edits(found, user)
    else:
        forecasts = forecast.forecast_steps(found, data_dict["action"], user)
    answer = _summarise(data_dict["action"], steps.build_items(forecasts))
    return answer | {"needs_opinion": forecast.needs_opinion(forecasts)}


@validate(schema.selected)
def nx_review_bulk_apply(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a step, or edit fields, for many datasets at once. What is refused does not keep the others.

    Takes what :func:`nx_review_bulk_preview` takes.

    :returns: as :func:`nx_review_bulk_show`
    """
    tk.check_access("nx_review_bulk_apply", context, data_dict)
    user, found = _read(context, data_dict)
    stored = [_store(case, user) for case in found]
    ids = sorted({case.id for case in stored})
    query = sa.select(Case).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()
    locked = {case.id: case for case in model.Session.scalars(query.execution_options(populate_existing=True))}
    if data_dict["action"] == forecast.EDIT:
        work: Any = edits.BulkEdit(user, data_dict["fields"])
    else:
        work = steps.BulkStep(user, data_dict["action"], data_dict["opinion"])
    run_id = work.apply([locked[case.id] for case in stored]).id
    model.Session.commit()
    work.finish(run_id)
    return _show(model.Session.get_one(BulkRun, run_id, populate_existing=True))


@tk.side_effect_free
@validate(schema.run)
def nx_review_bulk_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell what became of each dataset of one bulk work.

    :param id: the run, as :func:`nx_review_bulk_apply` gave it

    :returns: as :func:`nx_review_bulk_preview`, with ``id``, ``opinion``, ``fields``, ``user``, ``created``,
        ``undone`` (when it was undone) and ``may_undo``; results have ``undone`` or ``kept`` (why it stays) once it was
    """
    return _show(_run("nx_review_bulk_show", context, data_dict))


@tk.side_effect_free
@validate(schema.runs)
def nx_review_bulk_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Your own bulk work, newest first, without its results.

    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)
    """
    tk.check_access("nx_review_bulk_list", context, data_dict)
    query = sa.select(BulkRun).where(BulkRun.user_id == _user(context).id).order_by(BulkRun.created.desc())
    runs = model.Session.scalars(query.limit(data_dict["limit"]).offset(data_dict["offset"]))
    return [{name: value for name, value in _show(run).items() if name != "results"} for run in runs]


@validate(schema.run)
def nx_review_bulk_undo(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Undo a bulk work wherever nothing followed; what was followed by other steps or edits stays, and says so.

    :param id: the run

    :returns: as :func:`nx_review_bulk_show`
    """
    run = _run("nx_review_bulk_undo", context, data_dict)
    run = model.Session.get_one(BulkRun, run.id, with_for_update=True, populate_existing=True)
    if run.undone:
        raise tk.ValidationError({"id": [tk._("This was undone already")]})
    work = undo.BulkUndo(_user(context), run)
    work.apply()
    model.Session.commit()
    work.finish()
    return _show(run)


def _user(context: Context) -> model.User:
    user = model.User.get(context.get("user") or "")
    if user is None:
        raise tk.NotAuthorized
    return user


def _run(action: str, context: Context, data_dict: dict[str, Any]) -> BulkRun:
    run = model.Session.get(BulkRun, data_dict["id"])
    if run is None:
        raise tk.ObjectNotFound(tk._("There is no such bulk work"))
    tk.check_access(action, context, data_dict)
    return run


def _read(context: Context, data_dict: dict[str, Any]) -> tuple[model.User, list[Case]]:
    """The user, and the cases that are meant, of those the user may see.

    Raises:
        tk.ValidationError: nothing or too much is meant, or nothing is to be edited.
    """
    user = _user(context)
    if data_dict["action"] == forecast.EDIT and not data_dict.get("fields"):
        raise tk.ValidationError({"fields": [tk._("Say which field is to be edited, and how")]})
    if data_dict["everything"]:
        found = selection.list_cases(user.name, selection.Filter.read(data_dict), limit=MOST_AT_ONCE + 1)
        if len(found) > MOST_AT_ONCE:
            text = tk._("More than {most} at once: narrow the filter").format(most=MOST_AT_ONCE)
            raise tk.ValidationError({"everything": [text]})
    else:
        found = selection.list_named(user.name, data_dict.get("ids") or ())
    if data_dict["action"] == forecast.EDIT:  # a dataset and its pending change are one thing to edit
        changing = {case.dataset_id for case in found if case.kind == state_machine.CHANGE}
        found = [case for case in found if case.kind == state_machine.CHANGE or case.dataset_id not in changing]
    if not found:
        raise tk.ValidationError({"ids": [tk._("Choose at least one dataset")]})
    return user, found


def _store(case: Case, user: model.User) -> Case:
    """The case, stored if it was not."""
    if case in model.Session:
        return case
    return cases.ensure(model.Session.get_one(model.Package, case.dataset_id), user.id)


def _summarise(action: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    possible = sum(item["done"] for item in items)
    return {"action": action, "number": len(items), "possible": possible, "results": items}


def _show(run: BulkRun) -> dict[str, Any]:
    hidden = ("decision", "ended", "before", "after", "begun")
    items = [{name: value for name, value in item.items() if name not in hidden} for item in run.items]
    return _summarise(run.action, items) | {
        "id": run.id,
        "opinion": run.opinion,
        "fields": run.fields,
        "user": run.user_name,
        "created": run.created.isoformat(),
        "undone": run.undone.isoformat() if run.undone else None,
        "may_undo": run.undone is None and any(item["done"] for item in items),
    }
