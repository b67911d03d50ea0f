"""Answers in the reader's language, with links and citations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import is_chinese, reader_language
from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.tables import table_lookup
from ckanext.nxopendata.tables.answers import finder, periods, terms
from ckanext.nxopendata.tables.answers.finder import Finding
from ckanext.nxopendata.tables.answers.question import Ask, parse_question
from ckanext.nxopendata.tables.page import units
from ckanext.nxopendata.tables.page.address import ANCHOR, condition_pairs
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.page.licence_name import name_licence
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.query import Condition

MOST_CELLS = 6
NOTHING: dict[str, Any] = {"understood": {}, "answers": [], "rows": [], "wider": [], "notice": "", "instead": []}


def answer(q: str) -> dict[str, Any]:
    """Return the answers to a question as the API gives them and the page shows them."""
    ask = parse_question(q, today().year)
    if ask is None:
        return dict(NOTHING)
    with finder.hold_objects():
        return _answer(ask)


def _answer(ask: Ask) -> dict[str, Any]:
    found = finder.find_answers(ask)
    sources = Sources()
    claims = [view for finding in found.claims if (view := _describe(finding, ask, sources))]
    rows = [view for finding in found.rows if (view := _describe(finding, ask, sources))]
    wider = [view for finding in found.wider if (view := _describe(finding, ask, sources))]
    return {
        "understood": _describe_ask(ask),
        "answers": claims,
        "rows": rows,
        "wider": wider,
        "notice": _describe_lack(ask, claims, rows),
        "instead": [] if claims else _list_instead(ask, found.indicators),
    }


def _describe_ask(ask: Ask) -> dict[str, Any]:
    names = [gazetteer.name_of(code, "zh") for code in ask.places]
    names += [gazetteer.name_of(parent, "zh") for code in ask.places if (parent := gazetteer.parent_of(code))]
    return {
        "words": " ".join(dict.fromkeys([*names, ask.phrase])).strip(),
        "places": [{"code": code, "name": gazetteer.name_of(code, reader_language())} for code in ask.places],
        "indicator": name_indicator(ask.key, ask.phrase),
        "period": "" if ask.period == periods.UNCLEAR else ask.period,
    }


def name_indicator(key: str, name: str) -> str:
    """Return the name of an indicator in the reader's language: its own where it is one of the term's."""
    name = name.removeprefix("其中：").removeprefix("其中:")
    parts = [terms.load_terms()[part] for part in re.findall(r"\{(\w+)\}", key)]
    if not parts or "".join(f"{{{term.id}}}" for term in parts) != key:
        return name
    if is_chinese():
        known = {terms.fold_text(one) for one in parts[0].zh}
        # A name that does not say what is counted (男, 回族) is given in full.
        if len(parts) == 1 and not parts[0].title and terms.fold_text(name) in known:
            return name
        return "".join(term.zh[0] for term in parts)
    first = ", ".join(term.en[0] for term in parts)
    return first if first[:2].isupper() else first[:1].upper() + first[1:]


def _describe_lack(ask: Ask, claims: Sequence[Any], rows: Sequence[Any]) -> str:
    """What is missing, where what was asked for was understood and nothing is claimed."""
    if claims or not (ask.places and terms.term_of(ask.key)):
        return ""
    names = [gazetteer.name_of(code, reader_language()) for code in ask.places]
    place = ("、" if is_chinese() else ", ").join(names)
    what = name_indicator(ask.key, ask.phrase)
    if ask.period and ask.period != periods.UNCLEAR:
        period = periods.describe_period(ask.period, is_chinese())
        text = tk._("No public table says for certain: {indicator} of {place}, {period}.")
        return text.format(indicator=what, place=place, period=period)
    return tk._("No public table says for certain: {indicator} of {place}.").format(indicator=what, place=place)


def _list_instead(ask: Ask, names: Sequence[str]) -> list[dict[str, str]]:
    """What there is of the place: words, and the search for them."""
    if not ask.places:
        return []
    place = gazetteer.name_of(ask.places[0], reader_language())
    words = [f"{place} {name_indicator(terms.make_key(name), name)}" for name in names]
    return [{"text": text, "url": f"{tk.h.url_for('dataset.search')}?{urlencode({'q': text})}"} for text in words]


def _describe(finding: Finding, ask: Ask, sources: Sources) -> dict[str, Any] | None:
    dataset = sources.get(finding.dataset_id)
    if dataset is None:
        return None
    figure = finding.figure
    columns = table_lookup.list_columns(finding.resource_id)
    place = gazetteer.name_of(figure.place, reader_language()) if figure.place else ""
    shown = {
        "place": place,
        "place_code": figure.place,
        "former": ask.former.get(figure.place, ""),
        "indicator": name_indicator(figure.key, figure.indicator),
        "period": figure.period,
        "period_text": periods.describe_period(figure.period, is_chinese()) if figure.period else "",
        "url": link_rows(dataset["name"], finding.resource_id, figure.conditions),
        "resource_id": finding.resource_id,
        "copies": list(finding.copies),
        "dataset": dataset,
        "citation": dataset["citation"],
    }
    if figure.certain:
        text = format_amount(figure.value, figure.unit)
        return shown | {"value": to_text(figure.value), "unit": figure.unit, "text": text}
    cells = [(label_of(column), to_text(figure.row.get(column.id))) for column in columns]
    return shown | {"doubt": _describe_doubt(figure.doubt), "cells": [cell for cell in cells if cell[1]][:MOST_CELLS]}


def _describe_doubt(code: str) -> str:
    return {
        "": "",
        "period": tk._("not for the time asked for, or the table does not say for what time"),
        "unit": tk._("the table does not say in what unit"),
        "rows": tk._("the row may be of something else in this place"),
        "title": tk._("the table may count something else"),
        "conflict": tk._("public tables differ about it"),
    }[code]


def format_number(value: Any) -> str:
    """Return a number with separators: 315,827; decimals as they stand."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def format_amount(value: Any, unit: str) -> str:
    """Return a number with its unit in the reader's language."""
    number, name = (format_number(value), unit) if is_chinese() else units.count_in_english(value, unit)
    return f"{number}{name}" if name in ("%", "‰") else f"{number} {name}".strip()


