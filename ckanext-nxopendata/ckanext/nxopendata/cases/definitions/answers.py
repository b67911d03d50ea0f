"""Read the answers of a form by its fields; what is wrong is a code a field. Imports nothing of CKAN."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ckanext.nxopendata.cases.definitions import quarter
from ckanext.nxopendata.cases.definitions.kind import Field
from ckanext.nxopendata.core.file_access import ranges
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
NOT_A_FILTER, NOT_A_PERIOD, NOT_A_QUARTER = "not_a_filter", "not_a_period", "not_a_quarter"
NOT_AN_ARTICLE, NOT_A_SIGN = "not_an_article", "not_a_sign"

NUMBER = re.compile(r"[1-9][0-9]{0,14}")
"""A whole number from one: none of the questions has an answer of nothing."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LAW_AND_ARTICLE = re.compile(r"《[^》]{2,}》.*第[一二三四五六七八九十百千零〇两0-9]{1,8}条")
"""The name of a law and one of its articles, as Chinese papers cite them."""

SEPARATORS = re.compile(r"[、，,；;]")
CONDITION = re.compile(r"(.+?)(>=|<=|=)(.*)", re.DOTALL)
SPAN = re.compile(r"\s*([^.\s][^、，,；;]*?)\s*\.\.\s*([^.\s][^、，,；;]*?)\s*")
BOUNDS = {">=": "from", "<=": "to"}
WIDE = str.maketrans("＝＞＜", "=><")
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
    if field.type == "period":
        value = ranges.read_value(text)
        is_period = value is not None and value.first is not None
        return (text, None) if is_period else (None, (NOT_A_PERIOD, None))
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
    """Read conditions on rows, one a line: a column, then ``=`` and values with 、 or commas between them, ``=a..b``,
    ``>=a`` or ``<=b``.

    What is no condition is a problem, never no condition: that would be all rows.

    Returns:
        column -> list of values, or ``from`` and ``to``.
    """
    if isinstance(value, str):
        conditions = [_read_line(line) for line in value.splitlines() if line.strip()]
    elif isinstance(value, Mapping):
        conditions = [(str(name), values) for name, values in value.items()]
    else:
        return None, (NOT_A_FILTER, None)
    found: dict[str, Any] = {}
    for name, given in conditions:
        condition = _read_condition(given)
        # In a form 年份=>2023 is a slip that would grant no rows; a program may name a value such as "<18岁".
        if isinstance(value, str) and isinstance(condition, list) and any(text[0] in "<>" for text in condition):
            return None, (NOT_A_SIGN, None)
        known = found.get(name.strip())
        if not name.strip() or condition is None or not _is_storable([name]):
            return None, (NOT_A_FILTER, None)
        if isinstance(condition, list) and isinstance(known or [], list):
            found[name.strip()] = [*(known or []), *condition]
        elif (
            isinstance(condition, dict)
            and isinstance(known or {}, dict)
            and not condition.keys() & (known or {}).keys()
        ):
            found[name.strip()] = {**(known or {}), **condition}
        else:
            return None, (NOT_A_FILTER, None)
    if len(found) > MOST_FILTERS or any(not _holds_together(one) for one in found.values()):
        return None, (NOT_A_FILTER, None)
    return found or None, None


def _read_line(line: str) -> tuple[str, Any]:
    """Return the column of a line, and its values as a list or its bounds as a mapping; ("", []) of no condition."""
    plain = line.translate(WIDE).replace("≥", ">=").replace("≤", "<=")
    parts = CONDITION.fullmatch(plain)
    if parts is None:
        return "", []
    name, sign, rest = parts.groups()
    if sign in BOUNDS:
        return name, {BOUNDS[sign]: rest}
    span = SPAN.fullmatch(rest)
    return name, {"from": span[1], "to": span[2]} if span else SEPARATORS.split(rest)


def _read_condition(given: Any) -> list[str] | dict[str, str] | None:
    if isinstance(given, Mapping):
        bounds = ranges.from_api(given)
        return ranges.to_api(bounds) if bounds is not None and _is_storable([*given.values()]) else None
    if not isinstance(given, list) or any(not isinstance(part, str) for part in given):
        return None
    texts = [part.strip() for part in given if part.strip()]
    return texts if texts and _is_storable(texts) else None


def _is_storable(texts: Iterable[str]) -> bool:
    return not any(len(text) > LONGEST_VALUE or value_types.UNSTORABLE.search(text) for text in texts if text)


def _holds_together(condition: list[str] | dict[str, str]) -> bool:
    """Whether there are not too many values, and two bounds that stood in two lines are in their order."""
    if isinstance(condition, dict):
        return ranges.from_api(condition) is not None
    return len(condition) <= MOST_VALUES


def describe_condition(name: str, condition: list[str] | Mapping[str, str]) -> str:
    """Return a condition on rows as it is written in a form."""
    if not isinstance(condition, Mapping):
        return f"{name}={'、'.join(condition)}"
    if len(condition) == 2:
        return f"{name}={condition['from']}..{condition['to']}"
    return f"{name}>={condition['from']}" if "from" in condition else f"{name}<={condition['to']}"


def write_conditions(conditions: Mapping[str, list[str] | Mapping[str, str]]) -> str:
    """Return conditions on rows as they stand in a form; "" of those that a form cannot say, such as of "甲、乙"."""
    text = "\n".join(describe_condition(name, condition) for name, condition in conditions.items())
    return text if _read_filters(text) == (conditions, None) else ""


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
