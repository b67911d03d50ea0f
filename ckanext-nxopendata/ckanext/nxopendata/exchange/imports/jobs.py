"""The job of an import: plan what a file would change, then write it.

Both steps read the file anew, so what is written is judged by what is there at that moment.
:mod:`ckanext.nxopendata.exchange.models` keeps the file, the progress and the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import ckan.model as model
from flask import has_request_context
from flask_babel import force_locale

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.tabular import reader as file_reader
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.exchange import forms, xml
from ckanext.nxopendata.exchange import models as table
from ckanext.nxopendata.exchange.imports.executor import apply_plan
from ckanext.nxopendata.exchange.imports.plan import CREATE, Department, Plan, make_plan
from ckanext.nxopendata.exchange.imports.report import build_report
from ckanext.nxopendata.exchange.workbook import reader
from ckanext.nxopendata.exchange.workbook.reader import Draft, Problem

FORM = "catalogue"
WORKBOOK, XML = "workbook", "xml"
MOST_CELLS = 1_000_000
MOST_DATASETS = 20_000
"""Of one file: several times the largest catalogue of a department."""


def run(identifier: str, language: str = "", licence: str = "", *, limits: sandbox.Limits = sandbox.WHOLE_FILE) -> None:
    """Plan an import when it is queued, write it when it is being applied.

    Args:
        limits: of the process that reads the file; ``sandbox.REQUEST`` where somebody waits for it.
        language: the locale of who asked, for what the rules say.
        licence: of the new datasets that are open without conditions and name none; "" for none.
    """
    row = table.get(identifier, with_file=True)
    if row is None or row["state"] not in (table.QUEUED, table.APPLYING):
        return
    writing = row["state"] == table.APPLYING
    if not writing and not table.claim(identifier, table.QUEUED, table.READING):
        return
    try:
        with _language_of_job(language):
            report = _run(row, writing=writing, licence=licence, limits=limits)
    except UnreadableError as error:
        params = {"reason": error.reason}
        table.change(identifier, state=table.FAILED, report={"failure": {"code": error.code, "params": params}})
    except xml.BrokenXmlError as error:
        table.change(identifier, state=table.FAILED, report={"failure": {"code": error.code, "params": error.params}})
    except reader.NoHeaderError as error:
        failure = {"code": "no_header", "params": {"columns": "、".join(error.wanted)}}
        table.change(identifier, state=table.FAILED, report={"failure": failure})
    except Exception:
        model.Session.rollback()
        table.change(identifier, state=table.FAILED, report={"failure": {"code": "failed", "params": {}}})
        raise
    else:
        table.change(identifier, state=table.DONE if writing else table.PREVIEWED, report=report)


@contextmanager
def _language_of_job(language: str) -> Iterator[None]:
    """Outside of requests, put texts in the language of who asked, else of the site."""
    with ExitStack() as stack:
        if not has_request_context():
            stack.enter_context(site_language())
            if language:
                stack.enter_context(force_locale(language))
        yield


def _run(row: Mapping[str, Any], *, writing: bool, licence: str, limits: sandbox.Limits) -> dict[str, Any]:
    batch, drafts, remarks = _read(row["kind"], row["content"], limits)
    if batch and table.batch_done(row["organization_id"], batch):
        raise xml.BrokenXmlError("batch_repeated", batch=batch)
    user, steps = row["user_name"], 2 if writing else 1
    table.change(row["id"], done=0, total=len(drafts) * steps)
    department = Department.from_group(model.Group.get(row["organization_id"]))
    plan = make_plan(drafts, department, user, lambda done: table.change(row["id"], done=done), judge=not writing)
    if writing:
        _give_licence(plan, licence)
        apply_plan(plan, user, lambda done: table.change(row["id"], done=len(drafts) + done))
    reviewed = roles.needs_review({"user": user}, department.id)  # only to tell the reader; the writing asks by itself
    return build_report(plan.entries, remarks) | {"batch": batch, "reviewed": reviewed}


def _give_licence(plan: Plan, licence: str) -> None:
    """Give new datasets that are open without conditions the licence, which no column of a workbook tells."""
    for entry in plan.entries:
        is_free = entry.data.get("nx_is_open") == "1" and not entry.data.get("nx_open_condition")
        if licence and entry.action == CREATE and is_free and not entry.data.get("license_id"):
            entry.data["license_id"] = licence


def _read(kind: str, content: bytes, limits: sandbox.Limits) -> tuple[str, list[Draft], list[Problem]]:
    """The batch number ("" when there is none), the drafts of a file, and what of it was passed over."""
    if kind != XML:
        reading = reader.read(file_reader.read(content, MOST_CELLS, limits=limits), forms.load(FORM), MOST_DATASETS)
        return "", reading.drafts, reading.remarks
    package = xml.read(content, MOST_DATASETS)
    reader.find_twins(package.drafts)
    return package.batch, package.drafts, []
