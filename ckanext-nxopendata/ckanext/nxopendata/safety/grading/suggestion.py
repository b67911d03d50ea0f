"""The grade that a scan suggests for a dataset and its columns (GB/T 43697-2024), with its reasons; people decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.safety.scanning import jobs, messages, verdicts
from ckanext.nxopendata.safety.scanning.verdicts import Standing

IMPORTANT = ("国家秘密信号", "地理信息/重要地理信息", "地理信息/高程")
"""Beginnings of the classes of what may be important data; state secrets themselves are outside the standard."""


def suggest(package: model.Package) -> dict[str, Any]:
    """Return the strictest grade of all files: ``level``, ``general_level``, ``class``, ``reasons``, ``columns``."""
    gravest, important, classes = 1, False, dict[str, int]()
    reasons: list[str] = []
    columns: dict[str, int] = {}
    for resource in package.resources:
        standing = verdicts.find_standing(jobs.describe(resource), examine=False)
        for finding in standing.verdict.report["findings"] if standing.verdict is not None else ():
            rule = messages.find_rule(finding["rule"])
            category = rule.category if rule is not None else ""
            important |= category.startswith(IMPORTANT)
            gravest = max(gravest, finding["level"])
            classes[category] = max(classes.get(category, 0), finding["level"])
            columns[finding["place"]] = max(columns.get(finding["place"], 0), finding["level"])
            reasons.append(_explain(resource.name or "", finding))
        if _knows_people(standing):
            gravest = max(gravest, 3)
            reasons.append(messages.describe_anonymity(resource.name or "", standing.anonymity))  # pyright: ignore[reportArgumentType]
    return {
        "level": "2" if important else "1",
        "general_level": "" if important else str(gravest),
        "class": max(classes, key=lambda name: classes[name], default=""),
        "reasons": list(dict.fromkeys(reasons)),
        "columns": {place: str(level) for place, level in columns.items() if place},
    }


def _knows_people(standing: Standing) -> bool:
    return standing.anonymity is not None and not standing.anonymity.suffices


def _explain(file: str, finding: Mapping[str, Any]) -> str:
    return tk._("{file}: {name}, {place}, level {level}").format(
        file=file,
        name=messages.name_rule(finding["rule"]),
        place=messages.describe_place(finding["place"]) or "–",
        level=finding["level"],
    )
