"""navl validators of projects; ``schemas/project.yaml`` names them."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.nxopendata.register.entries import entry_schema
from ckanext.nxopendata.register.projects import review


def nx_known_systems(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After ``nx_text_list``: systems of the register of the project's department, kept as their names in addresses.

    What was entered before may not be there any more; it stays and is a red flag. What is newly named must be there.
    """
    if errors[key]:  # no list to begin with
        return
    entry: Any = context.get(entry_schema.ENTRY)
    stored = entry.fields.get(key[-1]) or [] if entry is not None else []
    owner: str = context.get(entry_schema.OWNER) or ""  # type: ignore[assignment]
    names = []
    for reference in json.loads(data[key]):
        found, _unknown = review.resolve_systems(owner, [reference])
        if found:
            names.append(found[0].name)
        elif reference in stored:
            names.append(reference)
        else:
            message = tk._('The register has no system "%s" of this department: enter it first, then choose it')
            errors[key].append(message % reference)
    data[key] = json.dumps(list(dict.fromkeys(names)), ensure_ascii=False)
