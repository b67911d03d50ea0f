"""Fields in the words that people know them by."""

from __future__ import annotations

import re

from ckan.lib.helpers import helper_functions
from flask import has_request_context


def field(name: str) -> str:
    """Return the label of a dataset's field in the reader's language; its name where it is not one of ours, or where
    there is no reader: in jobs and commands.

    Args:
        name: The name, or the path to a part of the field.
    """
    if not has_request_context():
        return name
    head = re.split(r"[./\\[]", name, maxsplit=1)[0]
    label = helper_functions["nx_review_field"]([head]) if head else ""
    return label if label and label != head else name
