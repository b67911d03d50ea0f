"""What the actions of the connection board take."""

from __future__ import annotations

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
