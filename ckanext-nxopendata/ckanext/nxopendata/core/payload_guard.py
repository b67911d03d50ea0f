"""What reaches the register's actions and pages can be looked up and stored: no lists for texts, no NUL."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.catalogue.schema import messages
from ckanext.nxopendata.core import payload_types

STRUCTURED = frozenset({"answers", "title_translated", "notes_translated", "nx_datasets", "nx_uses", "nx_systems"})
"""What may be a list or a mapping; every other parameter of the register is one text or number."""


def guarded(action: Callable[..., Any]) -> Callable[..., Any]:
    """The action, for data of the right shape alone.

    Raises:
        tk.ValidationError: by field, before the action looks anything up.
    """

    @wraps(action)
    def checked(context: Context, data_dict: dict[str, Any]) -> Any:
        wrong = payload_types.wrong(data_dict, ()) | {
            name: payload_types.NOT_TEXT
            for name, value in data_dict.items()
            if isinstance(value, list | dict) and name not in STRUCTURED
        }
        if wrong:
            raise tk.ValidationError(messages.of_shapes(wrong))
        return action(context, data_dict)

    return checked


def storable_address() -> None:
    """Before a page: an address that holds what no database can hold names nothing; nor does such a form."""
    if any(payload_types.UNSTORABLE.search(str(value)) for value in (tk.request.view_args or {}).values()):
        tk.abort(404)
    texts = [value for values in (tk.request.args, tk.request.form) for _, value in values.items(multi=True)]
    if any(map(payload_types.UNSTORABLE.search, texts)):
        tk.abort(400, tk._("This holds a character that cannot be stored: type the text again"))
