"""What the actions of accounts take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.applicants.assurance import CONFIRMED, REFUSED
from ckanext.nxopendata.cases.process.schema import short, words
from ckanext.nxopendata.catalogue.schema import uscc
from ckanext.nxopendata.core.payload.validators import email, text

LONGEST = 200


def credit_code(value: Any) -> str:
    """A unified social credit code whose check character is right (GB 32100-2015)."""
    code = text(value).strip().upper()
    if not uscc.is_valid(code):
        raise tk.Invalid(tk._("This is no unified social credit code: its check character differs"))
    return code


@validator_args
def one_token(not_empty: Validator) -> Schema:
    return {"token": [not_empty, text]}


@validator_args
def invitation(not_empty: Validator) -> Schema:
    return {"email": [not_empty, email]}


@validator_args
def account(not_empty: Validator, ignore_empty: Validator) -> Schema:
    return {
        "token": [not_empty, text],
        "name": [not_empty, text, short(100)],
        "fullname": [ignore_empty, text, short(LONGEST)],
        "password": [not_empty, text, short(1024)],
    }


@validator_args
def organisation(not_empty: Validator) -> Schema:
    return {"name": [not_empty, text, words, short(LONGEST)], "uscc": [not_empty, credit_code]}


@validator_args
def decision(not_empty: Validator, ignore_empty: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "state": [not_empty, one_of([CONFIRMED, REFUSED])],
        "reason": [ignore_empty, text, short(1000)],
    }
