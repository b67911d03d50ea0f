"""Read the answers of a form by its fields; what is wrong is a code a field. Imports nothing of CKAN."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ckanext.nxopendata.cases.definitions import quarter
from ckanext.nxopendata.cases.definitions.kind import Field
from ckanext.nxopendata.core.payload import value_types

MISSING, TOO_LONG, NOT_TEXT = "missing", "too_long", "not_text"
NOT_A_CHOICE, NOT_A_DATE, NOT_A_NUMBER, NOT_AN_ADDRESS, NOT_IN_FUTURE = (
    "not_a_choice",
    "not_a_date",
    "not_a_number",
    "not_an_address",
    "not_in_future",
)
MOST_COLUMNS = 500
NOT_A_FILTER, NOT_A_QUARTER = "not_a_filter", "not_a_quarter"
NOT_AN_ARTICLE = "not_an_article"

NUMBER = re.compile(r"[1-9][0-9]{0,14}")
"""A whole number from one: none of the questions has an answer of nothing."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LAW_AND_ARTICLE = re.compile(r"《[^》]{2,}》.*第[一二三四五六七八九十百千零〇两0-9]{1,8}条")
"""The name of a law and one of its articles, as Chinese papers cite them."""

SEPARATORS = re.compile(r"[、，,；;]")
MOST_FILTERS = 20
MOST_VALUES = 500
LONGEST_VALUE = 200

Problem = tuple[str, Any]
"""What is wrong with an answer: a code of this module, and the number that its message names."""


def read_answers(
    fields: Iterable[Field], given: Mapping[str, Any], today: dt.date
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Read what somebody filled in.

    Args:
        given: field -> a text, a list of texts (several choices), or true.
        today: dates must lie after it.

    Returns:
        The answers that are there, as JSON keeps them; and what is wrong, a problem a field.
    """
    answers: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for field in fields:
        value, problem = _read(field, given.get(field.name), today)
        if problem is not None:
            problems[field.name] = problem
        elif value in (None, "", [], False):
            if field.required:
                problems[field.name] = (MISSING, None)
        else:
            answers[field.name] = value
    return answers, problems


def check_article(article: str) -> Problem | None:
    """Return what is wrong with the article on which an outcome rests; None where a law and its article are named.

    >>> check_article("《数据安全法》第二十一条") is None
    True
    """
    if not article:
        return MISSING, None
    return None if LAW_AND_ARTICLE.search(article) else (NOT_AN_ARTICLE, None)


def _read(field: Field, value: Any, today: dt.date) -> tuple[Any, Problem | None]:
    if value is None or value == "":
        return None, None
    if field.type == "flag":
        return (value is True or str(value).lower() in ("1", "true", "on", "yes")), None
    if field.type == "filters":
        return _read_filters(value)
    if field.type in ("choices", "columns", "datasets"):
        return _read_several(field, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or value_types.UNSTORABLE.search(value):
        return None, (NOT_TEXT, None)
    text = value.strip()
    if len(text) > field.longest:
        return None, (TOO_LONG, field.longest)
    if not text:
        return None, None
    return _read_text(field, text, today)


def _read_text(field: Field, text: str, today: dt.date) -> tuple[Any, Problem | None]:
    if field.type == "choice" and text not in {choice.value for choice in field.choices}:
        return None, (NOT_A_CHOICE, None)
    if field.type == "number":
        is_number = NUMBER.fullmatch(text) is not None
        return (int(text), None) if is_number else (None, (NOT_A_NUMBER, None))
    if field.type == "date":
        try:
            day = dt.date.fromisoformat(text if DAY.fullmatch(text) else "")
        except ValueError:
            return None, (NOT_A_DATE, None)
        return (day.isoformat(), None) if today < day < dt.date(9000, 1, 1) else (None, (NOT_IN_FUTURE, None))
    if field.type == "quarter":
        code = quarter.read(text)
        return (code, None) if code and quarter.last_day(code) >= today else (None, (NOT_A_QUARTER, None))
    if field.type == "url" and not _is_web_address(text):
        return None, (NOT_AN_ADDRESS, None)
    return text, None


def _read_several(field: Field, value: Any) -> tuple[Any, Problem | None]:
    values = value.splitlines() if isinstance(value, str) else value
    if not isinstance(values, list) or len(values) > MOST_COLUMNS or not all(isinstance(one, str) for one in values):
        return None, (NOT_TEXT, None)
    texts = list(dict.fromkeys(one.strip() for one in values if one.strip()))
    if any(len(one) > 200 or value_types.UNSTORABLE.search(one) for one in texts):
        return None, (TOO_LONG, 200)
    known = {choice.value for choice in field.choices}
    if field.type == "choices" and not set(texts) <= known:
        return None, (NOT_A_CHOICE, None)
    return texts, None


def _read_filters(value: Any) -> tuple[Any, Problem | None]:
    """Read conditions on rows, one a line: a column, "=", and values with 、 or commas between them.

    What is no condition is a problem, never no condition: that would be all rows.
    """
    if isinstance(value, str):
        lines = (line.partition("=") for line in value.replace("＝", "=").splitlines() if line.strip())
        pairs = [(name, SEPARATORS.split(rest) if sign else []) for name, sign, rest in lines]
    elif isinstance(value, Mapping):
        pairs = [(str(name), values if isinstance(values, list) else []) for name, values in value.items()]
    else:
        return None, (NOT_A_FILTER, None)
    found: dict[str, list[str]] = {}
    for name, values in pairs:
        texts = [part.strip() for part in values if isinstance(part, str) and part.strip()]
        whole = [name, *texts]
        if not name.strip() or not texts or any(not isinstance(part, str) for part in values):
            return None, (NOT_A_FILTER, None)
        if any(len(part) > LONGEST_VALUE or value_types.UNSTORABLE.search(part) for part in whole):
            return None, (NOT_A_FILTER, None)
        found.setdefault(name.strip(), []).extend(texts)
    if len(found) > MOST_FILTERS or any(len(values) > MOST_VALUES for values in found.values()):
        return None, (NOT_A_FILTER, None)
    return found or None, None


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
