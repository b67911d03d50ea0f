"""Every route of the site under test, with an address that fits it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from werkzeug.routing import Rule
from werkzeug.routing.converters import NumberConverter

from ckanext.nxopendata.core.file_access import doors

ENDINGS = ("csv", "xlsx", "json")

VIEW_FORM = {
    "draw": "1",
    "start": "0",
    "length": "10",
    "search[value]": "",
    "format": "csv",
    "params": json.dumps({"search": {"value": ""}, "order": [], "columns": [], "visible": [True, True, True]}),
}
"""What the views of tables send for rows."""


def addresses(app: Any, resource_id: str, dataset: str, **others: str) -> Iterator[tuple[Rule, str]]:
    """(rule, address) of every route that takes arguments.

    Args:
        resource_id: stands for every argument that is not known by its name.
        dataset: stands for the dataset in the address of a file.
        others: further arguments by their names.
    """
    known = {"filename": "x.csv", "package_type": "dataset", "resource_id": resource_id, **others}
    for rule in app.flask_app.url_map.iter_rules():
        below = {"id": dataset, "dataset_id": dataset} if "resource_id" in rule.arguments else {}
        for ending in ENDINGS if "ending" in rule.arguments else ("",):
            names = {**known, **below, "ending": ending}
            values = {name: _fitting(rule, name, names.get(name, resource_id)) for name in rule.arguments}
            built = rule.build(values | dict(rule.defaults or {}), append_unknown=False) if values else None
            if built:
                yield rule, built[1]


def _fitting(rule: Rule, name: str, value: str) -> Any:
    """The value, or where the route takes only a number or one of some words, such a one."""
    converter = rule._converters.get(name)
    words = getattr(converter, "items", None)
    return min(words) if words else 1 if isinstance(converter, NumberConverter) else value


def takes_a_file(rule: Rule) -> bool:
    """Whether there is a file, or a view of one, in the address."""
    return bool(rule.arguments & {"resource_id", "resource_view_id"})


def tells_of_a_file(app: Any, rule: Rule) -> bool:
    """Whether the route is known to send nothing of the file in its address."""
    return doors.tells_only(app.flask_app, rule.endpoint)
