"""navl validators of the register; ``schemas/system.yaml`` and ``project.yaml`` name them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.entries import entry_schema


def nx_period(value: Any) -> str:
    """A year, a month or a day; stored as ISO 8601 in that precision."""
    try:
        return periods.parse(str(value))
    except periods.NotAPeriodError:
        raise tk.Invalid(tk._('"%s" is not a date: write 2015, 2015-06 or 2015-06-01') % value) from None


def nx_past_period(value: Any) -> str:
    """The same, not in the future."""
    period = nx_period(value)
    if (periods.first_day(period) or dt.date.min) > today():
        raise tk.Invalid(tk._("The date must not be in the future"))
    return period


def nx_known_datasets(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After ``nx_text_list``: names (or ids) of datasets of the catalogue, kept as names.

    What the entry named before may have gone since; what is newly named must be there for whoever names it.
    """
    if errors[key]:  # no list to begin with
        return
    entry: Any = context.get(entry_schema.ENTRY)
    stored = entry.fields.get(key[-1]) or [] if entry is not None else []
    user = {"user": context.get("user"), "auth_user_obj": context.get("auth_user_obj")}
    names = []
    for reference in json.loads(data[key]):
        found = model.Package.get(reference)
        if reference in stored:
            names.append(reference)
        elif found is None or found.type != "dataset" or found.state == "deleted" or not _sees(user, found.id):
            errors[key].append(tk._('The catalogue has no dataset "%s": write its name in its address') % reference)
        else:
            names.append(found.name)
    data[key] = json.dumps(list(dict.fromkeys(names)), ensure_ascii=False)


def _sees(user: Any, identifier: str) -> bool:
    try:
        return bool(tk.check_access("package_show", user, {"id": identifier}))
    except tk.NotAuthorized:
        return False
