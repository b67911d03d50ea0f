"""The recipe that is proposed for a file: what its findings advise, and coarser values for what tells people apart."""

from __future__ import annotations

from collections.abc import Sequence

from ckan import model

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import quasi_identifiers, thresholds
from ckanext.nxopendata.safety.scanning import jobs, messages, verdicts
from ckanext.nxopendata.safety.treatment import recipe
from ckanext.nxopendata.safety.treatment.recipe import Recipe, Step


def propose(resource: model.Resource, columns: Sequence[str]) -> Recipe:
    """Return a recipe for a file with these columns."""
    found = quasi_identifiers.suggest(columns)
    privacy = models.read_privacy(resource.id)
    chosen = [name for name in (privacy.quasi if privacy else ()) if name in columns and name not in found.quasi]
    sensitive = [name for name in columns if name in (*found.sensitive, *(privacy.sensitive if privacy else ()))]
    steps: dict[str, str] = {}
    standing = verdicts.find_standing(jobs.describe(resource), examine=False)
    for finding in standing.verdict.report["findings"] if standing.verdict is not None else ():
        rule = messages.find_rule(finding["rule"])
        advice = recipe.OF_ADVICE.get(rule.treatment, "") if rule is not None else ""
        for column in columns:
            if column in finding["place"] and advice and column not in found.quasi:
                steps.setdefault(column, advice)
    for column, kind in found.quasi.items():
        if kind in recipe.OF_QUASI:
            steps[column] = recipe.OF_QUASI[kind]
    package = resource.package
    quasi = (*found.quasi, *chosen) if found.is_about_persons or chosen else ()
    return Recipe(
        tuple(Step(column, kind, float(recipe.DEFAULTS.get(kind, 0))) for column, kind in steps.items()),
        tuple(name for name in quasi if steps.get(name) not in ("drop", "suppress")),
        tuple(name for name in sensitive if name not in quasi),
        thresholds.find_threshold((package.extras or {}) if package is not None else {}) if quasi else 0,
    )
