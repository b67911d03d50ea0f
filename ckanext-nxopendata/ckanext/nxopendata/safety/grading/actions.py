"""Action: the class and grade that a scan suggests."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.safety.grading import suggestion
from ckanext.nxopendata.safety.scanning import schema


@tk.side_effect_free
@validate(schema.dataset)
def nx_safety_grade_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The class and grade that the scan of a dataset's files suggests (GB/T 43697-2024); people decide.

    :param id: the dataset (id or name)

    :returns: ``level`` (code of ``nx_data_level``), ``general_level`` (of ``nx_general_level``; "" for important data),
        ``class``, ``reasons`` (in words; the strictest wins), ``columns`` (place in a file: level of what is there)
    """
    tk.check_access("nx_safety_grade_show", context, data_dict)
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    return suggestion.suggest(package)
