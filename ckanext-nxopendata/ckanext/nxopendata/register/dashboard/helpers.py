"""Template helpers of the dashboards."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def nx_dashboard_kinds() -> dict[str, str]:
    """What is asked for or overdue, in words."""
    return {
        "monthly": tk._("Monthly report"),
        "annual": tk._("Annual report"),
        "verdict": tk._("Proposal to clear away"),
        "finding": tk._("Finding of the audit"),
        "evaluation": tk._("Draft of the evaluation"),
        "objection": tk._("Objection to the evaluation"),
        "review": tk._("Review"),
        "dataset": tk._("Dataset to update"),
        "task": tk._("Task of the plan"),
        "connection": tk._("System to connect"),
        "platform": tk._("Platform of a city to connect"),
    }
