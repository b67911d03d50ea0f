"""What the actions of the connection board and the funding rule take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.register.connection import status_board
from ckanext.nxopendata.register.systems import record


@validator_args
def connection(
    not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator, one_of: ValidatorFactory
) -> Schema:
    return {
        "owner_org": [not_empty, unicode_safe],
        "platform": [not_empty, unicode_safe],
        "status": [not_empty, one_of([*status_board.REQUIRED, record.NOT_REQUIRED])],
        "date": [ignore_empty, tk.get_validator("nx_past_period")],
        "evidence": [ignore_empty, unicode_safe],
    }


@validator_args
def exemption(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore_empty: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "reason": [ignore_missing, unicode_safe],
        "until": [ignore_empty, _day],
    }


def _day(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD, for example 2024-05-31")) from None
