"""What the actions of attached files take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory


@validator_args
def attachment(
    not_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    ignore_missing: Validator,
    ignore_empty: Validator,
) -> Schema:
    return {
        "subject": [not_empty, one_of(["project", "task", "unit"])],
        "subject_id": [not_empty, unicode_safe],
        "owner_org": [ignore_empty, unicode_safe],
        "title": [ignore_empty, unicode_safe],
        "upload": [ignore_missing],
    }
