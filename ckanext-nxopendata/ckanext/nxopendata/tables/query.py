"""Questions to a table: search, filters, order, pages, groups. Reads as the DataStore's read-only user."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    "number": ("is", "ge", "le", "lt", "isnot", "empty", "filled"),
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
LARGE = 100_000
FAR = 10_000
"""Rows that the database may count off to find a page."""

ROW_ID = "_id"
"""The number that the DataStore gives each row, from 1 in the order of the file."""


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
        conditions: all of which must hold; of several ``is`` of one column, one.
        order: ids of columns, each with whether the largest come first; none for the order of the file.
    """

    q: str = ""
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether it leaves rows out."""
        return bool(self.q or self.conditions)

    @property
    def fixed(self) -> set[str]:
        """The columns that it holds at one value."""
        chosen = [(one.column, one.value) for one in self.conditions if one.operator == "is"]
        columns = [column for column, _ in set(chosen)]
        return {column for column in columns if columns.count(column) == 1}


def parse_order(given: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """Return an order as people write it: ids of columns, ``-`` before one for the largest first.

    >>> parse_order(["-人口", "县区", ""])
    (('人口', True), ('县区', False))
    """
    return tuple((text.removeprefix("-"), text.startswith("-")) for text in given if text)


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

    @property
    def is_large(self) -> bool:
        """Whether reading all rows takes too long, so that letters and digits are found where words begin alone."""
        return self.has_words and (self.rows or 0) > LARGE


@dataclass(slots=True)
class Where:
    """The conditions of a statement in the making, and the values that they compare with."""

    parts: list[sql.Composable] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def statement(self) -> sql.Composable:
        """Return the clause; nothing where there is no condition."""
        return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(self.parts) if self.parts else sql.SQL("")


def read_page(
    source: Source,
    question: Question,
    limit: int,
    offset: int,
    names: Sequence[str] | None = None,
    *,
    total: int | None = None,
) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many rows answer the question, and some of them.

    Args:
        names: of the columns wanted, ``_id`` (the number of a row) may be one; all columns by default.
        total: how many rows answer it, where that is known.

    Raises:
        QuestionError: it names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    where = build_where(source, question)
    count = sql.SQL("SELECT count(*) FROM {}{}").format(quote_name(source.resource_id), where.statement())
    with open_cursor(STATEMENT_SECONDS) as cursor:
        if total is None and not question.narrowed:
            total = source.rows
        if total is None:
            cursor.execute(count, where.values)
            total = int(cursor.fetchone()[0])
        if offset >= FAR and not question.narrowed and not question.order and _is_numbered(cursor, source):
            where.parts.append(sql.SQL("_id > %s"))
            where.values.append(offset)
            offset = 0
        rows = _select(source, where, question, names) + sql.SQL(" LIMIT %s OFFSET %s")
        cursor.execute(rows, [*where.values, limit, offset])
        return total, cursor.fetchall()


def _is_numbered(cursor: Any, source: Source) -> bool:
    """Whether the rows are numbered without gaps, so that a page far behind is found by its first number."""
    cursor.execute(sql.SQL("SELECT min(_id), max(_id) FROM {}").format(quote_name(source.resource_id)), ())
    return source.rows is not None and cursor.fetchone() == (1, source.rows)


def has_more_rows(resource_id: str, most: int) -> bool:
    """Return whether a table has more rows than ``most``; no further ones are counted."""
    query = sql.SQL("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT %s) AS first").format(quote_name(resource_id))
    with open_cursor(STATEMENT_SECONDS) as cursor:
        cursor.execute(query, [most + 1])
        return int(cursor.fetchone()[0]) > most


def stream_rows(source: Source, question: Question, names: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield all rows that answer the question, by a cursor of the server.

    Args:
        names: of the columns wanted; all by default.

    Raises:
        QuestionError: at once, before the first row is asked for.
    """
    where = build_where(source, question)
    statement = _select(source, where, question, names)

    def rows() -> Iterator[tuple[Any, ...]]:
        with open_cursor(EXPORT_SECONDS, named=True) as cursor:
            cursor.execute(statement, where.values)
            yield from cursor

    return rows()


