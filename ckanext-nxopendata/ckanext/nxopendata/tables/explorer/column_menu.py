"""What the page offers for one column: order, values with their counts, distribution, hiding and pinning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.explorer import facets, histogram
from ckanext.nxopendata.tables.page.address import Address
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.page.row_view import format_number, to_text
from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.reader.columns import Column

LONGEST_VALUE = 200
"""Characters of a value that can be chosen; longer ones are texts to read."""

TOO_MANY = {"measure": 2_000, "coordinate": 2_000, "key": 2_000}
TOO_MANY_OTHERS = 100_000
"""Different values, by the role of the column, from which on they are not counted unless some are searched for."""


@dataclass(frozen=True, slots=True)
class ValueView:
    """A value: its text, its rows, the link that chooses it or takes it away."""

    text: str
    count: int
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ColumnMenu:
    """The menu of a column.

    Attributes:
        rows: how many answer the question, where counting the values told it.
        close: the link to the page without it.
        orders: label, link, whether it is so now.
        layout: label and link: hide, pin, show all.
        values: the most frequent, most frequent first.
        more: whether there are others.
        search: what is searched for among the values.
        uncounted: whether there are too many to count.
        picture: the distribution; "" for a column of text.
        ends: labels under the picture, left and right.
        family: of the column.
        low, high: the ends that the rows are narrowed to.
    """

    id: str
    label: str
    rows: int | None
    close: str
    orders: tuple[tuple[str, str, bool], ...]
    layout: tuple[tuple[str, str], ...]
    values: tuple[ValueView, ...] = ()
    more: bool = False
    search: str = ""
    uncounted: bool = False
    picture: Markup | str = ""
    ends: tuple[str, str] = ("", "")
    family: str = "text"
    low: str = ""
    high: str = ""


def make_column_menu(
    source: query.Source,
    columns: Sequence[Column],
    question: Question,
    address: Address,
    column_id: str,
    search: str,
    profile: Mapping[str, Any] | None,
) -> ColumnMenu | None:
    """Return the menu of a column; None where the table has none of that id.

    Args:
        search: what the values shown must contain.
        profile: of the column, where there is one.
    """
    column = next((one for one in columns if one.id == column_id), None)
    if column is None:
        return None
    role, distinct = (str(profile["role"]), int(profile["distinct"])) if profile else ("", 0)
    uncounted = distinct > TOO_MANY.get(role, TOO_MANY_OTHERS) and not search
    most = facets.MOST_VALUES + 1
    counted, rows = ([], None) if uncounted else facets.count_values(source, question, column.id, search, limit=most)
    is_measure = role == "measure"
    bins = [] if search else facets.read_distribution(source, question, column.id, _ends(profile, column))
    own = [one for one in question.conditions if one.column == column.id]
    complete = not own and not search
    return ColumnMenu(
        id=column.id,
        label=label_of(column),
        rows=rows if complete else None,
        close=address.but(col=None),
        orders=_list_orders(column, question, address),
        layout=_list_layout(column, address),
        values=_make_values(counted[: facets.MOST_VALUES], column, question, address, is_measure=is_measure),
        more=len(counted) > facets.MOST_VALUES,
        search=search,
        uncounted=uncounted,
        picture=_draw(bins, column, question, address),
        ends=(_edge(bins[0].low), _edge(bins[-1].high)) if bins else ("", ""),
        family=query.family(column.type),
        low=next((one.value for one in own if one.operator == "ge"), ""),
        high=next((one.value for one in own if one.operator in ("le", "lt")), ""),
    )


def _ends(profile: Mapping[str, Any] | None, column: Column) -> tuple[Any, Any] | None:
    """The ends of a column as its profile has them; None where they have to be asked for."""
    if not profile or not profile.get("least") or not profile.get("greatest"):
        return None
    least, greatest = str(profile["least"]), str(profile["greatest"])
    try:
        if query.family(column.type) == "number":
            return float(least), float(greatest)
        return dt.date.fromisoformat(least[:10]), dt.date.fromisoformat(greatest[:10])
    except ValueError:
        return None


def _list_orders(column: Column, question: Question, address: Address) -> tuple[tuple[str, str, bool], ...]:
    now = question.order
    written = [f"-{name}" if descending else name for name, descending in now]
    orders = []
    for label, descending in ((tk._("Smallest first"), False), (tk._("Largest first"), True)):
        own = f"-{column.id}" if descending else column.id
        orders.append((label, address.but(sort=own), now[:1] == ((column.id, descending),)))
    if now and column.id not in [name for name, _ in now]:
        orders.append((tk._("Then by this, smallest first"), address.but(sort=[*written, column.id]), False))
        orders.append((tk._("Then by this, largest first"), address.but(sort=[*written, f"-{column.id}"]), False))
    if now:
        orders.append((tk._("In the order of the file"), address.but(sort=None), False))
    return tuple(orders)


def _list_layout(column: Column, address: Address) -> tuple[tuple[str, str], ...]:
    hidden = address.values("hide")
    links = [(tk._("Hide this column"), address.but(hide=[*hidden, column.id], col=None))]
    if address.values("pin") == [column.id]:
        links.append((tk._("Let it scroll with the others"), address.but(pin=None)))
    else:
        links.append((tk._("Keep it in view on the left"), address.but(pin=column.id)))
    return tuple(links)


def _make_values(
    counted: Sequence[tuple[Any, int]], column: Column, question: Question, address: Address, *, is_measure: bool
) -> tuple[ValueView, ...]:
    views = []
    for value, count in counted:
        condition = _condition(column, value)
        if condition is None:
            continue
        chosen = condition in question.conditions
        if chosen:
            conditions = [one for one in question.conditions if one != condition]
        elif condition.operator == "empty":
            conditions = [one for one in question.conditions if one.column != column.id] + [condition]
        else:
            gone = Condition(column.id, "empty")
            conditions = [one for one in question.conditions if one != gone] + [condition]
        text = tk._("(empty)") if value is None else format_number(value) if is_measure else to_text(value)
        views.append(ValueView(text, count, address.with_conditions(conditions), chosen))
    return tuple(views)


def _condition(column: Column, value: Any) -> Condition | None:
    if value is None:
        return Condition(column.id, "empty")
    text = value.isoformat()[:10] if isinstance(value, dt.date) else to_text(value)
    return Condition(column.id, "is", text) if len(text.strip()) > 0 and len(text) <= LONGEST_VALUE else None


def _draw(bins: Sequence[facets.Bin], column: Column, question: Question, address: Address) -> Markup | str:
    others = facets.without_column(question, column.id).conditions
    bars = []
    for one in bins:
        span = _span(column, one)
        text = tk._("{low} to {high}: {number} rows")
        title = text.format(low=_edge(one.low), high=_edge(one.high), number=tk.h.nx_number(one.count))
        chosen = all(condition in question.conditions for condition in span)
        link = address.with_conditions([*others] if chosen else [*others, *span])
        bars.append(histogram.Bar(title, one.count, link, chosen))
    name = tk._("How the rows are spread over {column}").format(column=label_of(column))
    return Markup(histogram.draw(bars, name)) if bars else ""  # noqa: S704  each text in it is escaped


def _span(column: Column, one: facets.Bin) -> tuple[Condition, Condition]:
    if isinstance(one.low, dt.date):
        before = one.high - dt.timedelta(days=1)
        return Condition(column.id, "ge", one.low.isoformat()), Condition(column.id, "le", before.isoformat())
    return Condition(column.id, "ge", _plain(one.low)), Condition(column.id, "lt", _plain(one.high))


def _plain(number: Any) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _edge(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else _plain(value)
