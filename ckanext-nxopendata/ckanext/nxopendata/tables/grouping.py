"""Rows of a table in groups: an aggregate for each value, or pair of values; pairs of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg2 import sql

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.query import Question, QuestionError, Source
from ckanext.nxopendata.tables.store import quote_name

AGGREGATES = {
    "count": "count(*)",
    "sum": "sum({})",
    "avg": "round(avg({})::numeric, 6)",
    "min": "min({})",
    "max": "max({})",
}


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
    if aggregate != "count" and query.family(source.types.get(value, "text")) != "number":
        raise QuestionError("number", value)
    where = query.build_where(source, question)
    total = sql.SQL(AGGREGATES[aggregate]).format(quote_name(value)) if aggregate != "count" else sql.SQL("count(*)")
    where.parts.append(sql.SQL("{} IS NOT NULL").format(quote_name(by)))
    statement = sql.SQL("SELECT {by}, {total} FROM {table}{where} GROUP BY 1 ORDER BY {order} LIMIT %s").format(
        by=quote_name(by),
        total=total,
        table=quote_name(source.resource_id),
        where=where.statement(),
        order=sql.SQL("2 DESC NULLS LAST, 1" if by_value else "1"),
    )
    with query.open_cursor(query.STATEMENT_SECONDS) as cursor:
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
    if aggregate != "count" and query.family(source.types[value]) != "number":
        raise QuestionError("number", value)
    where = query.build_where(source, question)
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
    with query.open_cursor(query.STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, [*where.values, limit])
        return cursor.fetchall()


def read_pairs(source: Source, question: Question, names: Sequence[str], *, limit: int) -> list[tuple[Any, ...]]:
    """Return some columns of the rows that answer the question, for maps and scatter charts."""
    if any(column not in source.types for column in names):
        raise QuestionError("column", next(column for column in names if column not in source.types))
    where = query.build_where(source, question)
    where.parts += [sql.SQL("{} IS NOT NULL").format(quote_name(column)) for column in names[:2]]
    chosen = sql.SQL(", ").join([quote_name(column) for column in names])
    statement = sql.SQL("SELECT {} FROM {}{} ORDER BY _id LIMIT %s").format(
        chosen, quote_name(source.resource_id), where.statement()
    )
    with query.open_cursor(query.STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, [*where.values, limit])
        return cursor.fetchall()
