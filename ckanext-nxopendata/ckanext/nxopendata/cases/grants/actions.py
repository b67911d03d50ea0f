"""Actions of grants: take what was granted, which is counted and written down; read who took what and when."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.grants import range_values, schema, table
from ckanext.nxopendata.cases.keys import scope
from ckanext.nxopendata.cases.models import Case, Use
from ckanext.nxopendata.core.file_access import ranges
from ckanext.nxopendata.core.file_access.channels import FILE, TABLE
from ckanext.nxopendata.core.file_access.decision import decide
from ckanext.nxopendata.core.file_access.part import Part
from ckanext.nxopendata.core.language import join_words
from ckanext.nxopendata.core.rate_limit import Limit

A_DAY = 24 * 3600

PAGE_OF_VALUES = 10_000
MOST_DISTINCT = 200_000
"""Different values of a column among which those of a range are looked for."""


@tk.side_effect_free
@validate(schema.use)
def nx_case_use_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What of a file of a grant may be taken now, as a file. Nothing is counted.

    :param id: the case of the grant
    :param resource: id of the file

    :returns: ``resource``, ``columns`` (null for all), ``filters`` (column -> values) and ``ranges`` (column -> list of
        ``from``, ``to``) that may be given now
    """
    tk.check_access("nx_case_use_show", context, data_dict)
    return _find_granted(context, data_dict)[2]


@validate(schema.use)
def nx_case_use_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin to take a file of a grant: ask whether it may be had, count it for the quota, and write it down.

    :param id: the case of the grant
    :param resource: id of the file
    :param expected: what :func:`nx_case_use_show` said before; where it is another by now nothing is counted (optional)
    :type expected: dict

    :returns: as :func:`nx_case_use_show`
    """
    tk.check_access("nx_case_use_create", context, data_dict)
    case, user, granted = _find_granted(context, data_dict)
    if data_dict.get("expected") not in (None, granted):
        raise tk.ValidationError({"expected": [tk._("What was granted changed just now. Please try again.")]})
    count_use(case, user, granted, {"channel": FILE})
    model.Session.commit()
    return granted


@validate(schema.rows)
def nx_case_row_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Rows of a table of a grant: the granted columns and rows. Each call is a use, counted for the quota.

    :param id: the case of the grant
    :param resource: id of the file whose table it is
    :param filters: column -> list of values, one of which a row must have, or an object with ``from``, ``to`` or both:
        numbers, years, months or days between which it must lie; granted columns only (optional)
    :type filters: dict
    :param sort: a granted column, ``-`` before it for the largest first (optional: the order of the file)
    :param limit: how many rows (optional, default 100, at most 1,000)
    :param offset: after how many (optional)

    :returns: ``total``, ``columns`` and ``records`` (column -> value each)
    """
    tk.check_access("nx_case_row_list", context, data_dict)
    case, user, granted = _find_granted(context, data_dict, rows=True)
    columns, sort = _list_columns(granted["resource"]), data_dict.get("sort") or ""
    try:
        part, filters = table.split(columns, to_part(granted), data_dict["filters"])
        question = table.ask(columns, _resolve(granted["resource"], columns, part), filters, sort)
    except table.NotGrantedError as problem:
        message = tk._("No column {name} was granted").format(name=problem.name[:100])
        raise tk.ValidationError({"filters": [message]}) from None
    except table.ColumnsGoneError as problem:
        message = tk._("The file has no column {names} any more. Ask the department for what it granted you.")
        raise tk.ValidationError({"resource": [message.format(names=join_words(problem.names))]}) from None
    found = _search(granted["resource"], question, data_dict["limit"], data_dict["offset"])
    count_use(case, user, granted, {"channel": TABLE, "rows": len(found["records"])})
    model.Session.commit()
    return found


def to_part(granted: dict[str, Any]) -> Part:
    """Return what :func:`nx_case_use_show` says as a part of a table."""
    columns = frozenset(granted["columns"]) if granted["columns"] is not None else None
    filters = {name: frozenset(values) for name, values in granted["filters"].items()}
    found = {name: [ranges.from_api(one) for one in several] for name, several in granted["ranges"].items()}
    return Part(columns, filters, {name: tuple(one for one in several if one) for name, several in found.items()})


def _resolve(resource_id: str, columns: list[tuple[str, str]], part: Part) -> Part:
    """Put the values of the table that lie in the ranges of a part in their place.

    Raises:
        table.ColumnsGoneError: the table lacks a column of a range.
        tk.ValidationError: a column has too many different values.
    """
    ids = {name: column for column, name in reversed(columns)}
    if gone := sorted(part.ranges.keys() - ids.keys()):
        raise table.ColumnsGoneError(gone)
    if not part.ranges:
        return part

    def find_inside() -> range_values.Values:
        values = {name: _list_values(resource_id, ids[name], name) for name in part.ranges}
        return table.resolve(Part(ranges=part.ranges), values).filters

    key = resource_id, range_values.find_version(resource_id), frozenset(part.ranges.items())
    return Part(filters=range_values.keep(key, find_inside)).narrow(Part(part.columns, part.filters))


