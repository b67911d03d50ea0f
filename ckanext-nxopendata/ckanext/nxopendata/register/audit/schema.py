"""What the actions of the audit take."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.register.audit import export_lists, sampling
from ckanext.nxopendata.register.audit.models import STATES
from ckanext.nxopendata.register.reports.schema import evidence, not_too_long

POPULATIONS = ("systems", "datasets")
MOST, LONGEST = 1000, 366
"""How large a sample may be; how many working days a reply may be given."""


def a_day(value: Any) -> str:
    """A day as ISO 8601 writes it."""
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD, for example 2024-05-31")) from None


def a_size(value: Any) -> int:
    """How large a sample is to be."""
    if not re.fullmatch(r"\d{1,4}", str(value)) or not 1 <= int(value) <= MOST:
        raise tk.Invalid(tk._("Write a whole number from 1 to {most}").format(most=MOST))
    return int(value)


def working_days(value: Any) -> int:
    """How many working days there are to reply."""
    if not re.fullmatch(r"\d{1,3}", str(value)) or not 1 <= int(value) <= LONGEST:
        raise tk.Invalid(tk._("Write a whole number from 1 to {most}").format(most=LONGEST))
    return int(value)


def a_digest(value: Any) -> str:
    """A SHA-256, in whatever case it was copied."""
    if not sampling.is_digest(str(value).strip()):
        raise tk.Invalid(tk._("A SHA-256 has 64 digits from 0 to 9 and a to f"))
    return str(value).strip().lower()


@validator_args
def export(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    default: ValidatorFactory,
) -> Schema:
    filters: Schema = {name: [ignore_empty, unicode_safe] for name in export_lists.FILTERS}
    days: Schema = {name: [ignore_empty, a_day] for name in ("since", "until")}
    return (
        filters
        | days
        | {
            "list": [not_empty, one_of(list(export_lists.LISTS))],
            "format": [default("csv"), one_of([*sampling.FORMATS])],
        }
    )


@validator_args
def page(default: ValidatorFactory, natural_number_validator: Validator) -> Schema:
    return {"limit": [default(50), natural_number_validator], "offset": [default(0), natural_number_validator]}


@validator_args
def verification(ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"sha256": [ignore_empty, unicode_safe, a_digest], "upload": [ignore_empty]}


@validator_args
def sample(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "of": [not_empty, one_of([*POPULATIONS])],
        "size": [not_empty, a_size],
        "seed": [ignore_empty, unicode_safe, not_too_long],
        "owner_org": [ignore_empty, unicode_safe],
    }


@validator_args
def finding(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "owner_org": [not_empty, unicode_safe],
        "title": [not_empty, unicode_safe, not_too_long],
        "text": [not_empty, unicode_safe, not_too_long],
        "subject": [ignore_empty, one_of(["system", "dataset"])],
        "subject_id": [ignore_empty, unicode_safe],
        "days": [ignore_empty, working_days],
    }


@validator_args
def finding_listing(ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "owner_org": [ignore_empty, unicode_safe],
        "state": [ignore_empty, one_of([*STATES, "overdue"])],
    }


@validator_args
def reply(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "reply": [not_empty, unicode_safe, not_too_long],
        "evidence": [ignore_empty, unicode_safe, not_too_long, evidence],
    }


@validator_args
def decision(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "action": [not_empty, one_of(["close", "return"])],
        "opinion": [ignore_empty, unicode_safe, not_too_long],
        "days": [ignore_empty, working_days],
    }
