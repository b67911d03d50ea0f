"""Actions on sources: ``nx_harvest_source_*``, and where a dataset comes from."""

from __future__ import annotations

from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.cli import site_user
from ckanext.nxopendata.harvest import permissions
from ckanext.nxopendata.harvest.api import get_source, source_to_api
from ckanext.nxopendata.harvest.models import Json, KnownRecord, Source
from ckanext.nxopendata.harvest.sources import dry_run, schema


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
    data = schema.validate(data_dict, context)
    existing = model.Session.query(Source).filter_by(name=data["name"]).first()
    if existing and existing.state != "deleted":
        raise tk.ValidationError({"name": [tk._("There is a source of this name already")]})
    source = existing or Source()
    source.fingerprint, source.trail, source.credentials = "", [], ""
    for key, value in data.items():
        setattr(source, key, value)
    model.Session.add(source)
    model.Session.commit()
    return source_to_api(source)


def nx_harvest_source_update(context: Context, data_dict: DataDict) -> Json:
    """Change a source; what is not given stays.

    :param id: id or name of the source; other parameters as in ``nx_harvest_source_create``
    :returns: the source
    """
    tk.check_access("nx_harvest_source_update", context, data_dict)
    source = get_source(tk.get_or_bust(data_dict, "id"))
    data = _updated_columns(source, data_dict, context)
    same = model.Session.query(Source).filter(Source.name == data["name"], Source.id != source.id).first()
    if same:
        raise tk.ValidationError({"name": [tk._("There is a source of this name already")]})
    if data["url"] != source.url:
        source.trail = []
    for key, value in data.items():
        setattr(source, key, value)
    model.Session.commit()
    return source_to_api(source)


def _updated_columns(source: Source, data_dict: DataDict, context: Context) -> Json:
    """Return the columns of a source with what is given; what is not given stays."""
    current = {name: getattr(source, name) for name in schema.FIELDS}
    given = {key: value for key, value in data_dict.items() if key not in ("id", "limit")}
    data = schema.validate({**current, "organization": source.organization_id, **given}, context)
    if urlsplit(data["url"])[:2] != urlsplit(source.url)[:2] and "credentials" not in data:
        data["credentials"] = ""  # they were given for the other host
    return data


def nx_harvest_source_test(context: Context, data_dict: DataDict) -> Json:
    """Try a source, saved or not: read its first records and say what a harvest would make of them. Keeps nothing.

    :param id: id or name of a source (optional); other parameters as in ``nx_harvest_source_create``, of which
        ``url`` and ``organization`` are needed without ``id``, and go before the saved ones with it
    :param limit: records that are read (default 20, at most 100)
    :returns: ``ok``, ``format`` and whether it was ``detected``, ``url`` asked first, ``pages``, ``records``,
        ``declared_total``, ``complete`` (None: the dry run stopped before the end), ``doubts``, ``counts`` by kind,
        ``datasets``: ``{guid, position, kind, title, organization_id, dataset, problems}``, ``problems``,
        ``unused``: names in the records that the mapping does not read, ``seconds``
    """
    tk.check_access("nx_harvest_source_test", context, data_dict)
    if key := data_dict.get("id"):
        saved = get_source(key)
        columns = {"credentials": saved.credentials} | _updated_columns(saved, data_dict, context)
        columns |= {"id": saved.id, "created": saved.created}
    else:
        given = {key: value for key, value in data_dict.items() if key != "limit"}
        columns = schema.validate({"name": "nx-dry-run", "title": "nx-dry-run", **given}, context)
    defaults: Json = {"credentials": "", "fingerprint": "", "trail": [], "memory": {}}
    source = Source(**{**defaults, **columns})
    return dry_run.try_source(source, max(1, params.limit(data_dict, 20, dry_run.MOST)), site_user())


def nx_harvest_source_delete(context: Context, data_dict: DataDict) -> None:
    """Delete a source. Its datasets stay in the portal; its memory of them stays too, for a new beginning.

    :param id: id or name
    """
    tk.check_access("nx_harvest_source_delete", context, data_dict)
    source = get_source(tk.get_or_bust(data_dict, "id"))
    source.state = "deleted"
    model.Session.commit()


@tk.side_effect_free
def nx_harvest_source_show(context: Context, data_dict: DataDict) -> Json:
    """A source with its last run.

    :param id: id or name
    """
    tk.check_access("nx_harvest_source_show", context, data_dict)
    return source_to_api(get_source(tk.get_or_bust(data_dict, "id")))


@tk.side_effect_free
def nx_harvest_source_list(context: Context, data_dict: DataDict) -> list[Json]:
    """The sources the user may see, with their last runs, by name."""
    tk.check_access("nx_harvest_source_list", context, data_dict)
    user = context.get("user", "")
    sources = model.Session.query(Source).filter(Source.state != "deleted").order_by(Source.name)
    return [
        source_to_api(source) for source in sources if context.get("ignore_auth") or permissions.may_see(source, user)
    ]


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
    rows_by_role = [
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
    return sorted(rows_by_role, key=lambda entry: (list(roles.values()).index(entry["role"]), entry["source"]))
