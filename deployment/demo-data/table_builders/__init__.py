"""The tables of the demo data by name: every function here that returns a :class:`~tables.Table`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from tables import Table

from table_builders import population, poverty_exit, statistics_bureau, tourism, yinchuan


def _returns_table(function: Callable[..., Any]) -> bool:
    return inspect.signature(function).return_annotation in (Table, "Table")


BUILDERS: dict[str, Callable[..., Table]] = {
    name: function
    for module in (population, statistics_bureau, tourism, poverty_exit, yinchuan)
    for name, function in vars(module).items()
    if inspect.isfunction(function) and function.__module__ == module.__name__ and _returns_table(function)
}


def build(reference: str | dict[str, Any]) -> Table:
    """Make the table that a catalogue names.

    Args:
        reference: the builder's name, or ``{build: name, where: {column: value or values}, argument: value, ...}``.

    Raises:
        KeyError: there is no builder of that name.
    """
    if isinstance(reference, str):
        return BUILDERS[reference]()
    arguments = dict(reference)
    table = BUILDERS[arguments.pop("build")](**{k: v for k, v in arguments.items() if k != "where"})
    for column, values in arguments.get("where", {}).items():
        table = table.where(column, *(values if isinstance(values, list) else [values]))
    return table
