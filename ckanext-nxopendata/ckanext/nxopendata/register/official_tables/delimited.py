"""An official table as CSV: the same lines, UTF-8 with a byte order mark. Plain module."""

from __future__ import annotations

from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.register.official_tables.content import Table


def text(table: Table) -> bytes:
    """The table; no cell can run as a formula."""
    return csv_out.to_bytes(table.lines())