def read_digits(source: Source) -> dict[str, tuple[int, int]]:
    """Return the most digits of each column of exact numbers: all of them, and those behind the point."""
    names = [name for name, type_ in source.types.items() if type_ == "numeric"]
    if not names:
        return {}
    measures = sql.SQL(", ").join(
        [sql.SQL("max(length(trunc(abs({0}))::text)), max(scale({0}))").format(quote_name(name)) for name in names]
    )
    with open_cursor(STATEMENT_SECONDS) as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(measures, quote_name(source.resource_id)), ())
        found = [number or 0 for number in cursor.fetchone()]
    return {name: (found[2 * n] + found[2 * n + 1], found[2 * n + 1]) for n, name in enumerate(names)}


# Statements


def _select(source: Source, where: Where, question: Question, names: Sequence[str] | None = None) -> sql.Composable:
    order = [_order_by(source, column, descending) for column, descending in question.order]
    for name in names or ():
        if name not in source.types and name != ROW_ID:
            raise QuestionError("column", name)
    chosen = sql.SQL(", ").join([quote_name(column) for column in (source.types if names is None else names)])
    table = quote_name(source.resource_id)
    by = sql.SQL(", ").join([*order, quote_name(ROW_ID)])
    return sql.SQL("SELECT {} FROM {}{} ORDER BY {}").format(chosen, table, where.statement(), by)


def _order_by(source: Source, name: str, descending: bool) -> sql.Composable:
    if name not in source.types:
        raise QuestionError("column", name)
    column: sql.Composable = quote_name(name)
    if source.types[name] == "text" and _sorts_by_pinyin():
        column = column + sql.SQL(' COLLATE "zh-x-icu"')
    return column + sql.SQL(" DESC NULLS LAST" if descending else " NULLS LAST")


def build_where(source: Source, question: Question) -> Where:
    """Return the clause of a question: what its rows must have.

    Raises:
        QuestionError: it names what the table has not.
    """
    where = Where()
    if len(question.conditions) > MOST_CONDITIONS:
        raise QuestionError("operator")
    wanted: dict[str, list[Condition]] = {}
    for condition in question.conditions:
        if condition.operator == "is":
            wanted.setdefault(condition.column, []).append(condition)
        else:
            _add_condition(where, source, condition)
    for conditions in wanted.values():
        either = Where()
        for condition in conditions:
            _add_condition(either, source, condition)
        where.parts.append(sql.SQL("(") + sql.SQL(" OR ").join(either.parts) + sql.SQL(")"))
        where.values += either.values
    texts = [column for column, type_ in source.types.items() if family(type_) == "text"]
    others = [column for column in source.types if column not in texts]
    for word in question.q.split()[:8]:
        terms = columns.index_terms(word, begins=source.is_large) if source.has_words and texts else ()
        _add_candidates(where, terms)
        if len(word) == 2 and terms == (
            f"'{word}'",
        ):  # two Chinese characters beside each other: there is no more to it
            continue
        # Only where there are small and capital letters is it worth the time to take them for the same.
        like = sql.SQL("{} ILIKE %s" if word.lower() != word.upper() else "{} LIKE %s")
        fitting = [like.format(quote_name(column)) for column in texts]
        fitting += [sql.SQL("{}::text = %s").format(quote_name(column)) for column in others]
        where.parts.append(sql.SQL("(") + sql.SQL(" OR ").join(fitting) + sql.SQL(")"))
        where.values += [f"%{escape_pattern(word)}%"] * len(texts) + [word] * len(others)
    return where


def _add_candidates(where: Where, terms: Sequence[str]) -> None:
    """Let the index of words find the rows that a comparison is then made for."""
    if terms:
        where.parts.append(sql.SQL("_full_text @@ %s::tsquery"))
        where.values.append(" & ".join(terms))


def escape_pattern(word: str) -> str:
    """Return a word as LIKE reads it literally."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _add_condition(where: Where, source: Source, condition: Condition) -> None:
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
        if type_ == "text" and source.has_words:
            _add_candidates(where, columns.index_terms(condition.value))
        where.parts.append(sql.SQL("{}::text ILIKE %s").format(column))
        where.values.append(f"%{escape_pattern(condition.value)}%")
        return
    sign = {"is": "=", "isnot": "IS DISTINCT FROM", "ge": ">=", "le": "<=", "lt": "<"}[condition.operator]
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
def open_cursor(seconds: int, *, named: bool = False) -> Iterator[Any]:
    """Yield a cursor of the read-only user, whose statements end after some seconds.

    Args:
        named: whether the server holds the rows, which are then fetched as they are asked for.

    Raises:
        QueryTimeoutError: a statement took longer.
        QuestionError: a number was beyond what the database compares.
    """
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
