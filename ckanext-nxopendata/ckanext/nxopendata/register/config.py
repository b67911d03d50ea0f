"""The options of the register, one typed reader an option; ``config_declaration.yaml`` describes them."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.catalogue import config as catalogue

PREFIX = "ckanext.nxopendata.register."

OFFICES = ("office", "audit", "development", "finance", "general_office", "establishment")
"""信息化建设办, 审计厅, 发展改革委, 财政厅, 办公厅, 编办: the options that name the supervising offices."""


def supervisor(office: str) -> str:
    """``ckanext.nxopendata.register.<office>``: the organisation that is one of :data:`OFFICES`; "" if none is."""
    name = tk.config[PREFIX + office]
    return name or (catalogue.supervising_organization() if office == "office" else "")


def cleanup_threshold(name: str) -> int:
    """A threshold of the clean-up: ``ckanext.nxopendata.register.zombie_<name>``."""
    return tk.config[f"{PREFIX}zombie_{name}"]


def funding_from() -> dt.date:
    """``ckanext.nxopendata.register.funding_from``: from when an unconnected system gets no operation funds."""
    return dt.date.fromisoformat(tk.config[PREFIX + "funding_from"])


def connections_file() -> str:
    """``ckanext.nxopendata.register.connections_file``: the operator's list of connections; "" for the one shipped."""
    return tk.config[PREFIX + "connections_file"]


def reports_excused() -> frozenset[str]:
    """``ckanext.nxopendata.register.reports_excused``: the organisations (names) that do not report."""
    return frozenset(tk.config[PREFIX + "reports_excused"])


def evaluation(name: str) -> int:
    """``ckanext.nxopendata.register.evaluation_<name>``: ``answer_days`` and ``feedback_days``, working days."""
    return tk.config[f"{PREFIX}evaluation_{name}"]


def audit_answer_days() -> int:
    """``ckanext.nxopendata.register.audit_answer_days``: working days in which a unit replies to a finding."""
    return tk.config[PREFIX + "audit_answer_days"]
