"""What the actions of tasks and reports take."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.register.reports import collection, reporting_periods
from ckanext.nxopendata.register.reports.models import ASKED, SUBMITTED
from ckanext.nxopendata.register.tasks import plan_tasks

LONGEST = 5000
"""Characters of one text."""


def month(value: Any) -> str:
    """A month as ISO 8601 writes it."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(value)):
        raise tk.Invalid(tk._("Write the month as 2026-11"))
    return str(value)


def percentage(value: Any) -> int:
    """A whole number from 0 to 100."""
    if not re.fullmatch(r"\d{1,3}", str(value)) or int(value) > 100:
        raise tk.Invalid(tk._("Write a whole number from 0 to 100"))
    return int(value)


def evidence(value: Any) -> str:
    """An http(s) address or the number of a document: nothing else becomes a link."""
    scheme = urlsplit(str(value)).scheme
    if scheme and "://" in str(value) and scheme not in ("http", "https"):
        raise tk.Invalid(tk._("Addresses begin with http:// or https://"))
    return str(value)


def not_too_long(value: Any) -> str:
    """A text of bounded length."""
    if len(str(value)) > LONGEST:
        raise tk.Invalid(tk._("At most {count} characters").format(count=LONGEST))
    return str(value)


@validator_args
def task_listing(ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "owner_org": [ignore_empty, unicode_safe],
        "state": [ignore_empty, one_of([plan_tasks.OPEN, plan_tasks.DONE, "overdue"])],
    }


@validator_args
def progress(not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "owner_org": [not_empty, unicode_safe],
        "month": [ignore_empty, month],
        "percent": [not_empty, percentage],
        "text": [not_empty, unicode_safe, not_too_long],
        "evidence": [ignore_empty, unicode_safe, not_too_long, evidence],
    }


@validator_args
def decision(
    not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory, ignore_empty: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "action": [not_empty, one_of(["complete", "reopen"])],
        "opinion": [ignore_empty, unicode_safe, not_too_long],
    }


@validator_args
def report_listing(ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "kind": [ignore_empty, one_of([*reporting_periods.KINDS])],
        "period": [ignore_empty, unicode_safe],
        "owner_org": [ignore_empty, unicode_safe],
        "state": [ignore_empty, one_of([ASKED, SUBMITTED])],
    }


@validator_args
def report(not_empty: Validator, ignore_missing: Validator, unicode_safe: Validator) -> Schema:
    text = [ignore_missing, unicode_safe, not_too_long]
    schema: Schema = {"id": [not_empty, unicode_safe]}
    for name in {name for names in collection.TEXTS.values() for name in names}:
        schema[name] = text
    return schema


@validator_args
def return_(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "reason": [not_empty, unicode_safe, not_too_long]}


@validator_args
def round_(not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {"kind": [not_empty, one_of([*reporting_periods.KINDS])], "period": [not_empty, unicode_safe]}
