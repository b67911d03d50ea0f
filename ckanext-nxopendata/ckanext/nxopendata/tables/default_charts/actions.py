"""Actions: the chart that stands first on the page of a dataset."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.tables import table_lookup
from ckanext.nxopendata.tables.charts import data, token
from ckanext.nxopendata.tables.default_charts import choosing, models


@tk.side_effect_free
def nx_table_default_chart_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The chart that the page of the dataset shows of a file.

    :param id: the id of the file (resource)
    :type id: string

    :returns: ``id``, ``choice`` (``rules``: the site chooses by what the columns are for; ``none``: no chart is shown;
        ``chart``: the department chose one), ``chart`` (its id, as in ``/c/…``; "" for none), ``title`` and ``reason``
        (why the rules find none, or why the chosen chart can no longer be drawn)
    """
    resource_id = str(tk.get_or_bust(data_dict, "id"))
    tk.check_access("nx_table_default_chart_show", context, {"id": resource_id})
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        raise tk.ObjectNotFound(tk._("This file has no table"))
    found = choosing.choose(resource_id, columns, table_lookup.get_facts(resource_id, columns))
    return {
        "id": resource_id,
        "choice": found.choice,
        "chart": found.chart_id,
        "title": found.chart.plot.title if found.chart else "",
        "reason": found.reason,
    }


def nx_table_default_chart_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Choose the chart that the page of the dataset shows of a file. The choice holds for later versions of the file.

    :param id: the id of the file (resource)
    :type id: string
    :param chart: id or address of a chart of this file (``/c/…``); ``none`` to show no chart; ``rules`` to let the site
        choose
    :type chart: string

    :returns: as ``nx_table_default_chart_show``
    """
    resource_id, chosen = map(str, tk.get_or_bust(data_dict, ["id", "chart"]))
    tk.check_access("nx_table_default_chart_update", context, {"id": resource_id})
    if chosen not in (models.RULES, models.NONE):
        chosen = chosen.rstrip("/").rpartition("/c/")[2]
        _check(resource_id, chosen)
    models.write_choice(resource_id, chosen, str(context.get("user") or ""))
    model.Session.commit()
    return tk.get_action("nx_table_default_chart_show")(tk.fresh_context(context), {"id": resource_id})


def _check(resource_id: str, chart_id: str) -> None:
    """Refuse what is no chart of the file.

    Raises:
        ValidationError: ``chart`` says why.
    """
    try:
        spec = token.from_token(chart_id)
        if spec.resource_id != resource_id:
            raise tk.ValidationError({"chart": [tk._("This chart is of another file")]})
        data.read_chart(spec)
    except token.TokenError:
        raise tk.ValidationError({"chart": [tk._("There is no such chart")]}) from None
    except data.NoChartError as problem:
        raise tk.ValidationError({"chart": [problem.message]}) from None
