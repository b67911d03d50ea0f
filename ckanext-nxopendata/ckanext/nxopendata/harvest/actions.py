"""Actions of the harvest: ``nx_harvest_*``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import params
from ckanext.nxopendata.harvest import auth, messages
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.models import Finding, Json, KnownRecord, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.runs import executor, jobs, lifecycle, writer
from ckanext.nxopendata.harvest.sources import dry_run, health, schema

SHOWN_PROBLEMS = 1000
"""Problems that a run is shown with."""


def _source(key: str) -> Source:
    name = params.key(key)
    found = name and (model.Session.get(Source, name) or model.Session.query(Source).filter_by(name=name).first())
    if not found or found.state == "deleted":
        raise tk.ObjectNotFound(tk._("There is no source %s") % key)
    return found


def _run(key: str) -> Run:
    found = params.key(key) and model.Session.get(Run, key)
    if not found:
        raise tk.ObjectNotFound(tk._("There is no run %s") % key)
    return found


def _source_dict(source: Source) -> Json:
    last = model.Session.query(Run).filter_by(source_id=source.id).order_by(Run.created.desc()).limit(1).first()
    return schema.shown(source) | {"last_run": _run_dict(last) if last else None}


def _run_dict(row: Run) -> Json:
    result = row.as_dict()
    result["evidence"] = {key: value for key, value in row.evidence.items() if key not in ("trail", "memory")}
    return result


def nx_harvest_source_create(context: Context, data_dict: DataDict) -> Json:
    """Create a source.

    :param name: lower-case letters, digits, ``-`` and ``_``; unique
    :param title: what people call it
    :param url: address of the catalogue
    :param format: ``auto`` or the name of a format (default ``auto``)
    :param organization: id or name of the department its datasets belong to
    :param departments: ids or names of further departments whose datasets the catalogue holds; a dataset goes to
        the one its provider names, else to ``organization``
    :param schedule: cron expression by China's clock, empty for none
    :param files: ``link`` or ``mirror`` (default ``link``)
    :param licence: the licence of records that name none, as id or in words
    :param priority: of two sources with the same dataset the lower number wins; it also gets the larger share of
        the workers (default 100)
    :param trust: ``normal``, or ``review``: every run that would change something waits for a person
    :param credentials: what the portal signs in with: ``{"kind": "basic", "username", "password"}``,
        ``{"kind": "bearer", "token"}`` or ``{"kind": "token", "token"}`` (as CKAN takes it); kept encrypted,
        never given out, sent to the host of ``url`` only; ``{}`` removes them
    :param mapping: what differs from the format's mapping: ``{"dataset": {field: {"from", "as", "list", "values",
        "default"}}, "parts": {part: {field: {…}}}, "columns": {key: [header]}}``
    :param limits: whole numbers: ``requests_per_second``, ``total_seconds``, ``max_megabytes``, ``max_pages``,
        ``max_records``, ``max_resources``, ``max_keywords``, ``fuse_percent``, ``fuse_number``
    :param options: object with settings of the format
    :param state: ``active`` or ``paused``
    :returns: the source; of the credentials only ``credentials_kind``
    """
    tk.check_access("nx_harvest_source_create", context, data_dict)
    data = schema.validated(data_dict, context)
    existing = model.Session.query(Source).filter_by(name=data["name"]).first()
    if existing and existing.state != "deleted":
        raise tk.ValidationError({"name": [tk._("There is a source of this name already")]})
    source = existing or Source()
    source.fingerprint, source.trail, source.credentials = "", [], ""
    for key, value in data.items():
        setattr(source, key, value)
    model.Session.add(source)
    model.Session.commit()
    return _source_dict(source)


def nx_harvest_source_update(context: Context, data_dict: DataDict) -> Json:
    """Change a source; what is not given stays.

    :param id: id or name of the source; other parameters as in ``nx_harvest_source_create``
    :returns: the source
    """
    tk.check_access("nx_harvest_source_update", context, data_dict)
    source = _source(tk.get_or_bust(data_dict, "id"))
    data = _changed(source, data_dict, context)
    same = model.Session.query(Source).filter(Source.name == data["name"], Source.id != source.id).first()
    if same:
        raise tk.ValidationError({"name": [tk._("There is a source of this name already")]})
    if data["url"] != source.url:
        source.trail = []
    for key, value in data.items():
        setattr(source, key, value)
    model.Session.commit()
    return _source_dict(source)


def _changed(source: Source, data_dict: DataDict, context: Context) -> Json:
    """The columns of a source with what is given; what is not given stays."""
    current = {name: getattr(source, name) for name in schema.FIELDS}
    given = {key: value for key, value in data_dict.items() if key not in ("id", "limit")}
    data = schema.validated({**current, "organization": source.organization_id, **given}, context)
    if urlsplit(data["url"])[:2] != urlsplit(source.url)[:2] and "credentials" not in data:
        data["credentials"] = ""  # they were given for the other host
    return data


def nx_harvest_source_test(context: Context, data_dict: DataDict) -> Json:
    """Try a source, saved or not: read its first records and say what a harvest would make of them. Keeps nothing.

    :param id: id or name of a source (optional); other parameters as in ``nx_harvest_source_create``, of which
        ``url`` and ``organization`` are needed without ``id``, and go before the saved ones with it
    :param limit: records that are read (default 20, at most 100)
    :returns: ``ok``, ``format`` and whether it was ``detected``, ``url`` asked first, ``pages``, ``records``,
        ``declared_total``, ``complete`` (None: the trial stopped before the end), ``doubts``, ``counts`` by kind,
        ``datasets``: ``{guid, position, kind, title, organization_id, dataset, problems}``, ``problems``,
        ``unused``: names in the records that the mapping does not read, ``seconds``
    """
    tk.check_access("nx_harvest_source_test", context, data_dict)
    if key := data_dict.get("id"):
        saved = _source(key)
        columns = {"credentials": saved.credentials} | _changed(saved, data_dict, context)
        columns |= {"id": saved.id}
    else:
        given = {key: value for key, value in data_dict.items() if key != "limit"}
        columns = schema.validated({"name": "nx-trial", "title": "nx-trial", **given}, context)
    defaults: Json = {"credentials": "", "fingerprint": "", "trail": [], "memory": {}}
    source = Source(**{**defaults, **columns})
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return dry_run.of(source, max(1, _limit(data_dict, 20, dry_run.MOST)), user)


def nx_harvest_source_delete(context: Context, data_dict: DataDict) -> None:
    """Delete a source. Its datasets stay in the portal; its memory of them stays too, for a new beginning.

    :param id: id or name
    """
    tk.check_access("nx_harvest_source_delete", context, data_dict)
    source = _source(tk.get_or_bust(data_dict, "id"))
    source.state = "deleted"
    model.Session.commit()


@tk.side_effect_free
def nx_harvest_source_show(context: Context, data_dict: DataDict) -> Json:
    """A source with its last run.

    :param id: id or name
    """
    tk.check_access("nx_harvest_source_show", context, data_dict)
    return _source_dict(_source(tk.get_or_bust(data_dict, "id")))


@tk.side_effect_free
def nx_harvest_source_list(context: Context, data_dict: DataDict) -> list[Json]:
    """The sources the user may see, with their last runs, by name."""
    tk.check_access("nx_harvest_source_list", context, data_dict)
    user = context.get("user", "")
    sources = model.Session.query(Source).filter(Source.state != "deleted").order_by(Source.name)
    return [_source_dict(source) for source in sources if context.get("ignore_auth") or auth.may_see(source, user)]


def nx_harvest_run_create(context: Context, data_dict: DataDict) -> Json:
    """Harvest a source: now in this process, or by the workers of the job queue.

    :param source_id: id or name of the source
    :param queue: true to hand the run to the workers; the answer is then a run that has not begun, or the one
        that is under way already. Over HTTP that is so unless it is false: a long run would outlast the request.
    :returns: the run: ``state``, ``counts`` of create, update, unchanged, withdraw, restore, refused,
        duplicate, ``stages`` (seconds), ``problem_count``
    """
    tk.check_access("nx_harvest_run_create", context, data_dict)
    source = _source(tk.get_or_bust(data_dict, "source_id"))
    if source.state != "active":
        raise tk.ValidationError({"source_id": [tk._("This source is paused or deleted.")]})
    if _queued(context, data_dict):
        row = lifecycle.under_way(source.id)
        if row is None:
            row = lifecycle.create(source, context.get("user") or "")
            jobs.enqueue(row, source.name)
        return _run_dict(row)
    row = lifecycle.create(source, context.get("user") or "")
    progress = context.get("progress", lifecycle.quiet)
    return _run_dict(lifecycle.execute(row, _writer(), progress))  # pyright: ignore[reportArgumentType]


def nx_harvest_run_approve(context: Context, data_dict: DataDict) -> Json:
    """Carry out a run that waits for a person because it would withdraw many datasets.

    :param id: id of the run
    :param queue: true to hand it to the workers, as is usual over HTTP
    :returns: the run
    """
    tk.check_access("nx_harvest_run_approve", context, data_dict)
    row = _run(tk.get_or_bust(data_dict, "id"))
    if _queued(context, data_dict):
        released = _decided(lifecycle.release, row.id)
        jobs.offer_turns()
        return _run_dict(released)
    progress = context.get("progress", lifecycle.quiet)
    return _run_dict(_decided(lifecycle.approve, row.id, _writer(), progress))


def nx_harvest_run_refuse(context: Context, data_dict: DataDict) -> Json:
    """Drop the plan of a run that waits for a person.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_refuse", context, data_dict)
    return _run_dict(_decided(lifecycle.refuse, _run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_cancel(context: Context, data_dict: DataDict) -> Json:
    """Stop a run after the chunk it is at.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_cancel", context, data_dict)
    return _run_dict(_decided(lifecycle.cancel, _run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_pause(context: Context, data_dict: DataDict) -> Json:
    """Stop a run after the chunks that are being written, until ``nx_harvest_run_resume``.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_pause", context, data_dict)
    return _run_dict(_decided(lifecycle.pause, _run(tk.get_or_bust(data_dict, "id")).id))


def nx_harvest_run_resume(context: Context, data_dict: DataDict) -> Json:
    """Let a paused run go on, by the workers of the job queue.

    :param id: id of the run
    :returns: the run
    """
    tk.check_access("nx_harvest_run_resume", context, data_dict)
    row = _decided(lifecycle.resume, _run(tk.get_or_bust(data_dict, "id")).id)
    jobs.enqueue(row, _source(row.source_id).name)
    return _run_dict(row)


def nx_harvest_run_undo(context: Context, data_dict: DataDict) -> Json:
    """Bring the datasets of the last run of a source back to what they were before it.

    :param id: id of the run
    :param queue: true to hand it to the workers, as is usual over HTTP; the answer is then the run in the state
        ``undoing``
    :returns: the run
    """
    tk.check_access("nx_harvest_run_undo", context, data_dict)
    row = _run(tk.get_or_bust(data_dict, "id"))
    if _queued(context, data_dict):
        begun = _decided(lifecycle.begin_undo, row.id)
        jobs.enqueue_undo(begun)
        return _run_dict(begun)
    return _run_dict(_decided(lifecycle.undo, row.id, _writer()))


def _queued(context: Context, data_dict: DataDict) -> bool:
    """Whether the workers are to do it. CKAN names the version of the API in the context of a call over HTTP."""
    return params.flag(data_dict, "queue", "api_version" in context)


def _writer() -> writer.BulkWriter:
    return writer.BulkWriter(tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"])


def _decided(decide: Callable[..., Run], *arguments: Any) -> Run:
    """The run after a decision.

    :raises ValidationError: the decision does not fit the state of the run
    """
    try:
        return decide(*arguments)
    except HarvestError as error:
        text = messages.sentence(error.code, error.params) + " " + messages.remedy(error.code, error.params)
        raise tk.ValidationError({"id": [text.strip()]}) from None


@tk.side_effect_free
def nx_harvest_provenance_show(context: Context, data_dict: DataDict) -> list[Json]:
    """Where a dataset comes from: the source that maintains it first, then those that have it too.

    :param id: id or name of the dataset
    :returns: ``[{source, title, url, guid, role, modified, kept}]``; ``role`` is ``maintains``, ``duplicate`` or
        ``withdrawn``, ``kept`` names fields where a person's edit stands against the source; empty when no source
        has it
    """
    tk.check_access("nx_harvest_provenance_show", context, data_dict)
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    rows = (
        model.Session.query(KnownRecord, Source)
        .join(Source, Source.id == KnownRecord.source_id)
        .filter(KnownRecord.dataset_id == package.id)
    )
    roles = {"present": "maintains", "duplicate": "duplicate", "withdrawn": "withdrawn"}
    found = [
        {
            "source": source.name,
            "title": source.title,
            "url": source.url,
            "guid": record.guid,
            "role": roles[record.state],
            "modified": record.modified.isoformat(timespec="seconds"),
            "kept": record.kept,
        }
        for record, source in rows
    ]
    return sorted(found, key=lambda entry: (list(roles.values()).index(entry["role"]), entry["source"]))


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
    row = _run(tk.get_or_bust(data_dict, "id"))
    done, total = executor.progress_of(row.id)
    more: Json = {"progress": {"done": done, "total": total}, "speed": health.speed(row.stages, row.counts)}
    if params.flag(data_dict, "problems", True):
        more["problems"] = _problems(row.id, 0, SHOWN_PROBLEMS)
    return _run_dict(row) | more


@tk.side_effect_free
def nx_harvest_run_list(context: Context, data_dict: DataDict) -> list[Json]:
    """The runs of a source, newest first.

    :param source_id: id or name of the source
    :param limit: at most so many (default 20, at most 200)
    """
    tk.check_access("nx_harvest_run_list", context, data_dict)
    source = _source(tk.get_or_bust(data_dict, "source_id"))
    rows = model.Session.query(Run).filter_by(source_id=source.id).order_by(Run.created.desc())
    return [_run_dict(row) for row in rows.limit(_limit(data_dict, 20, 200))]


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
    row = _run(tk.get_or_bust(data_dict, "id"))
    query = model.Session.query(PlanEntry).filter_by(run_id=row.id)
    if kind := data_dict.get("kind"):
        query = query.filter_by(kind=kind)
    entries = query.order_by(PlanEntry.number).offset(_offset(data_dict)).limit(_limit(data_dict, 100, 1000))
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
    row = _run(tk.get_or_bust(data_dict, "run_id"))
    count = model.Session.query(Finding).filter_by(run_id=row.id).count()
    return {"count": count, "problems": _problems(row.id, _offset(data_dict), _limit(data_dict, 100, 10_000))}


@tk.side_effect_free
def nx_harvest_file_list(context: Context, data_dict: DataDict) -> list[Json]:
    """The contents that a copied file had, newest first; empty for a file that was not copied.

    :param id: id of the file (resource)
    :returns: ``[{number, name, sha256, size, source_url, fetched, checked, failure, current, kept}]``: ``checked`` is
        when the source was last asked for it, ``failure`` the code of why it did not give it then, ``current`` whether
        readers get this content, ``kept`` whether it can still be downloaded
    """
    tk.check_access("nx_harvest_file_list", context, data_dict)
    resource = tk.get_action("resource_show")(context, {"id": tk.get_or_bust(data_dict, "id")})
    return versions.listed(resource)


def _problems(run_id: str, offset: int, limit: int) -> list[Json]:
    query = model.Session.query(Finding).filter_by(run_id=run_id).order_by(Finding.id)
    return [lifecycle.problem_dict(problem) for problem in query.offset(offset).limit(limit)]


def _limit(data_dict: DataDict, default: int, most: int) -> int:
    return max(0, min(_integer(data_dict, "limit", default), most))


def _offset(data_dict: DataDict) -> int:
    return max(0, _integer(data_dict, "offset", 0))


def _integer(data_dict: DataDict, name: str, default: int) -> int:
    try:
        return int(data_dict.get(name, default))
    except (TypeError, ValueError):
        raise tk.ValidationError({name: [tk._("Must be a whole number")]}) from None