def link_rows(dataset: str, resource_id: str, conditions: Sequence[Condition]) -> str:
    """Return the address of the rows of a table for which some conditions hold."""
    url = tk.h.url_for("dataset_resource.read", id=dataset, resource_id=resource_id)
    return f"{url}?{urlencode(condition_pairs(conditions))}{ANCHOR}" if conditions else f"{url}{ANCHOR}"


class Sources:
    """The datasets that answers come from, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Any] | None] = {}

    def get(self, dataset_id: str) -> dict[str, Any] | None:
        """Return what an answer says of its dataset; None where a visitor may not see it."""
        if dataset_id not in self._known:
            self._known[dataset_id] = describe_dataset(dataset_id)
        return self._known[dataset_id]


def describe_dataset(dataset_id: str) -> dict[str, Any] | None:
    """Return id, name, title in the reader's language, day of the last change, provider, licence, themes, citation."""
    try:
        dataset = tk.get_action("package_show")({"user": "", "ignore_auth": False}, {"id": dataset_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    organization = dataset.get("organization") or {}
    citation = ""
    if p.plugin_loaded("nxopendata_licences"):
        credit = tk.h.nx_dataset_licence(dataset)["credit"]
        citation = credit.gbt7714 if is_chinese() else credit.apa
    return {
        "id": dataset["id"],
        "name": dataset["name"],
        "title": str(tk.h.nx_text(dataset, "title").striptags()),
        "updated": tk.h.nx_date(dataset["metadata_modified"]),
        "provider": tk.h.nx_department_title(organization["name"]) if organization else "",
        "licence": name_licence(dataset),
        "themes": list(dataset.get("nx_theme") or []),
        "url": tk.h.url_for("dataset.read", id=dataset["name"]),
        "citation": citation,
    }
