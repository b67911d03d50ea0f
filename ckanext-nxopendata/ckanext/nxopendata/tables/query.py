"""Questions to a table: search, filters, order, pages, groups. Reads as the DataStore's read-only user."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ckanext.datastore.backend.postgres import get_read_engine
from psycopg2 import errors, sql

from ckanext.nxopendata.core.tabular.values import dates, kinds
from ckanext.nxopendata.tables.reader import columns
from ckanext.nxopendata.tables.store import quote_name

OPERATORS = {
    "text": ("has", "is", "isnot", "empty", "filled"),
    "number": ("is", "ge", "le", "isnot", "empty", "filled"),
    "date": ("is", "ge", "le", "empty", "filled"),
}
"""Operators by the family of a column's type, the one to offer first in front."""

NUMBERS = frozenset(
    {"int2", "int4", "int8", "int", "bigint", "numeric", "float4", "float8", "double precision", "real"}
)
DATES = frozenset({"date", "timestamp", "timestamptz"})
MOST_CONDITIONS = 20
STATEMENT_SECONDS = 20
EXPORT_SECONDS = 600
AGGREGATES = {
    "count": "count(*)",
    "sum": "sum({})",
    "avg": "round(avg({})::numeric, 6)",
    "min": "min({})",
    "max": "max({})",
}


class QuestionError(Exception):
    """A condition makes no sense: ``column`` and ``code`` (``column``, ``operator``, ``number``, ``date``) say why."""

    def __init__(self, code: str, column: str = "", value: str = "") -> None:
        super().__init__(code, column, value)
        self.code, self.column, self.value = code, column, value


class QueryTimeoutError(Exception):
    """The database gave up after ``STATEMENT_SECONDS``."""


def family(type_: str) -> str:
    """Return ``text``, ``number`` or ``date``: how values of a database type are compared."""
    if type_ in NUMBERS:
        return "number"
    return "date" if type_ in DATES else "text"


@dataclass(frozen=True, slots=True)
class Condition:
    """``column`` ``operator`` ``value``, for example 等级 ``is`` 5A."""

    column: str
    operator: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table.

    Attributes:
        q: words that a row must have, each somewhere in it.
        conditions: all of which must hold.
        sort: a column's id; "" for the order of the file.
    """

    q: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    descending: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether it leaves rows out."""
        return bool(self.q or self.conditions)


@dataclass(frozen=True, slots=True)
class Source:
    """A table and its columns: id -> type of the database, in order.

    Attributes:
        rows: how many there are; None for a table that others fill.
        has_words: whether the index of words is there and ours, so that it finds pairs of Chinese characters.
    """

    resource_id: str
    types: Mapping[str, str]
    rows: int | None = None
    has_words: bool = False


@dataclass(slots=True)
class _Where:
    parts: list[sql.Composable] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def statement(self) -> sql.Composable:
        return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(self.parts) if self.parts else sql.SQL("")


def read_page(source: Source, question: Question, limit: int, offset: int) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many rows answer the question, and some of them.

    Raises:
        QuestionError: it names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    where = _build_where(source, question)
    count = sql.SQL("SELECT count(*) FROM {}{}").format(quote_name(source.resource_id), where.statement())
    rows = _select(source, where, question) + sql.SQL(" LIMIT %s OFFSET %s")
    with _cursor(STATEMENT_SECONDS) as cursor:
        if question.narrowed or source.rows is None:
            cursor.execute(count, where.values)
            total = int(cursor.fetchone()[0])
        else:
            total = source.rows
        cursor.execute(rows, [*where.values, limit, offset])
        return total, cursor.fetchall()


def stream_rows(source: Source, question: Question) -> Iterator[tuple[Any, ...]]:
    """Yield all rows that answer the question, by a cursor of the server.

    Raises:
        QuestionError: at once, before the first row is asked for.
    """
    where = _build_where(source, question)
    statement = _select(source, where, question)

    def rows() -> Iterator[tuple[Any, ...]]:
        with _cursor(EXPORT_SECONDS, named=True) as cursor:
            cursor.execute(statement, where.values)
            yield from cursor

    return rows()


