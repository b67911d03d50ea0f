"""Actions on runs: ``nx_harvest_run_*`` and their problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import params
from ckanext.nxopendata.harvest import field_labels, messages
from ckanext.nxopendata.harvest.api import get_run, get_source, limit_param, offset_param, run_to_api
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.models import Finding, Json, PlanEntry, Run
from ckanext.nxopendata.harvest.monitoring import health
from ckanext.nxopendata.harvest.runs import executor, jobs, lifecycle, undo, writer

MOST_PROBLEMS = 1000
"""Problems that a run is shown with."""


def nx_harvest_run_create(context: Context, data_dict: DataDict) -> Json:
    """Harvest a source: now in this process, or by the workers of the job queue.

    :param source_id: id or name of the source
    :param queue: true to hand the run to the workers; the answer is then a run that has not begun, or the one
        that is under way already. Over HTTP that is so unless it is false: a long run would outlast the request.
    :returns: the run: ``state``, ``counts`` of create, update, unchanged, withdraw, restore, refused,
        duplicate, ``stages`` (seconds), ``problem_count``
    """
    tk.check_access("nx_harvest_run_create", context, data_dict)
    source = get_source(tk.get_or_bust(data_dict, "source_id"))
    if source.state != "active":
        raise tk.ValidationError({"source_id": [tk._("This source is paused or deleted.")]})
    if _is_for_workers(context, data_dict):
        row = lifecycle.find_under_way(source.id)
        if row is None:
            row = lifecycle.create(source, context.get("user") or "")
            jobs.enqueue(row, source.name)
        return run_to_api(row)
    row = lifecycle.create(source, context.get("user") or "")
    progress = context.get("progress", lifecycle.ignore_progress)
    return run_to_api(lifecycle.execute(row, _writer(), progress))  # pyright: ignore[reportArgumentType]


def nx_harvest_run_approve(context: Context, data_dict: DataDict) -> Json:
    """Carry out a run that waits for a person because it would withdraw many datasets.

    :param id: id of the run
    :param queue: true to hand it to the workers, as is usual over HTTP
    :returns: the run
    """
    tk.check_access("nx_harvest_run_approve", context, data_dict)
    row = get_run(tk.get_or_bust(data_dict, "id"))
    if _is_for_workers(context, data_dict):
        released = _decide(lifecycle.release, row.id)
        jobs.enqueue_work()
        return run_to_api(released)
    progress = context.get("progress", lifecycle.ignore_progress)
    return run_to_api(_decide(lifecycle.approve, row.id, _writer(), progress))


def nx_harvest_run_refuse(context: Context, data_dict: DataDict) -> Json:
    """Drop the plan of a run that waits for a person.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_refuse", context, data_dict)
    return run_to_api(_decide(lifecycle.refuse, get_run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_cancel(context: Context, data_dict: DataDict) -> Json:
    """Stop a run after the chunk it is at.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_cancel", context, data_dict)
    return run_to_api(_decide(lifecycle.cancel, get_run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_pause(context: Context, data_dict: DataDict) -> Json:
    """Stop a run after the chunks that are being written, until ``nx_harvest_run_resume``.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_pause", context, data_dict)
    return run_to_api(_decide(lifecycle.pause, get_run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_resume(context: Context, data_dict: DataDict) -> Json:
    """Let a paused run go on, by the workers of the job queue.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_resume", context, data_dict)
    row = _decide(lifecycle.resume, get_run(tk.get_or_bust(data_dict, "id")).id)
    jobs.enqueue(row, get_source(row.source_id).name)
    return run_to_api(row)


def nx_harvest_run_undo(context: Context, data_dict: DataDict) -> Json:
    """Bring the datasets of the last run of a source back to what they were before it.

    :param id: id of the run
    :param queue: true to hand it to the workers, as is usual over HTTP; the answer is then the run in the state
        ``undoing``
    :returns: the run
    """
    tk.check_access("nx_harvest_run_undo", context, data_dict)
    row = get_run(tk.get_or_bust(data_dict, "id"))
    if _is_for_workers(context, data_dict):
        begun = _decide(undo.begin_undo, row.id)
        jobs.enqueue_undo(begun)
        return run_to_api(begun)
    return run_to_api(_decide(undo.undo, row.id, _writer()))


@tk.side_effect_free
def nx_harvest_run_show(context: Context, data_dict: DataDict) -> Json:
    """A run.

    :param id: id of the run
    :param problems: false to leave the problems out (default true)
    :returns: ``state``; ``counts`` of create, update, unchanged, withdraw, restore, refused, duplicate; ``stages``
        (seconds); ``progress``: ``{done, total}`` steps of the plan; ``speed``: records a second, None while it is
        not known; ``problems``: the first thousand of ``problem_count``, as ``nx_harvest_problem_list`` gives all;
        ``doubts``: why nothing was withdrawn; ``evidence`` of the reading; ``note``; times
    """
    tk.check_access("nx_harvest_run_show", context, data_dict)
    row = get_run(tk.get_or_bust(data_dict, "id"))
    done, total = executor.count_steps(row.id)
    more: Json = {"progress": {"done": done, "total": total}, "speed": health.speed(row.stages, row.counts)}
    if params.flag(data_dict, "problems", True):
        more["problems"] = _problems(row.id, 0, MOST_PROBLEMS)
    return run_to_api(row) | more


@tk.side_effect_free
def nx_harvest_run_list(context: Context, data_dict: DataDict) -> list[Json]:
    """The runs of a source, newest first.

    :param source_id: id or name of the source
    :param limit: at most so many (default 20, at most 200)
    """
    tk.check_access("nx_harvest_run_list", context, data_dict)
    source = get_source(tk.get_or_bust(data_dict, "source_id"))
    rows = model.Session.query(Run).filter_by(source_id=source.id).order_by(Run.created.desc())
    return [run_to_api(row) for row in rows.limit(limit_param(data_dict, 20, 200))]


@tk.side_effect_free
def nx_harvest_run_plan(context: Context, data_dict: DataDict) -> Json:
    """The steps of a run's plan; unchanged records have none.

    :param id: id of the run
    :param kind: only steps of this kind (optional)
    :param offset: steps to pass over (default 0)
    :param limit: at most so many (default 100, at most 1000)
    :returns: ``{"count", "entries": [{number, kind, guid, title, dataset_id, state, changes, ...}]}``
    """
    tk.check_access("nx_harvest_run_plan", context, data_dict)
    row = get_run(tk.get_or_bust(data_dict, "id"))
    query = model.Session.query(PlanEntry).filter_by(run_id=row.id)
    if kind := data_dict.get("kind"):
        query = query.filter_by(kind=kind)
    entries = query.order_by(PlanEntry.number).offset(offset_param(data_dict)).limit(limit_param(data_dict, 100, 1000))
    hidden = ("data", "before")
    return {
        "count": query.count(),
        "entries": [{k: v for k, v in entry.as_dict().items() if k not in hidden} for entry in entries],
    }


@tk.side_effect_free
def nx_harvest_problem_list(context: Context, data_dict: DataDict) -> Json:
    """What a run found wrong, with field, rule and remedy.

    :param run_id: id of the run
    :param offset: problems to pass over (default 0)
    :param limit: at most so many (default 100, at most 10000)
    :returns: ``{"count", "problems": [{code, level, refuses, guid, position, field, message, remedy}]}``
    """
    tk.check_access("nx_harvest_problem_list", context, data_dict)
    row = get_run(tk.get_or_bust(data_dict, "run_id"))
    count = model.Session.query(Finding).filter_by(run_id=row.id).count()
    return {"count": count, "problems": _problems(row.id, offset_param(data_dict), limit_param(data_dict, 100, 10_000))}


def _is_for_workers(context: Context, data_dict: DataDict) -> bool:
    """Tell whether the workers are to do it. CKAN names the version of the API in the context of a call over HTTP."""
    return params.flag(data_dict, "queue", "api_version" in context)


def _writer() -> writer.BulkWriter:
    return writer.BulkWriter(tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"])


def _decide(decide: Callable[..., Run], *arguments: Any) -> Run:
    """Take a decision and return the run.

    Raises:
        ValidationError: The decision does not fit the state of the run.
    """
    try:
        return decide(*arguments)
    except HarvestError as error:
        text = messages.sentence(error.code, error.params) + " " + messages.remedy(error.code, error.params)
        raise tk.ValidationError({"id": [text.strip()]}) from None


def _problems(run_id: str, offset: int, limit: int) -> list[Json]:
    query = model.Session.query(Finding).filter_by(run_id=run_id).order_by(Finding.id)
    return [_finding_to_api(row) for row in query.offset(offset).limit(limit)]


def _finding_to_api(row: Finding) -> Json:
    """Return a finding with its sentences."""
    params = {"field": field_labels.field(row.field), "position": row.position, "guid": row.guid, **row.params}
    return row.as_dict() | {
        "message": messages.sentence(row.code, params),
        "remedy": messages.remedy(row.code, params),
    }
