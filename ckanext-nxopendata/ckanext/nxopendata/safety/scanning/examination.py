"""Examination of a file by the rules in force, with the site's own key."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety.recognition.masking import keyed_hash
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.walkers import engine
from ckanext.nxopendata.safety.walkers.result import Finding, Report, decide_status

MALWARE = "malware"
"""Structure of the rule that malware falls under."""


def examine(path: Path, name: str, deadline: float | None = None) -> Report:
    """Return what stands in a file that a stranger sent.

    Args:
        name: what the file is called.
        deadline: until when somebody waits, by ``time.monotonic``; None for a worker.

    Raises:
        SandboxError: it is not done by the deadline.
    """
    seconds = tk.config["ckanext.nxopendata.safety.seconds"]
    return engine.examine_apart(
        engine.Task(str(path), name, in_force.read_files(), hash_key(), today(), seconds, deadline)
    )


def add_malware(report: Report, name: str) -> Report:
    """Return a report with what the malware daemon found; ``name`` is "" for nothing."""
    if not name:
        return report
    rule = next(rule for rule in in_force.rules().rules.values() if rule.structure == MALWARE)
    finding = Finding(rule.id, rule.level, rule.action, "", "", 1, name[:80], keyed_hash(hash_key(), rule.id, name))
    findings = [*report.findings, finding]
    return replace(report, findings=findings, status=decide_status(findings, report.unread))


def is_malware(number: int) -> bool:
    """Return whether a rule is the one that malware falls under."""
    rule = in_force.rules().rules.get(number)
    return rule is not None and rule.structure == MALWARE


def hash_key() -> bytes:
    """Return the key of the hashes of findings, derived from the site's secret."""
    return hashlib.sha256(f"nx safety findings\0{tk.config['SECRET_KEY']}".encode()).digest()
