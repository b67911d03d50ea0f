"""The series of the statistics page: growth, freshness and use. Each is a table first, and drawn from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from markupsafe import Markup

from ckanext.nxopendata.portal.usage import usage_store
from ckanext.nxopendata.review.overdue import overdue_updates
from ckanext.nxopendata.tables.charts import canvas, drawing

MONTHS = 36


@dataclass(frozen=True, slots=True)
class Series:
    """A table: ``columns`` are its headings, the first that of the row names; ``kind`` is how to draw it."""

    field: str
    title: str
    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


def count_growth() -> Series:
    """Public datasets and their files at the end of each month, and those new in it."""
    package = model.Package
    month = sa.func.to_char(package.metadata_created, "YYYY-MM")
    public = sa.and_(package.state == "active", package.private.is_(False), package.type == "dataset")
    query = sa.select(month, sa.func.count()).where(public).group_by(month).order_by(month)
    total, rows = 0, []
    for when, number in model.Session.execute(query):
        total += number
        rows.append((when, total, number))
    columns = (tk._("Month"), tk._("Datasets in all"), tk._("New in the month"))
    return Series("growth", tk._("Growth"), "line", columns, tuple(rows[-MONTHS:]))


def count_freshness(total: int) -> Series:
    """How many of the ``total`` public datasets were updated in time, are overdue, or have no fixed cycle."""
    yesterday = (usage_store.today() - dt.timedelta(days=1)).isoformat()
    overdue = _number(f"{overdue_updates.FIELD}:[* TO {yesterday}T00:00:00Z]")
    dated = _number(f"{overdue_updates.FIELD}:[* TO *]")
    rows = (
        (tk._("Updated in time"), dated - overdue),
        (tk._("Overdue"), overdue),
        (tk._("Without a fixed cycle"), max(total - dated, 0)),
    )
    return Series("freshness", tk._("Freshness"), "bar", (tk._("State"), tk._("Datasets")), rows)


def count_use() -> Series:
    """Views, downloads and API calls by month."""
    months: dict[str, dict[str, int]] = {}
    for when, kind, number in usage_store.count_by_month(MONTHS):
        counts = months.setdefault(when, {})
        kind = "download" if kind == "bulk" else kind
        counts[kind] = counts.get(kind, 0) + number
    rows = tuple(
        (when, *(counts.get(kind, 0) for kind in ("view", "download", "api"))) for when, counts in months.items()
    )
    columns = (tk._("Month"), tk._("Times viewed"), tk._("Downloads"), tk._("API calls"))
    return Series("use", tk._("Use"), "line", columns, rows)


def draw(title: str, kind: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Markup | str:
    """Return the picture of a series; "" where there is nothing to draw."""
    if not rows:
        return ""
    groups = [str(row[0]) for row in rows]
    lines = [(str(name), [float(row[place]) for row in rows]) for place, name in enumerate(columns[1:], 1)]
    times = groups if kind == "line" else ()
    unit = columns[1] if len(columns) == 2 else ""
    plot = canvas.Plot(kind, title, columns[0], str(unit), groups, lines, times=times)
    return Markup(drawing.draw(plot, fluid=True))  # noqa: S704  each text in it is escaped


def _number(query: str) -> int:
    search = {"fq": f'+capacity:"public" +dataset_type:dataset +{query}', "rows": 0, "facet": "false"}
    return tk.get_action("package_search")({"user": ""}, search)["count"]
