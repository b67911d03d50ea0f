"""What the actions of code lists take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload.validators import number, text


def _trimmed(value: Any) -> str:
    return " ".join(text(value).split())


def _day(value: Any) -> str:
    written = text(value).strip()
    if not written:
        return ""
    try:
        return dt.date.fromisoformat(written).isoformat()
    except ValueError:
        raise tk.Invalid(tk._("Write the day as YYYY-MM-DD")) from None


@validator_args
def code(not_empty: Validator, not_missing: Validator, default: ValidatorFactory) -> Schema:
    return {
        "codelist": [not_missing, not_empty, text],
        "code": [not_missing, not_empty, _trimmed],
        "reason": [default(""), _trimmed],
    }


@validator_args
def labels(not_missing: Validator, default: ValidatorFactory) -> Schema:
    return {**code(), "label_zh": [not_missing, _trimmed], "label_en": [default(""), _trimmed]}


@validator_args
def new_code(default: ValidatorFactory) -> Schema:
    return {**labels(), "parent": [default(""), _trimmed], "valid_from": [default(""), _day]}


@validator_args
def retirement(default: ValidatorFactory) -> Schema:
    return {**code(), "retired_on": [default(""), _day], "successor": [default(""), _trimmed]}


@validator_args
def changes(not_empty: Validator, not_missing: Validator, default: ValidatorFactory) -> Schema:
    return {
        "codelist": [not_missing, not_empty, text],
        "code": [default(""), text],
        "limit": [default(100), number(1000)],
    }
