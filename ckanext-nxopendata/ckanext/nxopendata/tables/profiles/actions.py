"""Actions: what the columns of a table hold."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.core.publication import column_facts
from ckanext.nxopendata.tables import models


@tk.side_effect_free
def nx_table_profile_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What the columns of a file's table hold; made once, while the table was loaded.

    :param id: the id of the file (resource)
    :type id: string

    :returns: ``sha256`` of the file, and ``columns``, each with ``id``, ``label``, ``header``, ``type``, ``unit``,
        ``rows``, ``nulls``, ``null_words``, ``distinct`` (``exact`` or estimated to 2 %), ``top`` (pairs of a value and
        how often it stands), ``least``, ``greatest``, ``shortest``, ``longest`` (characters), ``patterns``, ``checks``
        (name: values of that kind, and those that pass), ``role`` (``key``, ``time``, ``place``, ``category``,
        ``indicator``, ``measure``, ``text``, ``coordinate``), ``granularity`` of a time, ``levels`` and ``code_list``
        of places, ``system`` of coordinates, ``sequence`` of an amount (``stock``, ``flow``, ``ratio``) and
        ``aggregations`` (what may be done with it; a stock is never summed over time); for those who edit
        the dataset, and the office, also ``sensitivity`` (level of what the safety check found, 0 to 4), ``quasi``
        (kind of quasi-identifier), ``sensitive`` and ``grade`` (level of general data that is suggested)
    """
    resource_id = str(tk.get_or_bust(data_dict, "id"))
    tk.check_access("nx_table_profile_show", context, {"id": resource_id})
    state = models.get_state(resource_id)
    found = models.get_profile(state)
    if state is None or found is None:
        raise tk.ObjectNotFound(tk._("This file has no table"))
    headers = [str(column.get("header") or column["label"]) for column in found.columns]
    facts = column_facts.find_facts(resource_id, context.get("user") or "", headers)
    columns = [column | more for column, more in zip(found.columns, facts, strict=True)]
    return {"id": resource_id, "sha256": found.sha256, "columns": columns}
