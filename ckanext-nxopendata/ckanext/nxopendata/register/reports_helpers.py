"""Template helpers of tasks and reports."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.register.reports import FIGURES, TEXTS

__all__ = ["nx_report_figures", "nx_report_texts"]


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
        tk._("Tasks of the plan"),
        tk._("of them done"),
    )
    return dict(zip(FIGURES, labels, strict=True))


def nx_report_texts() -> dict[str, str]:
    """The texts of a report and their labels."""
    labels = (
        tk._("Progress made"),
        tk._("Problems met"),
        tk._("Next steps"),
        tk._("Filled in by"),
        tk._("Telephone"),
    )
    return dict(zip(TEXTS, labels, strict=True))
