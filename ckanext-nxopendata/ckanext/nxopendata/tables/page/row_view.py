"""The rows of one page, and the filters that chose them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.exports import formats
from ckanext.nxopendata.tables.page.address import Address
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.query import ROW_ID, Question
from ckanext.nxopendata.tables.reader.columns import Column

LONGEST_CELL = 300
"""Characters of a cell that the page shows; the rest is in its title."""


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell: its text, all of it as ``title`` where the text is cut, and its class in the style sheet."""

    text: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row: its number in the file, the link to it alone, its cells."""

    number: int
    link: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class RowsView:
    """The rows of one page.

    Attributes:
        total: rows that answer the question.
        page, last: number of this page and of the last, from 1.
        first: rows on the pages before.
    """

    total: int
    page: int
    last: int
    first: int
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter in words, and the link that takes it away."""

    text: str
    link: str


def make_rows_view(
    source: query.Source,
    columns: Sequence[Column],
    question: Question,
    *,
    size: int,
    page: int,
    measures: Collection[str] = (),
    address: Address | None = None,
    total: int | None = None,
) -> RowsView:
    """Read the rows of one page; of the last where there are fewer.

    Args:
        columns: that are shown, in order.
        measures: ids of the columns whose numbers are amounts.
        address: of the page, for the links to single rows.
        total: rows that answer the question, where that is known.

    Raises:
        QuestionError: the question names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    page, names = max(page, 1), [ROW_ID, *(column.id for column in columns)]
    total, rows = query.read_page(source, question, size, (page - 1) * size, names, total=total)
    last = max((total + size - 1) // size, 1)
    if page > last:
        page = last
        total, rows = query.read_page(source, question, size, (page - 1) * size, names, total=total)
    views = tuple(
        RowView(
            number,
            address.but(row=number) if address else "",
            tuple(
                _make_cell(value, column, column.id in measures) for value, column in zip(values, columns, strict=True)
            ),
        )
        for number, *values in rows
    )
    return RowsView(total, page, last, (page - 1) * size, views)


def _make_cell(value: Any, column: Column, is_measure: bool) -> CellView:
    text = format_cell(value, is_measure)
    short = text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"
    number = query.family(column.type) == "number"
    return CellView(short, text if short != text else "", "nx-num" if number else "")


def format_cell(value: Any, is_measure: bool) -> str:
    """Return a value for people; an amount with separators, which a code or a year has not."""
    return format_number(value) if is_measure else to_text(value)


def format_number(value: Any) -> str:
    """Return a number with a separator every three digits.

    >>> format_number(Decimal("1993088.50")), format_number(-1200), format_number(None)
    ('1,993,088.50', '-1,200', '')
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return to_text(value)
    text = to_text(value)
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}" if whole.isascii() and whole.isdecimal() else text


def to_text(value: Any) -> str:
    """Return a value for people: no seconds that are none, no zeros at the end of a long number."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text and len(text) > 12 else text
    return formats.to_text(value)


def list_operators() -> list[tuple[str, str]]:
    """Return the comparisons of a filter: name in the address, words."""
    return [
        ("has", tk._("contains")),
        ("is", tk._("is")),
        ("isnot", tk._("is not")),
        ("ge", tk._("at least")),
        ("le", tk._("at most")),
        ("lt", tk._("less than")),
        ("empty", tk._("is empty")),
        ("filled", tk._("is not empty")),
    ]


def make_filter_views(question: Question, columns: Sequence[Column], address: Address) -> tuple[FilterView, ...]:
    """Return the filters of a question."""
    labels, operators = {column.id: label_of(column) for column in columns}, dict(list_operators())
    views = []
    for number, condition in enumerate(question.conditions):
        others = [other for place, other in enumerate(question.conditions) if place != number]
        words = f"{labels.get(condition.column, condition.column)} {operators.get(condition.operator, '')}"
        views.append(FilterView(f"{words} {condition.value}".strip(), address.with_conditions(others)))
    return tuple(views)