def _list_values(resource_id: str, column: str, name: str) -> list[str]:
    asked = {"resource_id": resource_id, "fields": [column], "distinct": True, "include_total": False}
    values: list[str] = []
    while True:
        page = {"limit": PAGE_OF_VALUES, "offset": len(values), "sort": f'"{column}"'}
        records = tk.get_action("datastore_search")({"ignore_auth": True}, asked | page)["records"]
        values += ["" if record[column] is None else str(record[column]) for record in records]
        if len(records) < PAGE_OF_VALUES:
            return values
        if len(values) >= MOST_DISTINCT:
            message = tk._("The column {name} has too many different values to ask for rows: take the file instead")
            raise tk.ValidationError({"resource": [message.format(name=name)]})


def _list_columns(resource_id: str) -> list[tuple[str, str]]:
    try:
        shown: dict[str, Any] = tk.get_action("nx_table_show")({"ignore_auth": True}, {"id": resource_id})
    except KeyError:  # the site has no tables
        shown = {"state": "none"}
    if shown["state"] != "ready":
        raise tk.ObjectNotFound(tk._("This file has no table"))
    columns: list[dict[str, Any]] = shown["columns"]
    return [(column["id"], column["label"] or column["id"]) for column in columns]


def _search(resource_id: str, question: table.Question, limit: int, offset: int) -> dict[str, Any]:
    names = dict(question.fields)
    told: dict[str, Any] = {"total": 0, "columns": list(names.values()), "records": []}
    if question.filters is None:
        return told
    asked = {"resource_id": resource_id, "fields": list(names), "filters": dict(question.filters)}
    asked |= {"limit": limit, "offset": offset} | ({"sort": question.sort} if question.sort else {})
    found = tk.get_action("datastore_search")({"ignore_auth": True}, asked)
    records = [{name: record[column] for column, name in question.fields} for record in found["records"]]
    return told | {"total": found.get("total", 0), "records": records}


def count_use(case: Case, user: model.User, granted: dict[str, Any], detail: dict[str, Any]) -> None:
    """Count a use of a grant for its quota, and write it down. The caller commits.

    Raises:
        tk.ValidationError: the quota of the day is used up.
    """
    if quota := case.answers.get("agreed_quota"):
        Limit("case quota", int(quota), A_DAY).check(case.agreement_id, "id")
    told = {
        **{name: granted[name] for name in ("columns", "filters", "ranges")},
        "system": scope.find_system(),
        **detail,
    }
    model.Session.add(Use(case_id=case.id, user_id=user.id, resource_id=granted["resource"], detail=told))


def _find_granted(
    context: Context, data_dict: DataDict, *, rows: bool = False
) -> tuple[Case, model.User, dict[str, Any]]:
    """Return the case of a grant, who asks, and what of the file, or of its ``rows``, they may have by it now."""
    case = _case(data_dict["id"])
    user = model.User.get(context.get("user") or "")
    resource = model.Resource.get(data_dict["resource"])
    if user is None or resource is None or resource.package_id != case.dataset_id:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    access = decide(resource.id, user.name, rows=rows, part=True, agreement=case.agreement_id)
    if not access.allowed:
        raise tk.NotAuthorized(access.message)
    columns = sorted(access.part.columns) if access.part and access.part.columns is not None else None
    filters = {name: sorted(values) for name, values in access.part.filters.items()} if access.part else {}
    several = access.part.ranges if access.part else {}
    found = {name: [ranges.to_api(one) for one in bounds] for name, bounds in several.items()}
    return case, user, {"resource": resource.id, "columns": columns, "filters": filters, "ranges": found}


@tk.side_effect_free
@validate(schema.listing)
def nx_case_use_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What a grant was used for: each time that something of it was taken, the newest first.

    :param id: the case of the grant
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``: ``time``, ``user``, ``resource``, ``columns`` (null for all), ``filters``,
        ``ranges`` each, ``channel`` (``file`` or ``table``, "" in lines of earlier versions) and ``system``: whose key
        was used, "" for none
    """
    tk.check_access("nx_case_use_list", context, data_dict)
    case = _case(data_dict["id"])
    own = sa.select(Use).where(Use.case_id == case.id)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(own.subquery())) or 0
    query = own.order_by(Use.id.desc()).limit(data_dict["limit"]).offset(data_dict["offset"])
    return {"count": count, "results": _list_lines(list(model.Session.scalars(query)))}


def _list_lines(uses: list[Use]) -> list[dict[str, Any]]:
    users = model.Session.scalars(sa.select(model.User).where(model.User.id.in_({use.user_id for use in uses})))
    people = {user.id: user.display_name for user in users}
    ids = {use.resource_id for use in uses}
    files = model.Session.scalars(sa.select(model.Resource).where(model.Resource.id.in_(ids)))
    names = {resource.id: resource.name or resource.url for resource in files}
    return [
        {
            "time": use.time.isoformat(),
            "user": people.get(use.user_id, ""),
            "resource": names.get(use.resource_id, use.resource_id),
            "ranges": {},
            "channel": "",
            "system": "",
            **use.detail,
        }
        for use in uses
    ]


def _case(case_id: str) -> Case:
    case = model.Session.get(Case, case_id)
    if case is None or not case.agreement_id:
        raise tk.ObjectNotFound(tk._("There is no such grant"))
    return case
