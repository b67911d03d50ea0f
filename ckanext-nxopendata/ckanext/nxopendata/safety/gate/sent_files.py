"""Files that a reader sends with a case: examined before they are taken, as those of departments before publication."""

from __future__ import annotations

import logging
from pathlib import Path

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import join_words
from ckanext.nxopendata.safety.scanning import examination, messages
from ckanext.nxopendata.safety.scanning.malware import MalwareCheckError, find_malware
from ckanext.nxopendata.safety.walkers.result import FINDINGS

log = logging.getLogger(__name__)

HARMLESS = ("image", "no_text")
"""Reasons why a part was not read after which a person looks: what a picture or a scan shows."""


def find_objections(path: Path, name: str, is_public: bool) -> list[str]:
    """Return why a file is not taken: what it hides from examination, and of a public one what it must not show.

    Evidence may name persons: only those who take part in its case read it. Malware is never taken, and nothing is
    while the daemon that looks for it does not answer.
    """
    try:
        malware = find_malware(path)
    except MalwareCheckError as error:
        log.error("the malware daemon does not answer, a file of a reader is refused: %s", error)
        return [tk._("Files cannot be checked for malware at the moment, so none is taken. Try again later.")]
    report = examination.add_malware(examination.examine(path, name), malware)
    told = messages.to_words(report)
    hidden = [part["reason_text"] for part in told["unread"] if part["reason"] not in HARMLESS]
    is_shown = is_public and report.status == FINDINGS
    found = [finding["name"] for finding in told["findings"] if is_shown or examination.is_malware(finding["rule"])]
    if reasons := dict.fromkeys([*hidden, *found]):
        return [tk._("This file is not taken: {reasons}").format(reasons=join_words(reasons))]
    return []
