"""Findings in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.safety.privacy.assessment import Anonymity
from ckanext.nxopendata.safety.recognition import rule as model
from ckanext.nxopendata.safety.recognition.rule import Rule
from ckanext.nxopendata.safety.rules import in_force, loading
from ckanext.nxopendata.safety.walkers import result


def describe_status(status: str) -> str:
    """Return what a status means."""
    return {
        result.CLEAN: tk._("Nothing found that keeps it from the public"),
        result.FINDINGS: tk._("Something found that keeps it from the public"),
        result.UNREADABLE: tk._("Not fully readable: a person decides"),
    }.get(status, tk._("Not checked yet"))


def describe_action(action: str) -> str:
    """Return what follows from a finding."""
    return {
        model.BLOCK: tk._("must not become public"),
        model.SIGN: tk._("becomes public only after sign-off"),
        model.WARN: tk._("look at it"),
        model.NOTE: tk._("for information"),
    }[action]


def describe_reason(reason: str) -> str:
    """Return why a part could not be read."""
    return {
        "encrypted": tk._("It is encrypted."),
        "damaged": tk._("It is damaged, or holds what does not belong to it."),
        "format": tk._("Its format cannot be read here."),
        "image": tk._("It is a picture; what it shows, a person must look at."),
        "no_text": tk._("The page has no text, such as a scan."),
        "encoding": tk._("Its encoding is not known."),
        "columns": tk._("It has too many columns."),
        "case_numbers": tk._("It looks like case numbers, but identity numbers among them cannot be told apart."),
        "depth": tk._("It is nested too deep."),
        "ratio": tk._("It unpacks to far more than it is: perhaps a bomb."),
    }.get(reason, tk._("It is too large to be read."))


def describe_anonymity(file: str, anonymity: Anonymity) -> str:
    """Return why a file needs a sign-off in which people can be known again."""
    if not anonymity.k:
        return tk._("File “{file}” speaks of single people and could not be measured: a person decides.").format(
            file=file
        )
    return tk._(
        "File “{file}” does not hide the people in it: only {k} are alike, at least {threshold} must be. "
        "Treat it, or ask for a sign-off on its page “Safety check”."
    ).format(file=file, k=anonymity.k, threshold=anonymity.threshold)


def describe_treatment(treatment: str) -> str:
    """Return what is proposed against a finding."""
    return {
        "mask": tk._("Mask the values, such as 640104********0014."),
        "generalise": tk._("Make the values coarser: year, county, age group."),
        "suppress": tk._("Remove the text from the file, do not only cover it."),
        "pseudonym": tk._("Replace the values by keyed pseudonyms."),
        "round": tk._("Round the values."),
        "drop": tk._("Remove the column."),
    }.get(treatment, tk._("Remove it, or ask for a sign-off."))


def name_rule(number: int) -> str:
    """Return the name of a rule in the reader's language."""
    rule = find_rule(number)
    language = "en" if reader_language() == "en" else "zh"
    return rule.name[language] if rule else str(number)


def find_rule(number: int) -> Rule | None:
    """Return a rule that is in force; None for one that is no more."""
    return loading.built_in().rules.get(number) or in_force.rules().rules.get(number)


def describe_place(place: str) -> str:
    """Return a place as people read it."""
    return place.replace("(veryHidden)", tk._("(deeply hidden sheet)")).replace("(hidden)", tk._("(hidden sheet)"))


def summarise(report: Mapping[str, Any]) -> list[str]:
    """Return what keeps a file from the public, one phrase a rule and place, or part that was not read."""
    closing = [finding for finding in report["findings"] if finding["action"] in model.CLOSING]
    phrases = [
        " ".join(filter(None, (name_rule(finding["rule"]), describe_place(finding["place"]), f"×{finding['count']}")))
        for finding in closing
    ]
    unread = [f"{describe_place(part['place'])} {describe_reason(part['reason'])}".strip() for part in report["unread"]]
    return phrases + unread


def to_words(report: result.Report) -> dict[str, Any]:
    """Return a report with everything in words beside its codes."""
    findings = []
    for finding in report.findings:
        rule = find_rule(finding.rule)
        findings.append(
            {
                "rule": finding.rule,
                "name": name_rule(finding.rule),
                "level": finding.level,
                "action": finding.action,
                "action_text": describe_action(finding.action),
                "place": describe_place(finding.place),
                "first": finding.first,
                "count": finding.count,
                "sample": finding.sample,
                "hash": finding.hash,
                "basis": rule.basis if rule else "",
                "advice": describe_treatment(rule.treatment) if rule else "",
            }
        )
    return {
        "status": report.status,
        "status_text": describe_status(report.status),
        "version": report.version,
        "findings": findings,
        "unread": [
            {"place": describe_place(part.place), "reason": part.reason, "reason_text": describe_reason(part.reason)}
            for part in report.unread
        ],
        "bytes": report.bytes,
        "seconds": report.seconds,
    }
