"""How many people must be alike in a file before it may be given away, by the kind of opening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

OPEN, CLOSED = "1", "0"


def find_threshold(dataset: Mapping[str, Any]) -> int:
    """Return the least k of the files of a dataset.

    Args:
        dataset: its fields ``nx_is_open`` and ``nx_open_condition``; one that does not say whether it is open counts as
            open without conditions.
    """
    if dataset.get("nx_is_open") == CLOSED:
        return _read("k_shared")
    return _read("k_conditional" if dataset.get("nx_open_condition") else "k_unconditional")


def select_threshold() -> sa.ColumnElement[int]:
    """Return the same for a query that has CKAN's datasets in it."""
    extras = model.Package.extras
    condition = sa.func.coalesce(extras["nx_open_condition"].astext, "")
    return sa.case(
        (extras["nx_is_open"].astext == CLOSED, _read("k_shared")),
        (condition != "", _read("k_conditional")),
        else_=_read("k_unconditional"),
    )


def _read(name: str) -> int:
    return int(tk.config[f"ckanext.nxopendata.safety.{name}"])
