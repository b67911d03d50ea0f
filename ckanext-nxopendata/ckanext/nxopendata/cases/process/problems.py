"""What a wrong answer says to who gave it, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.cases.definitions import answers
from ckanext.nxopendata.core.errors.messages import gettext_noop as _

TEXTS = {
    answers.MISSING: _("Missing value"),
    answers.TOO_LONG: _("Write at most {number} characters"),
    answers.NOT_TEXT: _("Write one text here, not a list, a table or a bare number"),
    answers.NOT_A_CHOICE: _("Choose one of the values that are offered"),
    answers.NOT_A_DATE: _("Write the date as YYYY-MM-DD"),
    answers.NOT_A_NUMBER: _("Write a whole number from 1"),
    answers.NOT_AN_ADDRESS: _("Write an address that begins with https:// or http://"),
    answers.NOT_A_FILTER: _(
        "Write one condition a line: a column, then = and values with commas between them, or >=, <= or =a..b with "
        "numbers, years or days"
    ),
    answers.NOT_A_SIGN: _(
        "No value begins with < or >: write >= or <= in this order, such as 年份>=2023; more or less than a number is "
        "not offered"
    ),
    answers.NOT_A_PERIOD: _("Write a year, a month or a day: 2023, 2023-05 or 2023-05-01"),
    answers.NOT_AN_ARTICLE: _("Name the law, in its title marks, and the number of the article, as the example shows"),
    answers.NOT_A_QUARTER: _("Choose a quarter that is not over, such as 2027Q1"),
    answers.NOT_IN_FUTURE: _("Write a day after today"),
}


def describe(problems: Mapping[str, answers.Problem]) -> dict[str, Any]:
    """Return the errors as CKAN's actions give them."""
    return {field: [tk._(TEXTS[code]).format(number=number)] for field, (code, number) in problems.items()}
