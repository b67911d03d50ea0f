"""Template helpers of tasks and reports."""

from __future__ import annotations

from collections.abc import Mapping

import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from ckanext.nxopendata.register.reports import reporting_periods
from ckanext.nxopendata.register.reports.collection import FIGURES, REQUIRED, TEXTS

DEEDS: Mapping[str, LazyString] = {
    "ask": _("Asked for"),
    "update": _("Changed"),
    "submit": _("Handed in"),
    "return": _("Returned"),
    "progress": _("Progress"),
    "complete": _("Declared done"),
    "reopen": _("Opened again"),
    "collect": _("Counted"),
    "amend": _("Amended by the office"),
    "send": _("Sent to the unit"),
    "agree": _("No objection"),
    "object": _("Objected"),
    "reply": _("Replied"),
    "publish": _("Published"),
    "add": _("Added by the office"),
    "split": _("Split off"),
    "step": _("Step entered"),
    "step_done": _("Step done"),
    "step_open": _("Step not done after all"),
    "notice_supervision": _("Supervision notice"),
    "notice_rectification": _("Order to mend"),
    "notice_reply": _("Replied"),
    "notice_close": _("Notice closed"),
    "notice_return": _("Reply returned"),
    "create": _("Entered"),
    "close": _("Closed"),
}
"""What the log calls a deed -> how it reads."""


def nx_register_deed(action: str) -> str:
    """What was done to a task, a report, an evaluation or a finding, in words."""
    return str(DEEDS[action]) if action in DEEDS else action


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
        tk._("Platforms of cities and Ningdong to be connected"),
        tk._("of them connected"),
        tk._("Projects"),
        tk._("Datasets in the catalogue"),
        tk._("of them to be shared"),
        tk._("of them open"),
        tk._("of them overdue"),
        tk._("Systems that use shared data"),
        tk._("Cases of the year to be answered by now"),
        tk._("of them answered in time"),
        tk._("of them rated by the applicant"),
        tk._("of these rated 4 or 5"),
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
