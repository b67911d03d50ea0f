"""One statement of SQL, examined and run by DuckDB in a process with limits. Plain module.

DuckDB is closed before the statement is read: no files, no network, no extensions, one thread, bounded memory, a
configuration that cannot be changed. The statement itself must be one SELECT whose tables are ids of files and whose
functions are listed in ``schemas/sql/functions.txt``; the files of just these tables can be opened, none be written.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import resource
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from ckanext.nxopendata.tables.sql import writing

FUNCTIONS = resources.files("ckanext.nxopendata.schemas") / "sql" / "functions.txt"
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
TABLE_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The id of a file."""

MEMORY = "384MB"
LONGEST = 8_000
"""Characters of a statement."""

DEEPEST = 200
"""Expressions inside each other."""

AT_ONCE = 500
MOST_BYTES = 8_000_000
"""Of a result as JSON."""

CONFIGURATION = {
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": MEMORY,
    "python_enable_replacements": "false",
    "temp_directory": "",
    "threads": "1",
}


class StatementError(Exception):
    """A statement that is not run.

    Attributes:
        code: ``syntax``, ``statement`` (not one SELECT), ``function``, ``table``, ``parameter``, ``deep``, ``memory``,
            ``large`` (the result) or ``value`` (a value does not fit).
        what: the function, the table, or what DuckDB says.
    """

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code, what)
        self.code, self.what = code, what


def examine(statement: str) -> bytes:
    """Return the tables that a statement names, or why it is not run, as JSON.

    Returns:
        ``tables``; or ``refused`` and ``what``, see :class:`StatementError`.
    """
    return _answer(lambda: {"tables": list_tables(_parse(_connect(), statement))})


def run(statement: str, tables: Mapping[str, str], most_rows: int) -> bytes:
    """Return the result of a statement as JSON.

    Args:
        tables: id of a file -> path of its rows, as :mod:`columns_file` stores them.
        most_rows: that are wanted; one more tells that there are others.

    Returns:
        ``columns`` (``name``, ``type``), ``rows``, ``cut`` (whether there are more); or ``refused`` and ``what``.
    """

    def work() -> dict[str, Any]:
        connection = _connect(list(tables.values()))
        for name in list_tables(_parse(connection, statement)):
            if name not in tables:
                raise StatementError("table", name)
        for name, path in tables.items():
            source = f"read_parquet({writing.quote_text(path)})"
            connection.execute(f"CREATE VIEW {writing.quote_name(name)} AS SELECT * FROM {source}").fetchall()  # noqa: S608  ids and paths of ours
        connection.execute("SET lock_configuration = true").fetchall()
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        return _fetch(connection.execute(statement), most_rows)

    return _answer(work)


def _connect(paths: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
    """A closed database: of all files it may read these, and may write none."""
    connection = duckdb.connect(":memory:", config=dict(CONFIGURATION))
    allowed = ", ".join(map(writing.quote_text, paths))
    connection.execute(f"SET allowed_paths = [{allowed}]").fetchall()
    connection.execute("SET enable_external_access = false").fetchall()
    return connection


def _answer(work: Any) -> bytes:
    try:
        return json.dumps(work(), ensure_ascii=False).encode("utf-8", "replace")
    except StatementError as error:
        return json.dumps({"refused": error.code, "what": error.what}).encode()
    except duckdb.OutOfMemoryException:
        return json.dumps({"refused": "memory", "what": ""}).encode()
    except RecursionError:
        return json.dumps({"refused": "deep", "what": ""}).encode()
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException) as error:
        return json.dumps({"refused": "value", "what": _first_line(error)}).encode()
    except duckdb.Error as error:
        return json.dumps({"refused": "syntax", "what": _first_line(error)}).encode()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]


def _parse(connection: duckdb.DuckDBPyConnection, statement: str) -> dict[str, Any]:
    """The tree of the one SELECT of a statement."""
    if len(statement) > LONGEST:
        raise StatementError("deep")
    statements = connection.extract_statements(statement)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise StatementError("statement")
    ((text,),) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [statement]).fetchall()
    tree = json.loads(text)
    if tree.get("error") or len(tree.get("statements") or ()) != 1:
        raise StatementError("statement", str(tree.get("error_message") or "")[:300])
    for node, depth in _walk(tree):
        _check_node(node, depth)
        for name in _list_own(node):
            _check_name(connection, name)
    return tree


