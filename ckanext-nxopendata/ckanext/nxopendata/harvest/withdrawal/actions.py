"""Bringing back a withdrawn dataset by hand."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.harvest.withdrawal import marker


def nx_harvest_dataset_restore(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make a withdrawn dataset public again, as it was.

    It stays so although its source does not show it: a harvest withdraws only what it last saw there. When the
    source shows it again, the harvest takes it up as before.

    :param id: id or name of the dataset
    :returns: the dataset
    """
    tk.check_access("nx_harvest_dataset_restore", context, data_dict)
    system: Any = {"user": context.get("user"), "ignore_auth": True, "use_cache": False}
    dataset = tk.get_action("package_show")(system, {"id": tk.get_or_bust(data_dict, "id")})
    extras = [extra for extra in dataset.get("extras", ()) if extra["key"] != marker.FIELD]
    if len(extras) == len(dataset.get("extras", ())):
        raise tk.ValidationError({"id": [tk._("This dataset is not withdrawn")]})
    dataset["extras"] = extras
    dataset.pop("metadata_modified", None)
    writing: Any = {"user": context.get("user"), "ignore_auth": True}
    return tk.get_action("package_update")(writing, dataset)