def read_groups(
    source: Source,
    question: Question,
    by: str,
    value: str,
    aggregate: str,
    *,
    limit: int,
    by_value: bool,
) -> list[tuple[Any, Any]]:
    """Return the values of column ``by`` and for each an aggregate of column ``value`` (ignored when counting).

    Args:
        by_value: largest first; else in the order of ``by``.
    """
    if by not in source.types or aggregate not in AGGREGATES:
        raise QuestionError("column", by)
    if aggregate != "count" and family(source.types.get(value, "text")) != "number":
        raise QuestionError("number", value)
    where = _build_where(source, question)
    total = sql.SQL(AGGREGATES[aggregate]).format(quote_name(value)) if aggregate != "count" else sql.SQL("count(*)")
    where.parts.append(sql.SQL("{} IS NOT NULL").format(quote_name(by)))
    statement = sql.SQL("SELECT {by}, {total} FROM {table}{where} GROUP BY 1 ORDER BY {order} LIMIT %s").format(
        by=quote_name(by),
        total=total,
        table=quote_name(source.resource_id),
        where=where.statement(),
        order=sql.SQL("2 DESC NULLS LAST, 1" if by_value else "1"),
    )
    with _cursor(STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, [*where.values, limit])
        return cursor.fetchall()


def read_series(
    source: Source, question: Question, by: str, split: str, value: str, aggregate: str, *, limit: int
) -> list[tuple[Any, Any, Any]]:
    """Return an aggregate for each pair of values of two columns, in the order of both.

    Args:
        split: the second column; "" for none.
        value: the column of numbers, ignored when counting.
    """
    named = [column for column in (by, split, value if aggregate != "count" else "") if column]
    if any(column not in source.types for column in named) or aggregate not in AGGREGATES:
        raise QuestionError("column", next((column for column in named if column not in source.types), by))
    if aggregate != "count" and family(source.types[value]) != "number":
        raise QuestionError("number", value)
    where = _build_where(source, question)
    total = sql.SQL(AGGREGATES[aggregate]).format(quote_name(value)) if aggregate != "count" else sql.SQL("count(*)")
    where.parts += [sql.SQL("{} IS NOT NULL").format(quote_name(column)) for column in (by, split) if column]
    statement = sql.SQL(
        "SELECT {by}, {split}, {total} FROM {table}{where} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT %s"
    ).format(
        by=quote_name(by),
        split=quote_name(split) if split else sql.SQL("''::text"),
        total=total,
        table=quote_name(source.resource_id),
        where=where.statement(),
    )
    with _cursor(STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, [*where.values, limit])
        return cursor.fetchall()


def read_pairs(source: Source, question: Question, names: Sequence[str], *, limit: int) -> list[tuple[Any, ...]]:
    """Return some columns of the rows that answer the question, for maps and scatter charts."""
    if any(column not in source.types for column in names):
        raise QuestionError("column", next(column for column in names if column not in source.types))
    where = _build_where(source, question)
    where.parts += [sql.SQL("{} IS NOT NULL").format(quote_name(column)) for column in names[:2]]
    chosen = sql.SQL(", ").join([quote_name(column) for column in names])
    statement = sql.SQL("SELECT {} FROM {}{} ORDER BY _id LIMIT %s").format(
        chosen, quote_name(source.resource_id), where.statement()
    )
    with _cursor(STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, [*where.values, limit])
        return cursor.fetchall()


def read_digits(source: Source) -> dict[str, tuple[int, int]]:
    """Return the most digits of each column of exact numbers: all of them, and those behind the point."""
    names = [name for name, type_ in source.types.items() if type_ == "numeric"]
    if not names:
        return {}
    measures = sql.SQL(", ").join(
        [sql.SQL("max(length(trunc(abs({0}))::text)), max(scale({0}))").format(quote_name(name)) for name in names]
    )
    with _cursor(STATEMENT_SECONDS) as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(measures, quote_name(source.resource_id)), ())
        found = [number or 0 for number in cursor.fetchone()]
    return {name: (found[2 * n] + found[2 * n + 1], found[2 * n + 1]) for n, name in enumerate(names)}


# Statements


