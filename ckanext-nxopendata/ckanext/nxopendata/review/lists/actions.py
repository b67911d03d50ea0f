"""Action of the lists that the plan asks for."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.review.lists import catalogue_lists, schema


@tk.side_effect_free
@validate(schema.catalogue_list)
def nx_catalogue_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The lists that the plan asks for, of what is published.

    :param kind: ``shareable``, ``open``, ``not_open`` (with its legal basis) or ``plan`` (to be opened in ``year``)
    :param year: for ``plan``; this year if missing
    :param organization: only of this department, id or name (optional)
    :param limit: how many (optional, default 50, at most 1000)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``: ``name``, ``title``, ``department`` (both also by language, as
        ``title_translated`` and ``department_translated``), ``nx_resource_code``,
        ``nx_share_type``, ``nx_share_condition``, ``nx_is_open``, ``nx_open_condition``, ``nx_update_cycle``,
        ``nx_publish_date``, ``public``
    """
    tk.check_access("nx_catalogue_list", context, data_dict)
    return catalogue_lists.read(reader_language(), **data_dict)
