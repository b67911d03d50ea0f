"""Actions: what a file's table is, its rows, its groups; loading again; the headers for the index."""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.tables import grouping, jobs, messages, query, table_lookup
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.exports import formats
from ckanext.nxopendata.tables.page import chart_rules
from ckanext.nxopendata.tables.query import Condition, QueryTimeoutError, Question, QuestionError
from ckanext.nxopendata.tables.reader import columns as table_columns
from ckanext.nxopendata.tables.reader.columns import Column

MOST_ROWS = 1000
MOST_GROUPS = 500
HAN = re.compile(r"[\u3400-\u9fff]")


@tk.side_effect_free
def nx_table_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How the table of a file is made up, and whether it is ready.

    :param id: the id of the file (resource)
    :type id: string

    :returns: ``state`` (``none``, ``queued``, ``loading``, ``ready``, ``failed``), ``code`` and ``message`` when it is
        not ready, ``rows``, ``columns`` (``id``, ``label``, ``label_en``, ``type``, ``notes``, ``item``, ``nx_type``,
        ``precision``, ``unit``), and ``set_aside`` (rows that are not among the data: ``line``, ``reason``, ``cells``),
        ``findings`` (what is wrong in the file: code -> number), ``lines`` (the first of them), ``sheet``,
        ``other_sheets``, ``encoding``, ``plan``, for those who may read the rows
    """
    resource_id = _resource_id(data_dict)
    tk.check_access("nx_table_show", context, {"id": resource_id})
    state = states.get_state(resource_id)
    if state is None:
        return {"id": resource_id, "state": "none", "code": "", "message": "", "rows": 0, "columns": []}
    return {
        "id": resource_id,
        "state": state.state,
        "code": state.code,
        "message": messages.describe_state(state.state, state.code, state.params),
        "rows": state.rows,
        "columns": state.columns,
        **(state.around if _may_read_rows(context, resource_id) else {}),
    }


def _may_read_rows(context: Context, resource_id: str) -> bool:
    """Whether somebody may have the rows: what is set aside, and lines with findings, are rows of the file too."""
    try:
        tk.check_access("nx_table_search", tk.fresh_context(context), {"id": resource_id})
    except tk.NotAuthorized:
        return False
    return True


@tk.side_effect_free
def nx_table_search(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Rows of a file's table.

    :param id: the id of the file (resource)
    :type id: string
    :param q: words that a row must have, each somewhere in it; parts of Chinese words too; of a table with more than
        100,000 rows, letters and digits where a word begins (optional)
    :type q: string
    :param conditions: objects with ``column``, ``operator`` (``has``, ``is``, ``isnot``, ``ge``, ``le``, ``lt``,
        ``empty``, ``filled``) and ``value``; all must hold, of several ``is`` of one column one of them (optional)
    :type conditions: list
    :param sort: id of a column, ``-`` before it for the largest first, or a list of them (optional: the order of the
        file)
    :type sort: string
    :param limit: at most 1,000 (default 100)
    :type limit: int
    :param offset: rows to skip
    :type offset: int

    :returns: ``total``, ``fields`` (``id``, ``label``, ``type``) and ``records``
    """
    resource_id = _resource_id(data_dict)
    tk.check_access("nx_table_search", context, {"id": resource_id})
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        raise tk.ObjectNotFound(tk._("This file has no table"))
    limit, offset = _number(data_dict, "limit", 100, MOST_ROWS), _number(data_dict, "offset", 0, 10**9)
    source = table_lookup.make_source(resource_id, columns)
    try:
        total, rows = query.read_page(source, _question(data_dict), limit, offset)
    except (QuestionError, QueryTimeoutError) as problem:
        raise tk.ValidationError({"conditions": [messages.explain_question(problem)]}) from None
    names = [column.id for column in columns]
    return {
        "total": total,
        "fields": [{"id": column.id, "label": column.label, "type": column.type} for column in columns],
        "records": [dict(zip(names, map(formats.to_json, row), strict=True)) for row in rows],
    }


