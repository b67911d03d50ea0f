"""Actions of the calendar that deadlines go by."""

from __future__ import annotations

import csv
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core.calendar import holidays, workdays
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review.calendar import schema


@tk.side_effect_free
def nx_workdays_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The calendar that deadlines go by.

    :returns: ``csv`` (lines of ``day,working,name``), ``days`` (the same: ``day``, ``working``, ``name`` each),
        ``own`` (whether it was edited in the site), ``years`` that it has, ``missing`` (of this year and the next,
        those it lacks: there, weekends alone count as free)
    """
    tk.check_access("nx_workdays_show", context, data_dict)
    found, this_year, table = holidays.calendar(), today().year, holidays.text()
    missing = [year for year in (this_year, this_year + 1) if not found.knows(year)]
    years = sorted({day.year for day in found.exceptions})
    days = [
        {"day": row["day"].strip(), "working": row["working"].strip() == "1", "name": (row.get("name") or "").strip()}
        for row in csv.DictReader(table.splitlines())
    ]
    return {"csv": table, "days": days, "own": holidays.is_kept_in_site(), "years": years, "missing": missing}


@validate(schema.calendar)
def nx_workdays_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Replace the calendar of holidays and worked weekends. For the supervising office and system administrators.

    :param csv: the whole table, lines of ``day,working,name`` with this heading; empty: the file's table again

    :returns: as :func:`nx_workdays_show`
    """
    tk.check_access("nx_workdays_update", context, data_dict)
    try:
        holidays.save(data_dict.get("csv") or "")
    except workdays.CalendarHeadingError:
        raise tk.ValidationError({"csv": [tk._('Begin with the heading "day,working,name"')]}) from None
    except workdays.CalendarError as problem:
        text = tk._("Line {line}: write the day, 1 (worked) or 0 (free) and a name, such as 2026-10-01,0,National Day")
        raise tk.ValidationError({"csv": [text.format(line=problem.line)]}) from None
    return nx_workdays_show(context, {})
