"""Action: the answers to a question in plain words."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.tables.answers import answer_view


@tk.side_effect_free
def nx_answer_search(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Numbers of public tables that answer a question in plain words, each with its source.

    Only what is certain is claimed: the indicator, the unit and the period are known, and one row is of the place. What
    may help without being certain is given as rows.

    :param q: the question, for example ``西吉县有多少人`` or ``population of Xiji County``; at most 120 characters
    :type q: string

    :returns: ``understood`` (``places``, ``indicator``, ``period``; empty where nothing was), ``answers`` (each with
        ``place``, ``place_code``, ``indicator``, ``value``, ``unit``, ``period``, ``text``, ``url`` of the row,
        ``dataset``, ``citation``, ``copies``: other tables that have it), ``rows`` (without a claim; ``doubt`` says
        why, ``cells`` are the row), ``wider`` (answers of the city or the region, where the place has none),
        ``notice`` and ``instead`` (what there is of the place)
    """
    tk.check_access("nx_answer_search", context, data_dict)
    return answer_view.answer(str(tk.get_or_bust(data_dict, "q")))
