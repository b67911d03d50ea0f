"""An official table as CSV: the same lines, UTF-8 with a byte order mark. Plain module."""

from __future__ import annotations

import csv
import io

from ckanext.nxopendata.core.tabular.csv_safety import safe
from ckanext.nxopendata.register.official_tables.content import Table


def text(table: Table) -> bytes:
    """The table; no cell can run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    for line in table.lines():
        writer.writerow([safe(cell) for cell in line])
    return out.getvalue().encode("utf-8-sig")
