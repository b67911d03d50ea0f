"""Messages in the reader's language: why a table is not there, what is wrong with a question; and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.errors.messages import fill
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.tables import models
from ckanext.nxopendata.tables.declared.comparison import Difference
from ckanext.nxopendata.tables.page.chart_rules import Objection
from ckanext.nxopendata.tables.query import QueryTimeoutError, QuestionError


def describe_state(state: str, code: str, params: dict[str, Any]) -> str:
    """Return the message of a table's state; "" when it is ready."""
    if state == models.READY:
        return ""
    if state == models.QUEUED:
        return tk._("The table is being prepared: the file waits its turn. Look again in a minute.")
    if state == models.LOADING:
        return tk._("The table is being prepared: the file is being read. Look again in a minute.")
    sentences = {
        "format": tk._("Files of this format do not become tables."),
        "not_stored": tk._(
            "The file was read, but the site could not store its table. Tell the operators of the site."
        ),
        "time": tk._("Reading the file took too long. Divide it into smaller files, or save it as CSV."),
        "memory": tk._("Reading the file takes more memory than the site has. Save it as CSV, or divide it."),
        "cut_off": tk._(
            "The reading of the file was begun {number} times and cut off each time. Save it as CSV or divide it; if "
            "it is small, tell the operators of the site."
        ),
        "missing": tk._("The stored file was not found. Upload it again."),
        "encoding": tk._("The text is in no encoding we know. Save the file as UTF-8 or GB18030 and upload it again."),
        "password": tk._("The file is locked by a password. Save it without one and upload it again."),
        "web_page": tk._("This is a web page without a table, perhaps a page to log in: upload the file itself."),
        "several_files": tk._(
            "The archive holds {reason} files with tables; from 1 to 50 are read. Upload the tables themselves."
        ),
        "other_kind": tk._(
            "This is a file of the kind {reason}, in which no table is looked for. Save the table as XLSX or CSV and "
            "upload that."
        ),
        "broken_json": tk._("The JSON breaks off at line {line}. Mend that line and upload the file again."),
        "plan": tk._("The file is no longer as its reading plan says: “{reason}” was not found. Check that plan."),
        "all_not_open": tk._("All columns of the file are declared not open, so there is nothing to publish."),
        "empty": tk._("No table was found in the file: it needs a row of column names and at least one row of data."),
        "too_large": tk._("The file is larger than {megabytes} MB, so no table was made. Download it to use it."),
        "too_many_rows": tk._("The file has more than {most} rows, so no table was made. Download it to use it."),
        "too_many_columns": tk._("The file has more than {most} columns, so no table was made. Download it to use it."),
    }
    broken = tk._("The file is damaged or not of the format it claims. Open it, save it anew and upload it again.")
    return fill(sentences.get(code, broken), params)


def explain_difference(difference: Difference) -> str:
    """Return where a file is not as its dataset declares, in words."""
    sentences = {
        "not_open": tk._("“{name}” is declared not open: it is not in the table, and the original is not given out."),
        "not_shared": tk._("“{name}” is declared not shared, but is in the table."),
        "missing": tk._("“{name}” is declared, but the file has no such column."),
        "extra": tk._("“{name}” is a column of the file, but not declared."),
        "type": tk._("“{name}” is declared as “{declared}”, but the values are “{found}”."),
    }
    lang = reader_language()
    declared = codelists.label("item_type", difference.declared, lang) if difference.declared else ""
    found = describe_type_name(difference.found) if difference.found else ""
    return sentences[difference.code].format(name=difference.name, declared=declared, found=found)


def list_roles() -> dict[str, str]:
    """Return what a column may be for: role -> words."""
    return {
        "": tk._("not said"),
        "key": tk._("key"),
        "time": tk._("time"),
        "place": tk._("place"),
        "category": tk._("category"),
        "indicator": tk._("indicator"),
        "measure": tk._("amount"),
        "text": tk._("text"),
        "coordinate": tk._("coordinate"),
    }


def describe_type_name(name: str) -> str:
    """Return a type of the database in words; "" is what the reader finds."""
    return {
        "": tk._("as found"),
        "text": tk._("Text"),
        "int8": tk._("Whole number"),
        "numeric": tk._("Number"),
        "date": tk._("Date"),
        "timestamp": tk._("Date and time"),
    }[name]


def describe_area(area: str) -> str:
    """Return a part of a sheet in words; as it is written where it is neither rows nor columns alone."""
    first, _, last = area.partition(":")
    if first.isdecimal() and not last:
        return tk._("Row {first} to the end").format(first=first)
    if first.isdecimal() and last.isdecimal():
        return tk._("Rows {first} to {last}").format(first=first, last=last)
    if first.isalpha() and last.isalpha():
        return tk._("Columns {first} to {last}").format(first=first, last=last)
    return area


def list_reasons() -> dict[str, str]:
    """Return why rows of a file are not among its data: reason of the reader -> words."""
    return {
        "above": tk._("above the header"),
        "column_numbers": tk._("numbers of the columns"),
        "repeated_header": tk._("the header again"),
        "total": tk._("a total that adds up"),
        "subtotal": tk._("a subtotal that adds up"),
        "note": tk._("a note at the end"),
    }


