"""Template helpers of tasks and reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.register.reports import reporting_periods
from ckanext.nxopendata.register.reports.collection import FIGURES, REQUIRED, TEXTS

DEEDS: Mapping[str, Callable[[], str]] = {
    "ask": lambda: tk._("Asked for"),
    "update": lambda: tk._("Changed"),
    "submit": lambda: tk._("Submitted"),
    "return": lambda: tk._("Returned"),
    "progress": lambda: tk._("Progress"),
    "complete": lambda: tk._("Declared done"),
    "reopen": lambda: tk._("Opened again"),
    "collect": lambda: tk._("Counted"),
    "amend": lambda: tk._("Amended by the office"),
    "send": lambda: tk._("Sent to the unit"),
    "agree": lambda: tk._("No objection"),
    "object": lambda: tk._("Objected"),
    "reply": lambda: tk._("Replied"),
    "publish": lambda: tk._("Published"),
    "create": lambda: tk._("Entered"),
    "close": lambda: tk._("Closed"),
}
"""What the log calls a deed -> how it reads, translated when called."""


def nx_register_deed(action: str) -> str:
    """What was done to a task, a report, an evaluation or a finding, in words."""
    return DEEDS[action]() if action in DEEDS else action


def nx_report_figures() -> dict[str, str]:
    """The figures of a report and their labels."""
    labels = (
        tk._("Systems in use"),
        tk._("of them to be kept"),
        tk._("of them to be integrated"),
        tk._("of them to be cleared away"),
        tk._("Systems disposed of or merged"),
        tk._("Systems to be connected to the exchange platform"),
        tk._("of them connected"),
        tk._("Projects"),
        tk._("Datasets in the catalogue"),
        tk._("of them to be shared"),
        tk._("of them open"),
        tk._("of them overdue"),
        tk._("Systems that use shared data"),
        tk._("Tasks of the plan"),
        tk._("of them done"),
    )
    return dict(zip(FIGURES, labels, strict=True))


def nx_report_texts(kind: str = reporting_periods.MONTHLY) -> dict[str, str]:
    """The texts of a report of a kind and their labels."""
    labels = {
        "progress": tk._("Progress made"),
        "catalogue": tk._("Catalogue of information resources"),
        "connection": tk._("Connection of systems to the platform"),
        "sharing": tk._("Data shared, and working together by it"),
        "problems": tk._("Problems met"),
        "next": tk._("Next steps"),
        "filler": tk._("Filled in by"),
        "phone": tk._("Telephone"),
    }
    return {name: labels[name] for name in TEXTS[kind]}


def nx_report_required(name: str) -> bool:
    """Whether a report is not submitted without this text."""
    return name in REQUIRED
