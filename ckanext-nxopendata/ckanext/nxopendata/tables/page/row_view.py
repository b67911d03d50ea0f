"""The rows of one page, and the filters that chose them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.exports import formats
from ckanext.nxopendata.tables.page.address import Address
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.query import Question
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
    rows: tuple[tuple[CellView, ...], ...]


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter in words, and the link that takes it away."""

    text: str
    link: str


def make_rows_view(
    source: query.Source, columns: Sequence[Column], question: Question, *, size: int, page: int
) -> RowsView:
    """Read the rows of one page; of the last where there are fewer.

    Raises:
        QuestionError: the question names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    page = max(page, 1)
    total, rows = query.read_page(source, question, size, (page - 1) * size)
    last = max((total + size - 1) // size, 1)
    if page > last:
        page = last
        total, rows = query.read_page(source, question, size, (page - 1) * size)
    cells = tuple(tuple(_make_cell(value, column) for value, column in zip(row, columns, strict=True)) for row in rows)
    return RowsView(total, page, last, (page - 1) * size, cells)


def _make_cell(value: Any, column: Column) -> CellView:
    text = to_text(value)
    short = text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"
    number = query.family(column.type) == "number"
    return CellView(short, text if short != text else "", "nx-num" if number else "")


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
