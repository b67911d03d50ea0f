"""Actions of the official tables and of their import, and of who answers for a department."""

from __future__ import annotations

import base64
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import departments, params
from ckanext.nxopendata.register import log, permissions
from ckanext.nxopendata.register.official_tables import contacts, content, delimited, excel, layout, pdf, schema
from ckanext.nxopendata.register.official_tables.intake import importer, messages
from ckanext.nxopendata.register.official_tables.models import Import
from ckanext.nxopendata.register.schema import by_id
from ckanext.nxopendata.register.systems import system_store

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is imported."""

MAKERS = {"xlsx": excel.workbook, "pdf": pdf.document, "csv": delimited.text}


@tk.side_effect_free
@validate(schema.table)
def nx_system_table(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An official table of the plan, filled in from the register.

    :param number: ``1`` to ``5``: 附表1 to 附表5
    :param owner_org: of this department, id or name; of all departments if missing, for the supervising offices
    :param format: ``json`` (the default), ``xlsx``, ``csv`` or ``pdf``

    :returns: ``title``, ``lines`` (rows of cells from top to bottom), or ``file_name`` and ``content`` in Base64
    """
    table = fill_table(context, data_dict["number"], data_dict.get("owner_org"))
    if data_dict["format"] == "json":
        return {"title": table.layout.title, "lines": [list(line) for line in table.lines()]}
    made = MAKERS[data_dict["format"]](table)
    unit = table.filler[0].partition("：")[2] if table.filler else ""
    name = "_".join(part for part in (table.layout.label, table.layout.title, unit) if part)
    return {"file_name": f"{name}.{data_dict['format']}", "content": base64.b64encode(made).decode()}


def fill_table(context: Context, number: str, owner_org: str | None) -> content.Table:
    """The table, once the user may have it."""
    tk.check_access("nx_system_table", context, {"number": number, "owner_org": owner_org})
    identifier = _department(owner_org) if owner_org else None
    owners = None if identifier is None else [identifier]
    if number in layout.OF_SYSTEMS:
        return content.make_systems_table(number, system_store.list_systems(owners), contacts.make_filler(identifier))
    return content.make_units_table(number, contacts.list_units(owners))


@tk.side_effect_free
@validate(by_id)
def nx_system_unit_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What tables 4 and 5 tell of a department: who answers for it, ``leader_name, leader_post, leader_phone`` and
    the same of ``contact``; and ``unit_type`` (a code), ``staff`` and ``posts``, which are public.

    :param id: the department, id or name
    """
    tk.check_access("nx_system_unit_show", context, data_dict)
    return contacts.read_contacts(_department(data_dict["id"]))


@tk.side_effect_free
@validate(by_id)
def nx_system_unit_log(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """What was said of a department itself, oldest first: who answers for it, its connections, its imports.

    :param id: the department, id or name

    :returns: as :func:`nx_system_log`; of a telephone the log only says that it changed
    """
    tk.check_access("nx_system_unit_log", context, data_dict)
    return log.read_department(_department(data_dict["id"]))


def nx_system_unit_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change what tables 4 and 5 tell of a department; what is not named stays.

    :param id: the department, id or name

    Further the fields of :func:`nx_system_unit_show`.
    """
    tk.check_access("nx_system_unit_update", context, data_dict)
    owner = _department(tk.get_or_bust(data_dict, "id"))
    before = contacts.read_contacts(owner)
    sent = {name: str(value) for name, value in data_dict.items() if name in contacts.FIELDS}
    changes, wrong = contacts.clean_contacts(
        {name: value for name, value in sent.items() if value.strip() != before[name]}
    )
    if wrong:
        raise tk.ValidationError({name: [messages.text(*problem)] for name, problem in wrong.items()})
    contacts.update(context.get("user") or "", owner, changes)
    model.Session.commit()
    return contacts.read_contacts(owner)


def _department(reference: str) -> str:
    found = permissions.department_id(reference)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such department"))
    return found


# Import


def nx_system_import_preview(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say what a department's tables (附表1 to 5) would change; nothing is written yet.

    Of tables 4 and 5 a department brings its own row, the office and the development commission those of all.

    :param owner_org: the department, id or name
    :param upload: the file (docx, xlsx, xls, et, ods, csv), or
    :param content: the file in Base64, with
    :param file_name: its name

    :returns: as :func:`nx_system_import_show`
    """
    owner = _department(tk.get_or_bust(data_dict, "owner_org"))
    tk.check_access("nx_system_import_preview", context, {"owner_org": owner})
    name, sent = params.sent_file(data_dict, LARGEST)
    row = Import(owner_org=owner, user_name=context.get("user") or "", file_name=name, content=sent, answers={})
    importer.preview(row)
    model.Session.add(row)
    model.Session.commit()
    return nx_system_import_show(context, {"id": row.id})


@tk.side_effect_free
@validate(by_id)
def nx_system_import_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An import: state, counts by action, its rows, problems with sheet, row and column, open questions.

    :param id: of the import
    """
    row = _import("nx_system_import_show", context, data_dict["id"])
    shown = {
        "id": row.id,
        "owner_org": row.owner_org,
        "department": departments.title(row.owner_org, "zh"),
        "user_name": row.user_name,
        "file_name": row.file_name,
        "state": row.state,
        "created": row.created.isoformat(),
        "answers": row.answers,
    }
    return shown | importer.to_api(row.report)


def nx_system_import_answer(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Answer an import's questions: which system or unit a row means.

    :param id: of an import that was previewed
    :param answers: row's ``key`` -> id of one of its candidates, or ``new`` (of units: none of them)
    """
    row = _import("nx_system_import_answer", context, tk.get_or_bust(data_dict, "id"))
    if row.state != importer.PREVIEWED:
        raise tk.ValidationError({"id": [tk._("This import was applied already, or its preview is not ready")]})
    allowed = {entry["key"]: {each["id"] for each in entry["candidates"]} for entry in row.report["rows"]}
    answers = data_dict.get("answers") or {}
    if not isinstance(answers, dict):
        raise tk.ValidationError({"answers": [tk._("Choose one of those that are offered")]})
    for key, answer in answers.items():
        if not isinstance(answer, str) or (answer != importer.NEW and answer not in allowed.get(key, ())):
            raise tk.ValidationError({"answers": [tk._("Choose one of those that are offered")]})
    row.answers = row.answers | answers
    importer.preview(row)
    model.Session.commit()
    return nx_system_import_show(context, {"id": row.id})


def nx_system_import_apply(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Write what a preview announced; rows with errors and questions without answer are left out.

    :param id: of an import that was previewed, by yourself
    """
    row = _import("nx_system_import_apply", context, tk.get_or_bust(data_dict, "id"), lock=True)
    if row.state != importer.PREVIEWED:
        model.Session.rollback()
        raise tk.ValidationError({"id": [tk._("This import was applied already, or its preview is not ready")]})
    importer.apply(row, context.get("user") or "")
    model.Session.commit()
    return nx_system_import_show(context, {"id": row.id})


def _import(action: str, context: Context, identifier: str, *, lock: bool = False) -> Import:
    tk.check_access(action, context, {"id": identifier})
    row = model.Session.get(Import, identifier, with_for_update=lock, populate_existing=True)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such import"))
    return row