def _check_name(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Refuse a name of WITH that DuckDB knows: outside that WITH it would mean a view of the system, or a file."""
    try:
        connection.execute(f"DESCRIBE {writing.quote_name(name)}").fetchall()
    except duckdb.CatalogException:
        return
    except duckdb.Error:
        pass
    raise StatementError("table", name)


def _walk(tree: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """Every object of a tree, with its depth; without recursion."""
    waiting: list[tuple[Any, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, dict):
            yield node, depth
            waiting += [(child, depth + 1) for child in node.values()]
        elif isinstance(node, list):
            waiting += [(child, depth + 1) for child in node]


def _check_node(node: Mapping[str, Any], depth: int) -> None:
    if depth > DEEPEST * 4:  # an expression is up to four objects deep
        raise StatementError("deep")
    kind = node.get("type")
    if kind == "SHOW_REF":
        raise StatementError("statement")
    if kind == "VALUE_PARAMETER":
        raise StatementError("parameter")
    if kind == "TABLE_FUNCTION":
        name = str((node.get("function") or {}).get("function_name") or "").lower()
        if name not in TABLE_FUNCTIONS:
            raise StatementError("function", name)
    if "function_name" in node:
        name = str(node["function_name"]).lower()
        if name not in list_functions() or len(_path(node)) > 1:
            raise StatementError("function", name)
    if kind == "BASE_TABLE" and len(_path(node)) > 1:
        raise StatementError("table", ".".join(_path(node)))


def _path(node: Mapping[str, Any]) -> list[str]:
    """The parts of a qualified name, where there are some."""
    path = (node.get("qualified_name") or {}).get("path")
    if path:
        return [str(part) for part in path]
    return [str(node[key]) for key in ("catalog", "schema", "catalog_name", "schema_name") if node.get(key)]


@cache
def list_functions() -> frozenset[str]:
    """Return the functions and operators that a statement may use, in small letters."""
    lines = FUNCTIONS.read_text(encoding="utf-8").splitlines()
    return frozenset(word.lower() for line in lines if not line.startswith("# ") for word in line.split())


def list_tables(tree: Mapping[str, Any]) -> list[str]:
    """Return the ids of the files that a tree names, each once.

    Raises:
        StatementError: it names a table that is no file's, and no part of the statement itself.
    """
    own = {name for node, _ in _walk(dict(tree)) for name in _list_own(node)}
    found: dict[str, None] = {}
    for node, _ in _walk(dict(tree)):
        if node.get("type") != "BASE_TABLE":
            continue
        name = str(node.get("table_name") or "")
        if TABLE_NAME.fullmatch(name):
            found[name] = None
        elif name.lower() not in own:
            raise StatementError("table", name)
    return list(found)


def _list_own(node: Mapping[str, Any]) -> Iterator[str]:
    """The names that a WITH gives."""
    entries = (node.get("cte_map") or {}).get("map") or ()
    for entry in entries:
        yield str(entry.get("key") or "").lower()


def _fetch(result: duckdb.DuckDBPyConnection, most_rows: int) -> dict[str, Any]:
    columns = [{"name": str(entry[0]), "type": str(entry[1])} for entry in result.description or ()]
    rows: list[list[Any]] = []
    size = 0
    while len(rows) <= most_rows and (some := result.fetchmany(min(AT_ONCE, most_rows + 1 - len(rows)))):
        for row in some:
            cells = [_to_json(value) for value in row]
            size += len(json.dumps(cells, ensure_ascii=False, default=str))
            if size > MOST_BYTES:
                raise StatementError("large")
            rows.append(cells)
        if len(rows) > most_rows:
            break
    return {"columns": columns, "rows": rows[:most_rows], "cut": len(rows) > most_rows}


def _to_json(value: Any) -> Any:
    """A value as JSON has it: numbers that a double does not keep as text, days as ISO 8601, lists and objects."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and abs(value) < 10**15:
            return int(value)
        return float(value) if len(value.as_tuple().digits) <= 15 else format(value, "f")
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_to_json(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _to_json(one) for key, one in value.items()}
    return value.hex() if isinstance(value, bytes) else str(value)
