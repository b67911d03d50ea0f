"""Actions on runs: ``nx_harvest_run_*`` and their problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import params
from ckanext.nxopendata.harvest import field_labels, messages
from ckanext.nxopendata.harvest.api import get_run, get_source, run_to_api
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.models import Finding, Json, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.runs import executor, jobs
from ckanext.nxopendata.harvest.runs.coordination import locks
from ckanext.nxopendata.harvest.runs.execution.writer import site_writer
from ckanext.nxopendata.harvest.runs.lifecycle import decisions, run_store
from ckanext.nxopendata.harvest.runs.progress import Progress, compute_speed, count_steps, ignore_progress

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
        if row := run_store.find_under_way(source.id):
            return run_to_api(row)
        row = _create(source, context)
        jobs.enqueue(row, source.name)
        return run_to_api(row)
    return run_to_api(executor.execute(_create(source, context), site_writer(), _progress(context)))


def _create(source: Source, context: Context) -> Run:
    row = run_store.create(source, context.get("user") or "")
    model.Session.commit()
    return row


def _progress(context: Context) -> Progress:
    """Return what the caller wants to be told of the progress."""
    progress: Any = context.get("progress", ignore_progress)
    return progress


def nx_harvest_run_approve(context: Context, data_dict: DataDict) -> Json:
    """Carry out a run that waits for a person because it would withdraw many datasets.

    :param id: id of the run
    :param queue: true to hand it to the workers, as is usual over HTTP
    :returns: the run
    """
    tk.check_access("nx_harvest_run_approve", context, data_dict)
    row = get_run(tk.get_or_bust(data_dict, "id"))
    if _is_for_workers(context, data_dict):
        released = _decide(decisions.release, row.id)
        jobs.enqueue_work()
        return run_to_api(released)
    return run_to_api(_decide(executor.approve, row.id, site_writer(), _progress(context)))


def nx_harvest_run_refuse(context: Context, data_dict: DataDict) -> Json:
    """Drop the plan of a run that waits for a person.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_refuse", context, data_dict)
    return run_to_api(_decide(decisions.refuse, get_run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_cancel(context: Context, data_dict: DataDict) -> Json:
    """Stop a run after the chunk it is at.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_cancel", context, data_dict)
    row = _decide(decisions.cancel, get_run(tk.get_or_bust(data_dict, "id")).id)
    locks.release(row.source_id, row.id)
    return run_to_api(row)


def nx_harvest_run_pause(context: Context, data_dict: DataDict) -> Json:
    """Stop a run after the chunks that are being written, until ``nx_harvest_run_resume``.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_pause", context, data_dict)
    return run_to_api(_decide(decisions.pause, get_run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_resume(context: Context, data_dict: DataDict) -> Json:
    """Let a paused run go on, by the workers of the job queue.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_resume", context, data_dict)
    row = _decide(decisions.resume, get_run(tk.get_or_bust(data_dict, "id")).id)
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
        begun = _decide(decisions.begin_undo, row.id)
        jobs.enqueue_undo(begun)
        return run_to_api(begun)
    return run_to_api(_decide(executor.undo, row.id, site_writer()))


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
    done, total = count_steps(row.id)
    more: Json = {"progress": {"done": done, "total": total}, "speed": compute_speed(row.stages, row.counts)}
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
    return [run_to_api(row) for row in rows.limit(params.limit(data_dict, 20, 200))]


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
    offset, limit = params.offset(data_dict), params.limit(data_dict, 100, 1000)
    entries = query.order_by(PlanEntry.number).offset(offset).limit(limit)
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
    offset, limit = params.offset(data_dict), params.limit(data_dict, 100, 10_000)
    return {"count": count, "problems": _problems(row.id, offset, limit)}


def _is_for_workers(context: Context, data_dict: DataDict) -> bool:
    """Tell whether the workers are to do it. CKAN names the version of the API in the context of a call over HTTP."""
    return params.flag(data_dict, "queue", "api_version" in context)


def _decide(decide: Callable[..., Run], *arguments: Any) -> Run:
    """Take a decision, commit it and return the run.

    Raises:
        ValidationError: The decision does not fit the state of the run.
    """
    try:
        row = decide(*arguments)
    except HarvestError as error:
        model.Session.rollback()
        raise tk.ValidationError({"id": [messages.describe(error)]}) from None
    model.Session.commit()
    return row


def _problems(run_id: str, offset: int, limit: int) -> list[Json]:
    query = model.Session.query(Finding).filter_by(run_id=run_id).order_by(Finding.id)
    return [_finding_to_api(row) for row in query.offset(offset).limit(limit)]


def _finding_to_api(row: Finding) -> Json:
    """Return a finding with its sentences."""
    facts = {"field": field_labels.field(row.field), "position": row.position, "guid": row.guid, **row.params}
    return row.as_dict() | {
        "message": messages.sentence(row.code, facts),
        "remedy": messages.remedy(row.code, facts),
    }
