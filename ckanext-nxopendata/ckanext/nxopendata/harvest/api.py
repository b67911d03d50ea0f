"""What the actions of the harvest share: rows by id or name, rows as the API gives them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.core import params
from ckanext.nxopendata.harvest.models import Json, Run, Source
from ckanext.nxopendata.harvest.sources import schema


def get_source(key: str) -> Source:
    """Return the source of an id or a name.

    Raises:
        ObjectNotFound: There is none, or it was deleted.
    """
    name = params.key(key)
    source = name and (model.Session.get(Source, name) or model.Session.query(Source).filter_by(name=name).first())
    if not source or source.state == "deleted":
        raise tk.ObjectNotFound(tk._("There is no source %s") % key)
    return source


def get_run(key: str) -> Run:
    """Return the run of an id.

    Raises:
        ObjectNotFound: There is none.
    """
    run = params.key(key) and model.Session.get(Run, key)
    if not run:
        raise tk.ObjectNotFound(tk._("There is no run %s") % key)
    return run


def source_to_api(source: Source) -> Json:
    """Return a source as the actions give it, with its last run."""
    last = model.Session.query(Run).filter_by(source_id=source.id).order_by(Run.created.desc()).limit(1).first()
    return schema.to_api(source) | {"last_run": run_to_api(last) if last else None}


def run_to_api(run: Run) -> Json:
    """Return a run as the actions give it."""
    result = run.as_dict()
    result["evidence"] = {key: value for key, value in run.evidence.items() if key not in ("trail", "memory")}
    return result
