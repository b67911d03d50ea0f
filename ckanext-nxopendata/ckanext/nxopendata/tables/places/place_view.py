"""A place in the reader's language: its numbers, its rows by theme, what is missing; and several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import is_chinese, reader_language
from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables import table_lookup
from ckanext.nxopendata.tables.answers import answer_view, finder, periods, terms
from ckanext.nxopendata.tables.answers.models import Value
from ckanext.nxopendata.tables.page import units
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.places import series
from ckanext.nxopendata.tables.places.series import Series
from ckanext.nxopendata.tables.query import Condition

MOST_TABLES = 200
SHOWN_ROWS = 5
SHOWN_COLUMNS = 8


def describe_place(code: str) -> dict[str, Any]:
    """Return what public tables say of a place."""
    reader, sources = finder.TableReader(), answer_view.Sources()
    known = series.list_series(code, reader)
    parent = gazetteer.parent_of(code)
    return {
        **_name(code),
        "name_en": gazetteer.name_of(code, "en"),
        "level": gazetteer.level_of(code),
        "parent": _name(parent) if parent else None,
        "children": [_name(child) for child in gazetteer.list_children(code)],
        "neighbours": [_name(other) for other in gazetteer.list_siblings(code) if other != code],
        "figures": [view for one in known if (view := _describe_series(one, sources))],
        "tables": _list_tables(code, reader, sources),
        "lacking": [_name_term(name) for name in series.list_lacking(code, known, reader)],
    }


def list_figures(code: str) -> list[dict[str, Any]]:
    """Return the certain numbers of a place alone, as :func:`describe_place` has them."""
    reader, sources = finder.TableReader(), answer_view.Sources()
    return [view for one in series.list_series(code, reader) if (view := _describe_series(one, sources))]


def compare_places(codes: Sequence[str]) -> dict[str, Any]:
    """Return the numbers of places beside each other, those that at least two of them have."""
    reader, sources = finder.TableReader(), answer_view.Sources()
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for place in codes:
        for one in series.list_series(place, reader):
            for figure in one.figures:
                dataset = sources.get(one.dataset_id)
                if dataset is None:
                    continue
                row = found.setdefault(
                    (one.key, one.unit, figure.period),
                    {
                        "indicator": answer_view.name_indicator(one.key, one.indicator),
                        "unit": one.unit,
                        "unit_text": units.name_unit(one.unit, is_chinese()),
                        "period": figure.period,
                        "period_text": periods.describe_period(figure.period, is_chinese()),
                        "values": dict.fromkeys(codes),
                        "dataset": dataset,
                    },
                )
                row["values"][place] = figure.value
    order = {f"{{{name}}}": number for number, name in enumerate(terms.load_terms())}
    shared = [
        (key, row) for key, row in found.items() if sum(value is not None for value in row["values"].values()) > 1
    ]
    shared.sort(key=lambda pair: pair[0][2], reverse=True)
    shared.sort(key=lambda pair: (order.get(pair[0][0], 999), pair[0][0], pair[0][1]))
    rows = []
    for _, row in shared:
        values = [row["values"][code] for code in codes]
        texts = ["" if value is None else answer_view.format_number(value) for value in values]
        plain = [None if value is None else to_text(value) for value in values]
        rows.append({**row, "values": plain, "texts": texts})
    return {"places": [_name(code) for code in codes], "rows": rows}


def _name(code: str) -> dict[str, Any]:
    return {"code": code, "name": gazetteer.name_of(code, reader_language())}


def _name_term(name: str) -> str:
    term = terms.load_terms()[name]
    return (term.zh if is_chinese() else term.en)[0]


def _is_part(key: str) -> bool:
    """Whether an indicator counts a part of something that has a number of its own, as men of all people."""
    term = terms.load_terms().get(key.strip("{}"))
    return term is not None and bool(term.broader or term.title)


def _name_series(one: Series) -> str:
    """The name of its indicator in the reader's language: the term's, else that of its column in the table."""
    name = answer_view.name_indicator(one.key, one.indicator)
    if is_chinese() or name.isascii():
        return name
    columns = table_lookup.list_columns(one.resource_id)
    return next((label_of(column) for column in columns if one.indicator in (column.label, column.header)), name)


def _describe_series(one: Series, sources: answer_view.Sources) -> dict[str, Any] | None:
    dataset = sources.get(one.dataset_id)
    if dataset is None:
        return None
    rank, of = one.rank
    return {
        "indicator": _name_series(one),
        "value": to_text(one.last.value),
        "text": answer_view.format_amount(one.last.value, one.unit),
        "unit": one.unit,
        "unit_text": units.name_unit(one.unit, is_chinese()),
        "period": one.last.period,
        "period_text": periods.describe_period(one.last.period, is_chinese()),
        "part": _is_part(one.key),
        "rank": rank,
        "of": of,
        "series": [{"period": figure.period, "value": float(figure.value)} for figure in one.figures],
        "url": answer_view.link_rows(dataset["name"], one.resource_id, one.last.conditions),
        "resource_id": one.resource_id,
        "copies": one.copies,
        "dataset": dataset,
    }


def _list_tables(code: str, reader: finder.TableReader, sources: answer_view.Sources) -> list[dict[str, Any]]:
    """The tables with rows of a place: one a dataset, by theme."""
    statement = (
        sa.select(Value.resource_id, Value.column_id, Value.value, Value.rows, states.State.dataset_id)
        .join(states.State, states.State.resource_id == Value.resource_id)
        .where(Value.place == code, Value.role == "place")
        .order_by(Value.rows, Value.id)
        .limit(MOST_TABLES)
    )
    found: dict[str, dict[str, Any]] = {}
    listed = model.Session.execute(statement).all()
    reader.read_ahead(row.resource_id for row in listed)
    for resource_id, column_id, value, rows, dataset_id in listed:
        if dataset_id in found or reader.get_facts(resource_id) is None:
            continue
        dataset = sources.get(dataset_id)
        if dataset is None:
            continue
        condition = Condition(column_id, "is", value)
        columns = table_lookup.list_columns(resource_id)[:SHOWN_COLUMNS]
        shown = reader.read_rows(resource_id, [condition], rows)[:SHOWN_ROWS]
        found[dataset_id] = {
            "dataset": dataset,
            "theme": _name_theme(dataset["themes"]),
            "rows": rows,
            "url": answer_view.link_rows(dataset["name"], resource_id, [condition]),
            "resource_id": resource_id,
            "labels": [label_of(column) for column in columns],
            "cells": [[to_text(row.get(column.id)) for column in columns] for row in shown],
        }
    return sorted(found.values(), key=lambda table: (table["theme"], table["dataset"]["title"]))


def _name_theme(themes: Sequence[str]) -> str:
    return codelists.label("theme", themes[0], reader_language()) if themes else tk._("Other themes")
