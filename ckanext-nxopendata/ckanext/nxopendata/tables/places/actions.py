"""Actions: what public tables say of a place, and of several beside each other."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.tables.places import place_view

MOST_COMPARED = 6


@tk.side_effect_free
def nx_place_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What public tables say of a place of Ningxia.

    :param code: six digits of GB/T 2260, for example ``640422``; names are understood too
    :type code: string

    :returns: ``code``, ``name``, ``name_en``, ``level``, ``parent``, ``children``, ``neighbours`` (places of the same
        city or region), ``figures`` (``indicator``, ``part``: of a whole, as men of all people, ``value``, ``unit``,
        ``period``, ``rank`` of ``of`` places of its level in the table, ``series`` of earlier periods, ``url``,
        ``dataset`` with ``citation``), ``tables`` (those
        with rows about it, by ``theme``; ``rows``, ``url``, and the first rows as ``labels`` and ``cells``), and
        ``lacking`` (what other places of its level have)
    """
    tk.check_access("nx_place_show", context, data_dict)
    return place_view.describe_place(_find(str(tk.get_or_bust(data_dict, "code"))))


@tk.side_effect_free
def nx_place_compare(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The numbers of several places beside each other: those of one indicator, unit and period.

    :param codes: two to six codes or names, with commas between them
    :type codes: string

    :returns: ``places`` (``code``, ``name``), and ``rows``: ``indicator``, ``unit``, ``period``, ``values`` (one a
        place, null where there is none) and ``dataset``
    """
    tk.check_access("nx_place_compare", context, data_dict)
    given = data_dict.get("codes") or ""
    parts = given if isinstance(given, list) else str(given).split(",")
    codes = list(dict.fromkeys(_find(str(part), "codes") for part in parts if str(part).strip()))
    if not 2 <= len(codes) <= MOST_COMPARED:
        message = tk._("Name two to {most} places, with commas between them").format(most=MOST_COMPARED)
        raise tk.ValidationError({"codes": [message]})
    return place_view.compare_places(codes)


def _find(name: str, field: str = "") -> str:
    code = gazetteer.find_code(name)
    if not code:
        message = tk._("There is no place “{name}” in Ningxia").format(name=name[:60])
        if field:
            raise tk.ValidationError({field: [message]})
        raise tk.ObjectNotFound(message)
    return code