def list_findings(findings: Mapping[str, int], lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what people are told of a file whose table is there: how often, in which lines, and what to do."""
    sentences = {
        "bad_bytes": tk._("{number} lines hold bytes that are no character; “\ufffd” stands for them."),
        "nul": tk._("{number} lines held a zero byte, which was left out."),
        "open_quote": tk._("{number} lines open a quotation mark that is not closed; it was read as a sign."),
        "stray_quote": tk._("{number} lines hold a quotation mark that is not doubled; it was read as a sign."),
        "more_cells": tk._("{number} lines have more cells than the header; the cells stand in columns of their own."),
        "other_delimiter": tk._("{number} lines have another delimiter than the rest; they were read by it."),
        "error_cells": tk._("{number} cells hold an error of the workbook, such as #REF!. Mend the formulas."),
        "formulas_without_value": tk._(
            "{number} formulas were never calculated and are empty here. Open the file, save it and upload it again."
        ),
        "digits_lost": tk._(
            "{number} whole numbers have more than the 15 digits that a workbook keeps: identity numbers and codes "
            "end in zeros here. Write them as text and upload the file again."
        ),
        "merged_amounts": tk._(
            "{number} merged amounts stand in the first of their rows only, so that sums are right."
        ),
        "hidden_rows": tk._("{number} hidden rows were left out."),
        "hidden_columns": tk._("{number} hidden columns were left out."),
        "hidden_sheets": tk._("{number} hidden worksheets were left out."),
        "unread_files": tk._("{number} files of the archive could not be read and were left out."),
        "total_differs": tk._("{number} rows are called totals but do not add up, so they are among the data."),
        "second_table": tk._(
            "Another table seems to begin on the same sheet; its rows are among the data. "
            "Choose one of the tables in the reading plan, and make file entries of the others there."
        ),
        "near_tie": tk._(
            "The file can be read with another delimiter almost as well. Compare its first lines with the table."
        ),
    }
    places: dict[str, list[str]] = {}
    for entry in lines:
        places.setdefault(entry["code"], []).append(str(entry["line"]))
    told = []
    for code, number in findings.items():
        if code in sentences:
            where = places.get(code, [])[:5]
            line = tk._(" Lines: {lines}").format(lines=", ".join(where) + ("…" if number > len(where) else ""))
            told.append(sentences[code].format(number=number) + (line if where else ""))
    return told


def explain_objection(objection: Objection, labels: Mapping[str, str]) -> str:
    """Return why a chart would be wrong, and what to choose instead.

    Args:
        labels: column id -> its name.
    """
    sentences = {
        "ratio": tk._("Rates, prices and averages are not added: choose the mean, the smallest or the largest."),
        "units": tk._(
            "The rows hold several indicators or units, by “{column}”: these do not go together. Choose one."
        ),
        "stock": tk._("The rows hold amounts at several times, by “{column}”: these are not added. Choose one."),
        "parts": tk._("Column “{column}” holds a whole and its parts: they are not added. Choose one, or group by it."),
    }
    return sentences[objection.code].format(column=labels.get(objection.column, objection.column))


def explain_shape(code: str) -> str:
    """Return why a kind of chart does not fit the numbers, see :func:`page.shape_rules.find_problem`."""
    return {
        "times": tk._("This kind of chart needs several times. Group by a column of times, or draw bars."),
        "series": tk._("This kind of chart needs several series. Choose a column under “A line or bar for each”."),
        "negative": tk._("Numbers below zero are not stacked. Draw bars side by side."),
        "not_added": tk._("Means, smallest and largest values are parts of no whole. Draw bars side by side or lines."),
        "gaps": tk._("Some series lack times, so that areas would show falls that are none. Draw lines."),
        "ages": tk._("A pyramid needs groups of ages. Group by the column of ages."),
        "one": tk._("A map shows one number for each place. Draw no series, or choose one of them by a filter."),
        "places": tk._("A map needs numbers of at least two cities or counties. Group by a column that names them."),
        "rows": tk._("Several groups are one place, and a map shows one number for each. Narrow the data by filters."),
        "two": tk._("A pyramid needs two series, such as men and women."),
        "too_many": tk._(
            "There are too many series for a whole of parts. Choose some of them by filters, or draw lines."
        ),
    }[code]


def describe_check(name: str) -> str:
    """Return a check of values in words."""
    return {
        "uscc": tk._("unified social credit codes"),
        "id_number": tk._("identity numbers"),
        "region_code": tk._("codes of administrative divisions"),
        "mobile_phone": tk._("mobile telephone numbers"),
        "email": tk._("e-mail addresses"),
        "url": tk._("web addresses"),
    }[name]


def describe_sequence(name: str) -> str:
    """Return what kind of amount a column holds, in words; "" for none."""
    return {
        "": "",
        "flow": tk._("amount of a period"),
        "stock": tk._("amount at a time, not added over time"),
        "ratio": tk._("rate, price or average, never added"),
    }[name]


def explain_question(problem: QuestionError | QueryTimeoutError) -> str:
    """Return what is wrong with a question, and what would be right."""
    if isinstance(problem, QueryTimeoutError):
        return tk._("The question takes too long. Narrow it by a filter, or download the file.")
    sentences = {
        "column": tk._("There is no column “{column}”"),
        "number": tk._("“{value}” is not a number, but column “{column}” holds numbers"),
        "date": tk._("“{value}” is not a date, but column “{column}” holds dates, for example 2026-01-31"),
        "operator": tk._("Column “{column}” cannot be compared in this way"),
    }
    return sentences[problem.code].format(column=problem.column, value=problem.value)
