"""Collect what the subjects of a room offer to CKAN, so that a new subject is a folder and one name in ``SUBJECTS``.

A subject is a package with some of these drawers: ``actions``, ``chained`` (CKAN's own actions, changed), ``auth``,
``helpers``, ``validators``, ``views``, ``cli``, ``scheduled_tasks``. A drawer offers its functions whose names begin
with ``nx_``, and those that chain CKAN's own; ``views`` offers its blueprints; ``cli`` hangs its commands under
``ckan nx`` by decorators (``@nx.group``); ``scheduled_tasks`` has a function ``schedule_tasks``. An ``auth`` drawer
may also hold a table ``AUTH`` of auth functions by name. A room that is one subject names itself:
``SUBJECTS = (following,)``.

Each function here but :func:`start_tasks` returns a callable for ``tk.blanket``, which asks when the plugin is used.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import click
from flask import Blueprint

from ckanext.nxopendata.core import background, display, file_access, params, scheduler
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.core.file_access.interfaces import IFileAccess

Functions = dict[str, Callable[..., Any]]


def actions(subjects: Iterable[ModuleType]) -> Callable[[], Functions]:
    """Return the actions of all subjects by name, guarded against names and numbers that cannot be looked up."""
    return lambda: {name: params.guard(action) for name, action in _functions(subjects, "actions", "chained").items()}


def auth_functions(subjects: Iterable[ModuleType]) -> Callable[[], Functions]:
    """Return the auth functions of all subjects by name, those of their ``AUTH`` tables included.

    Those of ours that do not say that everybody may (``auth_allow_anonymous_access``) are for people with a name.
    """
    return lambda: {
        name: _require_name(name, function)
        for name, function in _functions([*_file_doors(subjects), *subjects], "auth").items()
    }


def _file_doors(subjects: Iterable[ModuleType]) -> list[ModuleType]:
    """The doors of files, for the first plugin that knows a condition: no site lacks them or has them twice."""
    first = next(iter(p.PluginImplementations(IFileAccess)), None)
    is_first = first is not None and getattr(inspect.getmodule(type(first)), "SUBJECTS", None) is subjects
    return [file_access] if is_first else []


def _require_name(name: str, auth: Callable[..., Any]) -> Callable[..., Any]:
    """Return an auth function that refuses visitors.

    CKAN 2.12.0 means to do so, but in calls of the API takes its object for a visitor, which is true, for a person.
    """
    if not name.startswith("nx_") or getattr(auth, "auth_allow_anonymous_access", False):
        return auth

    @functools.wraps(auth)
    def for_people(context: Any, data_dict: Any = None) -> Any:
        if getattr(context.get("auth_user_obj"), "is_anonymous", False):
            return {"success": False, "msg": tk._("Log in to do this")}
        return auth(context, data_dict)

    return for_people


def helpers(subjects: Iterable[ModuleType]) -> Callable[[], Functions]:
    """Return the template helpers of all subjects by name, and those that every room's pages use."""
    return lambda: _functions([display, file_access, *subjects], "helpers")


def validators(subjects: Iterable[ModuleType]) -> Callable[[], Functions]:
    """Return the navl validators of all subjects by name."""
    return lambda: _functions(subjects, "validators")


def blueprints(subjects: Iterable[ModuleType]) -> Callable[[], list[Blueprint]]:
    """Return the blueprints of all subjects, in the order in which their modules define them."""
    return lambda: [
        value
        for module in _drawers([*_file_doors(subjects), *subjects], "views")
        for value in vars(module).values()
        if isinstance(value, Blueprint) and value.import_name == module.__name__
    ]


def commands(subjects: Iterable[ModuleType]) -> Callable[[], list[click.Command]]:
    """Return ``ckan nx``, with the commands of all subjects: importing a drawer ``cli`` hangs its commands there."""

    def collect() -> list[click.Command]:
        list(_drawers([background, *subjects], "cli"))
        return [nx]

    return collect


def start_tasks(subjects: Iterable[ModuleType]) -> None:
    """Schedule the tasks of all subjects, and see to it that the timer runs; for ``IConfigurable.configure``."""
    for module in _drawers([background, *subjects], "scheduled_tasks"):
        module.schedule_tasks()
    scheduler.start()


CHAINED = "chained_action", "chained_auth_function"
"""What CKAN marks functions with that are called with the one they replace."""


def _functions(subjects: Iterable[ModuleType], *drawers: str) -> Functions:
    collected: Functions = {}
    for module in (module for drawer in drawers for module in _drawers(subjects, drawer)):
        offered = {name: value for name, value in vars(module).items() if _is_offered(name, value, module)}
        offered |= getattr(module, "AUTH", {}) if "auth" in drawers else {}
        if not p.plugin_loaded("datastore"):  # CKAN refuses a chain without a first link
            offered = {name: value for name, value in offered.items() if not name.startswith("datastore_")}
        if twice := collected.keys() & offered.keys():
            raise ValueError(f"{module.__name__} offers what another subject offers: {', '.join(sorted(twice))}")
        collected |= offered
    return collected


def _is_offered(name: str, value: Any, module: ModuleType) -> bool:
    if not inspect.isfunction(value) or value.__module__ != module.__name__:
        return False
    return name.startswith("nx_") or any(getattr(value, mark, False) for mark in CHAINED)


def _drawers(subjects: Iterable[ModuleType], drawer: str) -> Iterator[ModuleType]:
    for subject in subjects:
        name = f"{subject.__name__}.{drawer}"
        if importlib.util.find_spec(name):
            yield importlib.import_module(name)
