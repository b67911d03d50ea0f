"""Actions: how a file is read, and how its department wants it read."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core.tabular import plan as reading_plan
from ckanext.nxopendata.core.tabular.plan import PlanError
from ckanext.nxopendata.tables import messages, models, origin, table_lookup
from ckanext.nxopendata.tables.declared.comparison import compare
from ckanext.nxopendata.tables.loading import files
from ckanext.nxopendata.tables.parts.actions import find_parts


@tk.side_effect_free
def nx_table_plan_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How a file is read.

    :param id: the id of the file (resource)
    :type id: string

    :returns: ``plan`` (by which the file was read last: ``sheet``, ``codec``, ``delimiter``, ``header_lines``,
        ``headers``, ``take_in``, ``columns``), ``given`` (what the department said of it; empty where it said nothing),
        ``set_aside`` (``line``, ``reason``, ``cells``), ``columns`` of the table, ``state``, ``code`` and ``message``
        of what keeps the file from being a table, ``other_sheets``, ``areas`` (of the tables that seem to stand on
        the sheet, where there are several), ``not_open`` (columns that are declared so and not in the table),
        ``part_of`` (the id of the file whose further table this is; "" for a file of its own), ``tables`` (the further
        tables of the file: ``sheet``, ``area``, and the ``id`` of the file entry that each is; "" where it is none),
        ``differences`` between the file and the declared information items (``code``, ``name``, ``message``)
    """
    resource_id = str(tk.get_or_bust(data_dict, "id"))
    tk.check_access("nx_table_plan_show", context, {"id": resource_id})
    state = models.get_state(resource_id)
    around = state.around if state else {}
    given = models.get_plan(resource_id)
    return {
        "id": resource_id,
        "state": state.state if state else "none",
        "plan": around.get("plan") or given,
        "given": given,
        "set_aside": around.get("set_aside") or [],
        "other_sheets": around.get("other_sheets") or [],
        "areas": around.get("areas") or [],
        "not_open": around.get("not_open") or [],
        "differences": _list_differences(resource_id, around.get("not_open") or []),
        **_list_tables(resource_id, around),
        "code": state.code if state else "",
        "message": messages.describe_state(state.state, state.code, state.params) if state else "",
        "columns": [
            {
                "header": column.header,
                "label": column.label,
                "type": column.type,
                "unit": column.unit,
                "role": column.role,
            }
            for column in table_lookup.list_columns(resource_id)
        ],
    }


def _list_tables(resource_id: str, around: dict[str, Any]) -> dict[str, Any]:
    """The further tables that a stored file seems to hold, and which of them are file entries."""
    resource = model.Session.get(model.Resource, resource_id)
    stored = origin.find_origin(resource) if resource is not None else None
    if stored is None or stored is not resource:
        return {"part_of": stored.id if stored is not None else "", "tables": []}
    read = (around.get("plan") or {}).get("sheet") or ""
    given = models.get_plan(resource_id).get("area") or ""
    places = [(read, area) for area in around.get("areas") or [] if area != given]
    places += [(sheet, "") for sheet in around.get("other_sheets") or []]
    made = find_parts(resource)
    places += [place for place in made if place not in places and place[0] == read]
    return {
        "part_of": "",
        "tables": [
            {"sheet": sheet, "area": area, "id": made[sheet, area].id if (sheet, area) in made else ""}
            for sheet, area in places
        ],
    }


def _list_differences(resource_id: str, not_open: list[str]) -> list[dict[str, str]]:
    resource = model.Session.get(model.Resource, resource_id)
    columns = table_lookup.list_columns(resource_id)
    if resource is None or not columns:
        return []
    return [
        {"code": found.code, "name": found.name, "message": messages.explain_difference(found)}
        for found in compare(files.list_items(resource.package), columns, not_open)
    ]


def nx_table_plan_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say how a file is to be read; its table is made again. The plan holds for later versions of the file too.

    :param id: the id of the file (resource)
    :type id: string
    :param plan: what differs from what the reader finds: ``sheet``, ``area`` (of the sheet, such as ``A1:D20``,
        ``22:40``, ``22:`` to the last row, ``E:G``; the rest of the sheet is not read), ``codec``, ``delimiter``,
        ``header_lines`` (lines from 1; an empty list: there is no header), ``headers`` (names that the file must
        have), ``take_in`` (of ``above``, ``column_numbers``, ``repeated_header``, ``total``, ``subtotal``, ``note``:
        such rows are data),
        ``columns`` (``header``, ``label``, ``type``, ``unit``, ``role``, ``null_words``), ``closed`` (``cut``: publish
        the table without the columns that are declared not open; else it is not published); an empty object: what the
        reader finds
    :type plan: dictionary

    :returns: as ``nx_table_plan_show``
    """
    resource_id = str(tk.get_or_bust(data_dict, "id"))
    tk.check_access("nx_table_plan_update", context, {"id": resource_id})
    given = data_dict.get("plan")
    if not isinstance(given, dict):
        raise tk.ValidationError({"plan": [tk._("Must be an object")]})
    try:
        reading_plan.from_dict(given)
    except PlanError as error:
        allowed = tk._("one of {values}").format(values=", ".join(error.allowed)) if error.allowed else ""
        message = tk._("The value of “{field}” is not possible here").format(field=error.field)
        raise tk.ValidationError({"plan": [f"{message}: {allowed}" if allowed else message]}) from None
    plan = model.Session.get(models.ReadingPlan, resource_id) or models.ReadingPlan(resource_id=resource_id)
    plan.plan, plan.user = given, str(context.get("user") or "")
    model.Session.add(plan)
    model.Session.commit()
    tk.get_action("nx_table_load")(tk.fresh_context(context), {"id": resource_id})
    return tk.get_action("nx_table_plan_show")(tk.fresh_context(context), {"id": resource_id})
