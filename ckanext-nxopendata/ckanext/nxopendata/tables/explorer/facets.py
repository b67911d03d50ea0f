"""How often each value of a column stands in the rows that answer a question, and how its numbers are spread."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from psycopg2 import sql

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.query import Question, Source
from ckanext.nxopendata.tables.store import quote_name

MOST_VALUES = 50
MOST_BARS = 24
FLOATS = ("float4", "float8", "double precision", "real")


@dataclass(frozen=True, slots=True)
class Bin:
    """A span of a distribution: from ``low`` to before ``high``, and the rows in it."""

    low: Any
    high: Any
    count: int


def without_column(question: Question, column: str) -> Question:
    """Return a question without what it asks of a column, so that its other values can be chosen too."""
    return replace(question, conditions=tuple(one for one in question.conditions if one.column != column))


def count_values(
    source: Source, question: Question, column: str, part: str = "", *, limit: int = MOST_VALUES
) -> tuple[list[tuple[Any, int]], int]:
    """Return the most frequent values of a column and how often each stands, and the rows of all values.

    None is an empty cell.

    Args:
        part: what the text of a value must contain; "" for all values.

    Raises:
        QuestionError, QueryTimeoutError: as of :func:`query.read_page`.
    """
    where = query.build_where(source, without_column(question, column))
    if part:
        where.parts.append(sql.SQL("{}::text ILIKE %s").format(quote_name(column)))
        where.values.append(f"%{query.escape_pattern(part)}%")
    is_date = query.family(source.types[column]) == "date"  # which filters compare by the day
    groups = sql.SQL("SELECT {0} AS value, count(*) AS number FROM {1}{2} GROUP BY 1").format(
        sql.SQL("{}::date" if is_date else "{}").format(quote_name(column)),
        quote_name(source.resource_id),
        where.statement(),
    )
    statement = sql.SQL(
        "SELECT value, number, sum(number) OVER () FROM ({}) AS counted ORDER BY 2 DESC, 1 LIMIT %s"
    ).format(groups)
    with query.open_cursor(query.STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, [*where.values, limit])
        rows = cursor.fetchall()
    return [(value, number) for value, number, _ in rows], int(rows[0][2]) if rows else 0


def read_distribution(
    source: Source, question: Question, column: str, ends: tuple[Any, Any] | None = None
) -> list[Bin]:
    """Return the rows in spans of equal, round width; empty for a column of text, or without values.

    Args:
        ends: the least and the greatest value of the whole column, where they are known.
    """
    kind = query.family(source.types[column])
    if kind == "text":
        return []
    where = query.build_where(source, without_column(question, column))
    where.parts.append(sql.SQL("{} IS NOT NULL").format(quote_name(column)))
    if source.types[column] in FLOATS:
        where.parts.append(sql.SQL("{} NOT IN ('NaN', 'Infinity', '-Infinity')").format(quote_name(column)))
    ends = ends or _read_ends(source, where, column)
    if ends is None:
        return []
    edges = _list_dates(*ends) if kind == "date" else _list_numbers(source.types[column], *ends)
    cast = "date" if kind == "date" else "float8" if source.types[column] in FLOATS else "numeric"
    value = sql.SQL("{}::date" if kind == "date" else "{}").format(quote_name(column))
    # Each value is compared with the edges themselves, as the filters of the bars are.
    statement = sql.SQL("SELECT width_bucket({0}, %s::{1}[]), count(*) FROM {2}{3} GROUP BY 1").format(
        value, sql.SQL(cast), quote_name(source.resource_id), where.statement()
    )
    with query.open_cursor(query.STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, [list(edges), *where.values])
        counts = dict(cursor.fetchall())
    return [Bin(low, high, counts.get(place, 0)) for place, (low, high) in enumerate(itertools.pairwise(edges), 1)]


def _read_ends(source: Source, where: query.Where, column: str) -> tuple[Any, Any] | None:
    statement = sql.SQL("SELECT min({0}), max({0}) FROM {1}{2}").format(
        quote_name(column), quote_name(source.resource_id), where.statement()
    )
    with query.open_cursor(query.STATEMENT_SECONDS) as cursor:
        cursor.execute(statement, where.values)
        least, greatest = cursor.fetchone()
    return None if least is None else (least, greatest)


def _list_numbers(type_: str, least: Any, greatest: Any) -> list[Decimal]:
    begin, width, number = choose_bins(float(least), float(greatest), whole=type_.startswith(("int", "bigint")))
    first, step = Decimal(repr(begin)), Decimal(repr(width))
    return [first + place * step for place in range(number + 1)]


def choose_bins(low: float, high: float, *, whole: bool) -> tuple[float, float, int]:
    """Return where spans of a round width begin, how wide each is, and how many hold a range.

    >>> choose_bins(3, 97, whole=True), choose_bins(0, 1, whole=False)
    ((0.0, 5.0, 20), (0.0, 0.05, 21))
    """
    span = high - low
    if span <= max(1e-12 * max(abs(low), abs(high)), 1e-200):  # one value, as far as a double tells
        span = 1.0 if whole or abs(high) < 1e-200 else abs(high)
    size = 10.0 ** math.floor(math.log10(span / MOST_BARS))
    width = next(size * factor for factor in (1, 2, 5, 10, 20) if span / (size * factor) <= MOST_BARS - 1)
    width = max(float(f"{width:.6g}"), 1.0) if whole else float(f"{width:.6g}")
    begin = math.floor(low / width)
    return float(f"{begin * width:.12g}"), width, math.floor(high / width) - begin + 1


def _list_dates(least: Any, greatest: Any) -> Sequence[dt.date]:
    first, last = _to_date(least), _to_date(greatest)
    days = (last - first).days
    unit = "day" if days < MOST_BARS else "month" if days <= 31 * MOST_BARS else "year"
    years = max(1, -(-(last.year - first.year + 1) // MOST_BARS)) if unit == "year" else 1
    return _list_starts(first, last, unit, years)


def _to_date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])


def _list_starts(first: dt.date, last: dt.date, unit: str, years: int) -> Sequence[dt.date]:
    """The first day of each span, and of the one after the last."""
    if unit == "day":
        return [first + dt.timedelta(days=number) for number in range((last - first).days + 2)]
    if unit == "month":
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
        return [dt.date(month // 12, month % 12 + 1, 1) for month in months]
    begin = first.year - first.year % years
    return [dt.date(year, 1, 1) for year in range(begin, min(last.year + years, 9999) + 1, years)]
