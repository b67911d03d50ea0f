"""Messages in the reader's language: why a table is not there, what is wrong with a question; and what to do."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.tables import models
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
        "missing": tk._("The stored file was not found. Upload it again."),
        "encoding": tk._("The text is in no encoding we know. Save the file as UTF-8 or GB18030 and upload it again."),
        "empty": tk._("No table was found in the file: it needs a row of column names and at least one row of data."),
        "too_large": tk._("The file is larger than {megabytes} MB, so no table was made. Download it to use it."),
        "too_many_rows": tk._("The file has more than {most} rows, so no table was made. Download it to use it."),
        "too_many_columns": tk._("The file has more than {most} columns, so no table was made. Download it to use it."),
    }
    broken = tk._("The file is damaged or not of the format it claims. Open it, save it anew and upload it again.")
    return sentences.get(code, broken).format(**{"megabytes": "?", "most": "?"} | params)


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
