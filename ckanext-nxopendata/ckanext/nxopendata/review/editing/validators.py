"""navl validators of the review; ``schemas/dataset.yaml`` names them."""

from __future__ import annotations

from typing import Any

from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.workflow import cases, state_machine

NOT_OPEN = "0"
"""Code of the list ``is_open``."""


def nx_dataset_visibility(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After the fields: what is not open is private, and what has to be reviewed before the public sees it.

    What becomes open is public again, unless it is still under review.
    """
    stored = context.get("package")
    if _read_extra(data, "nx_is_open") == NOT_OPEN:
        data[("private",)] = True
    elif stored is None:
        if _needs_review(context, data.get(("owner_org",))):
            data[("private",)] = True
    else:
        becomes_open = stored.private and stored.extras.get("nx_is_open") == NOT_OPEN
        reviewed = _needs_review(context, stored.owner_org)
        if becomes_open or reviewed:
            case = cases.find_own_case(stored.id)
            if case is not None and case.state != state_machine.PUBLISHED:
                if reviewed:
                    data[("private",)] = True
            elif becomes_open:
                data[("private",)] = False


def _needs_review(context: Context, organization: Any) -> bool:
    return isinstance(organization, str) and roles.needs_review(context, organization)


def _read_extra(data: FlattenDataDict, name: str) -> Any:
    """The value of a field of ours, which is among the extras when the validators ``__after`` run."""
    for place, value in data.items():
        if place[-1] == "key" and place[0] == "extras" and value == name:
            return data.get((*place[:-1], "value"))
    return data.get((name,))