@tk.side_effect_free
def nx_table_chart(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The rows of a file's table in groups, as a chart shows them.

    :param id: the id of the file (resource)
    :type id: string
    :param by: id of the column whose values are the groups
    :type by: string
    :param value: id of the column of numbers (not needed when counting)
    :type value: string
    :param aggregate: ``count`` (default), ``sum``, ``avg``, ``min`` or ``max``
    :type aggregate: string
    :param order: ``value`` for the largest first; else in the order of ``by``
    :type order: string
    :param q, conditions: as in ``nx_table_search``

    :returns: ``groups``: list of pairs of a value and its number, at most 500

    Refused where the numbers would be wrong: rates that are added, several indicators or units in one, amounts of
    several times that are added, a whole together with its parts. See ``nx_table_profile_show`` for what columns are.
    """
    resource_id = _resource_id(data_dict)
    tk.check_access("nx_table_chart", context, {"id": resource_id})
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        raise tk.ObjectNotFound(tk._("This file has no table"))
    question, by, value = _question(data_dict), str(data_dict.get("by") or ""), str(data_dict.get("value") or "")
    aggregate = str(data_dict.get("aggregate") or "count")
    _refuse_wrong_sums(resource_id, columns, question, by, value, aggregate)
    try:
        groups = grouping.read_groups(
            table_lookup.make_source(resource_id, columns),
            question,
            by,
            value,
            aggregate,
            limit=MOST_GROUPS,
            by_value=data_dict.get("order") == "value",
        )
    except (QuestionError, QueryTimeoutError) as problem:
        raise tk.ValidationError({"by": [messages.explain_question(problem)]}) from None
    return {"groups": [[formats.to_json(key), formats.to_json(number)] for key, number in groups]}


def _refuse_wrong_sums(
    resource_id: str, columns: list[Column], question: Question, by: str, value: str, aggregate: str
) -> None:
    """A wrong sum is worse than none.

    Raises:
        ValidationError: ``aggregate`` says why.
    """
    fixed = question.fixed
    facts = table_lookup.get_facts(resource_id, columns)
    objection = chart_rules.find_objection(facts, by, value, aggregate, fixed)
    if objection:
        labels = {column.id: column.label for column in columns}
        raise tk.ValidationError({"aggregate": [messages.explain_objection(objection, labels)]})


def nx_table_load(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have the table of a file made again.

    :param id: the id of the file (resource)
    :type id: string

    :returns: as ``nx_table_show``
    """
    resource_id = _resource_id(data_dict)
    tk.check_access("nx_table_load", context, {"id": resource_id})
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    states.write_state(resource_id, dataset_id=resource.package_id, state=states.QUEUED, code="", params={})
    jobs.enqueue_load(resource_id, resource.size)
    return tk.get_action("nx_table_show")(tk.fresh_context(context), {"id": resource_id})


@tk.side_effect_free
def nx_table_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The files of a dataset that are loaded as tables.

    :param dataset: the id of the dataset
    :type dataset: string

    :returns: ``id`` of the file, ``rows`` and ``encoding`` ("" for others than texts) each
    """
    tk.check_access("nx_table_list", context, data_dict)
    return [
        {"id": state.resource_id, "rows": state.rows, "encoding": state.around.get("encoding") or ""}
        for state in states.list_of_dataset(tk.get_or_bust(data_dict, "dataset"))
        if state.state == states.READY
    ]


@tk.side_effect_free
def nx_table_headers(context: Context, data_dict: DataDict) -> dict[str, list[str]]:
    """The column headers of datasets' tables, for the search index.

    :param ids: ids of datasets
    :type ids: list of strings

    :returns: dataset id -> headers, Chinese and English, each once
    """
    tk.check_access("nx_table_headers", context, data_dict)
    return states.read_headers([str(identifier) for identifier in data_dict.get("ids") or ()])


LIST_OF_TABLES = "_table_metadata"
"""The view of DataStore that lists its tables, what is not public included; CKAN asks nobody who wants to read it."""


@tk.chained_action
@tk.side_effect_free
def datastore_search(original: Any, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; ``q`` finds Chinese words inside longer ones, and pages of sorted rows are complete.

    ``q`` is asked as pairs of characters; ``_id`` is the last column of every order.
    """
    if LIST_OF_TABLES in (data_dict.get("resource_id"), data_dict.get("id")):
        raise tk.NotAuthorized(tk._("Access denied"))
    q = data_dict.get("q")
    if q:
        state = states.get_state(str(data_dict.get("resource_id") or data_dict.get("id") or ""))
        if state is not None and state.state == states.READY:
            if not table_lookup.has_words(state):
                raise tk.ValidationError({"q": [tk._("The words of this table are being indexed. Ask again later.")]})
            if isinstance(q, str) and HAN.search(q) and data_dict.get("plain", True):
                data_dict = {**data_dict, "q": " ".join(table_columns.tokens(q)), "language": "simple"}
    if isinstance(data_dict.get("sort"), str) and data_dict["sort"].strip() and not data_dict.get("distinct"):
        data_dict = {**data_dict, "sort": _with_tie_breaker(data_dict["sort"])}
    return original(context, data_dict)


def _with_tie_breaker(sort: str) -> str:
    """The same order, complete: rows that are equal in it keep one order from page to page."""
    last = sort.rpartition(",")[2].strip().strip('"').split()
    return sort if last and last[0].strip('"') == "_id" else f"{sort}, _id"


# Parameters and values


def _resource_id(data_dict: DataDict) -> str:
    resource_id = data_dict.get("id") or data_dict.get("resource_id")
    if not resource_id:
        raise tk.ValidationError({"id": [tk._("Missing value")]})
    return str(resource_id)


def _number(data_dict: DataDict, key: str, default: int, most: int) -> int:
    try:
        return min(max(int(data_dict.get(key) or default), 0), most)
    except (TypeError, ValueError):
        raise tk.ValidationError({key: [tk._("Must be a whole number")]}) from None


def _question(data: dict[str, Any]) -> Question:
    """The question of an API call.

    Raises:
        ValidationError: ``conditions`` is not a list of objects.
    """
    given = data.get("conditions") or []
    if not isinstance(given, list) or not all(isinstance(condition, dict) for condition in given):
        raise tk.ValidationError({"conditions": [tk._("Must be a list of objects")]})
    conditions = tuple(
        Condition(str(entry.get("column") or ""), str(entry.get("operator") or "is"), str(entry.get("value") or ""))
        for entry in given
    )
    sort = data.get("sort") or ""
    order = query.parse_order(map(str, sort) if isinstance(sort, list) else [str(sort)])
    return Question(str(data.get("q") or "").strip(), conditions, order)