def _select(source: Source, where: _Where, question: Question) -> sql.Composable:
    order = sql.SQL("_id")
    if question.sort:
        if question.sort not in source.types:
            raise QuestionError("column", question.sort)
        column: sql.Composable = quote_name(question.sort)
        if source.types[question.sort] == "text" and _sorts_by_pinyin():
            column = column + sql.SQL(' COLLATE "zh-x-icu"')
        order = column + sql.SQL(" DESC NULLS LAST, _id" if question.descending else " NULLS LAST, _id")
    chosen = sql.SQL(", ").join([quote_name(column) for column in source.types])
    table = quote_name(source.resource_id)
    return sql.SQL("SELECT {} FROM {}{} ORDER BY {}").format(chosen, table, where.statement(), order)


def _build_where(source: Source, question: Question) -> _Where:
    where = _Where()
    if len(question.conditions) > MOST_CONDITIONS:
        raise QuestionError("operator")
    for condition in question.conditions:
        _add_condition(where, source, condition)
    texts = [column for column, type_ in source.types.items() if family(type_) == "text"]
    others = [column for column in source.types if column not in texts]
    for word in question.q.split()[:8]:
        pairs = [token for token in columns.tokens(word) if not token.isascii() and len(token) == 2]
        if pairs and source.has_words and texts:
            # The index finds the candidates, the comparison below decides.
            where.parts.append(sql.SQL("_full_text @@ %s::tsquery"))
            where.values.append(" & ".join(f"'{token}'" for token in pairs))
        fitting = [sql.SQL("{} ILIKE %s").format(quote_name(column)) for column in texts]
        fitting += [sql.SQL("{}::text = %s").format(quote_name(column)) for column in others]
        where.parts.append(sql.SQL("(") + sql.SQL(" OR ").join(fitting) + sql.SQL(")"))
        where.values += [f"%{_escape_pattern(word)}%"] * len(texts) + [word] * len(others)
    return where


def _escape_pattern(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _add_condition(where: _Where, source: Source, condition: Condition) -> None:
    type_ = source.types.get(condition.column)
    if type_ is None:
        raise QuestionError("column", condition.column)
    kind = family(type_)
    if condition.operator not in OPERATORS[kind]:
        raise QuestionError("operator", condition.column, condition.operator)
    column = quote_name(condition.column)
    if condition.operator in ("empty", "filled"):
        none = sql.SQL("IS NULL" if condition.operator == "empty" else "IS NOT NULL")
        where.parts.append(sql.SQL("{} {}").format(column, none))
        return
    if condition.operator == "has":
        where.parts.append(sql.SQL("{}::text ILIKE %s").format(column))
        where.values.append(f"%{_escape_pattern(condition.value)}%")
        return
    sign = {"is": "=", "isnot": "IS DISTINCT FROM", "ge": ">=", "le": "<="}[condition.operator]
    left = sql.SQL("{}::text").format(column) if kind == "text" and type_ != "text" else column
    if kind == "date":
        left = sql.SQL("{}::date").format(column)
    where.parts.append(left + sql.SQL(f" {sign} %s"))
    where.values.append(_parse_value(kind, condition))


def _parse_value(kind: str, condition: Condition) -> Any:
    text = condition.value.strip()
    if kind == "number":
        number = kinds.normalize(text).replace(",", "")
        if kinds.classify(number) not in ("int", "num", "long") or not any(sign.isdecimal() for sign in number):
            raise QuestionError("number", condition.column, text)
        return number
    if kind == "date":
        try:
            return dt.date.fromisoformat(dates.to_iso_date(kinds.normalize(text)))
        except ValueError:
            raise QuestionError("date", condition.column, text) from None
    return text


# The connection


@contextmanager
def _cursor(seconds: int, *, named: bool = False) -> Iterator[Any]:
    raw: Any = get_read_engine().raw_connection()
    try:
        with raw.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", (f"{seconds}s",))
        if named:
            with raw.cursor("nx_rows") as cursor:
                cursor.itersize = 2000
                yield cursor
        else:
            with raw.cursor() as cursor:
                yield cursor
    except errors.QueryCanceled as error:
        raise QueryTimeoutError from error
    except errors.NumericValueOutOfRange as error:
        raise QuestionError("number") from error
    finally:
        raw.rollback()
        raw.close()


@cache
def _sorts_by_pinyin() -> bool:
    """Whether PostgreSQL was built with ICU, whose Chinese order is that of pinyin."""
    with get_read_engine().connect() as connection:
        row = connection.exec_driver_sql("SELECT 1 FROM pg_collation WHERE collname = 'zh-x-icu'").first()
    return row is not None
