"""Action: what stays of a withdrawn dataset."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.review.withdrawal import tombstones


@tk.side_effect_free
def nx_dataset_withdrawal_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """When, why and by whom a dataset was withdrawn that had been public; nothing of its content.

    :param id: the id or name that it had
    :type id: string

    :returns: ``id``, ``name``, ``department`` that provided it, ``time`` (UTC), ``by`` (``department``, ``office``,
        or ``source``: its source does not list it any more) and ``reason`` (of a person; "" of a source)
    """
    tk.check_access("nx_dataset_withdrawal_show", context, data_dict)
    tombstone = tombstones.find(str(tk.get_or_bust(data_dict, "id")))
    if tombstone is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    return {
        "id": tombstone.dataset_id,
        "name": tombstone.name,
        "department": departments.title(tombstone.owner_org, reader_language()) if tombstone.owner_org else "",
        "time": tombstone.time.isoformat(timespec="seconds"),
        "by": tombstone.by,
        "reason": tombstone.reason,
    }
