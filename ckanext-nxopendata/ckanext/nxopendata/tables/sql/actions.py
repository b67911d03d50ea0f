"""Action: one statement of SQL over public tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.tables.sql import columns_file, messages, sources, statement
from ckanext.nxopendata.tables.sql.sources import SourceError, TableSource, Terms

MOST_ROWS = 10_000
MOST_TABLES = 6
ASKED = Limit("sql", 60, 600)
EXAMINING = sandbox.Limits(memory=1024**3, cpu_seconds=2, wall_seconds=6, output=1024**2)
RUNNING = sandbox.Limits(memory=2 * 1024**3, cpu_seconds=5, wall_seconds=10, output=24 * 1024**2)


class StillMakingError(tk.ValidationError):
    """A large table is being prepared for SQL; the same statement can be run in a minute."""


@tk.side_effect_free
def nx_sql_search(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The result of one SELECT (DuckDB's dialect) over tables that you may read.

    A table is named by the id of its file, in quotation marks: ``SELECT * FROM "76d123c6-…" LIMIT 5``; columns as
    ``nx_table_show`` names them (``id``). The statement runs at most 5 seconds and in 384 MB, sees nothing but the
    tables it names, and may use the functions listed in the documentation.

    Tables of several datasets are put together only where their licences allow it. A large table is prepared after it
    was loaded; a statement that comes earlier is refused with the words to ask again in a minute.

    :param sql: the statement, at most 8,000 characters
    :type sql: string
    :param limit: rows wanted, at most 10,000 (default 1,000)
    :type limit: int

    :returns: ``fields`` (``id``, ``type``), ``records`` (a list a row, in the order of the fields), ``cut`` (whether
        there are more rows), ``sources`` (``id``, ``file``, ``dataset``, ``provider``, ``licence``, ``updated``,
        ``url`` of each table), ``licences`` (that the result may carry), ``credit`` (lines that name the sources),
        ``duties``, ``sql`` and ``asked_at``
    """
    tk.check_access("nx_sql_search", context, data_dict)
    ASKED.check_reader("sql")
    text = str(tk.get_or_bust(data_dict, "sql")).strip()
    limit = _read_limit(data_dict)
    if len(text) > statement.LONGEST:
        raise tk.ValidationError({"sql": [messages.explain("deep")]})
    user = str(context.get("user") or "")
    names: list[str] = _run(statement.examine, text, limits=EXAMINING)["tables"]
    if len(names) > MOST_TABLES:
        raise tk.ValidationError({"sql": [messages.explain("tables", str(MOST_TABLES))]})
    try:
        tables = [sources.open_table(name, user) for name in names]
        terms = sources.combine_terms(tables, user)
        paths = {
            name: str(columns_file.provide_file(one.state, one.columns))
            for name, one in zip(names, tables, strict=True)
        }
    except SourceError as problem:
        raise tk.ValidationError({"sql": [problem.message]}) from None
    except columns_file.NotReadyError:
        raise StillMakingError({"sql": [messages.explain("making")]}) from None
    except columns_file.TooLargeError:
        most = f"{columns_file.MOST_ROWS:,}"
        raise tk.ValidationError({"sql": [messages.explain("rows", most)]}) from None
    result = _run(statement.run, text, paths, limit, limits=RUNNING)
    return _to_dict(text, result, tables, terms)


def _read_limit(data_dict: DataDict) -> int:
    try:
        return min(max(int(data_dict.get("limit") or 1_000), 1), MOST_ROWS)
    except (TypeError, ValueError):
        raise tk.ValidationError({"limit": [tk._("Must be a whole number")]}) from None


def _run(function: Any, *arguments: Any, limits: sandbox.Limits) -> dict[str, Any]:
    """What the limited process answers.

    Raises:
        ValidationError: ``sql`` says why the statement was not run, or not to its end.
    """
    try:
        answer = json.loads(sandbox.run_limited(function, *arguments, limits=limits))
    except sandbox.SandboxError as error:
        raise tk.ValidationError({"sql": [messages.explain(error.limit or "failed")]}) from None
    if "refused" in answer:
        raise tk.ValidationError({"sql": [messages.explain(answer["refused"], answer["what"])]})
    return answer


def _to_dict(text: str, result: dict[str, Any], tables: Sequence[TableSource], terms: Terms) -> dict[str, Any]:
    return {
        "sql": text,
        "asked_at": now().isoformat(),
        "fields": [{"id": one["name"], "type": one["type"]} for one in result["columns"]],
        "records": result["rows"],
        "cut": result["cut"],
        "sources": [table.describe() for table in tables],
        "licences": list(terms.licences),
        "credit": list(terms.credit),
        "duties": list(terms.duties),
    }
