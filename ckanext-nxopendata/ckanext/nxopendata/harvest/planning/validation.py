"""Validate what a plan will write by the rules of writing, so that plan, dry run and result agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.lib.plugins as lib_plugins
import sqlalchemy as sa
from ckan import model
from flask_babel import force_locale

from ckanext.nxopendata.bulk_write import navl_schema, rows, validation
from ckanext.nxopendata.catalogue.schema import checks as catalogue_checks
from ckanext.nxopendata.core.batch_memo import memo_scope
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.models import Json
from ckanext.nxopendata.harvest.planning import checks

FINDINGS = "nx_findings"
"""Key of the context: warnings of the catalogue's rules."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of a dataset.

    Attributes:
        data: The dataset without the fields that were refused and that it can do without.
        problems: Findings: the fields that were left out, or why it is refused.
        refused: Whether it cannot be written.
    """

    data: Json
    problems: list[Problem]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dataset that would be written, and the record that it comes from."""

    data: Json
    guid: str
    position: str


def judge(candidates: Sequence[Candidate], user: str) -> list[Judged]:
    """Validate datasets as a writer would, each beside the others and beside those of the portal.

    Args:
        candidates: What would be written.
        user: Name of a sysadmin, on whose behalf it would be.
    """
    if not candidates:
        return []
    ids = [candidate.data["id"] for candidate in candidates]
    packages = {
        package.id: package
        for package in model.Session.scalars(sa.select(model.Package).where(model.Package.id.in_(ids)))
    }
    titled = [{**candidate.data, "title": _title(candidate.data)} for candidate in candidates]
    context: Any = {
        "user": user,
        "ignore_auth": True,
        "session": model.Session,
        "model": model,
        catalogue_checks.EQUAL_TITLES: True,
        catalogue_checks.JUDGED: True,
    }
    with model.Session.no_autoflush, memo_scope(ids):
        batch = context[catalogue_checks.BATCH] = catalogue_checks.prepare(titled)
        owners = rows.find_resource_owners(titled)
        result = []
        for candidate, data in zip(candidates, titled, strict=True):
            free = all(owners.get(file["id"], data["id"]) == data["id"] for file in data["resources"])
            own = {FINDINGS: [], navl_schema.KNOWN_FREE: free}
            result.append(_judge(candidate, data, packages.get(data["id"]), context | own))
            if not result[-1].refused:
                batch.add(data)
    return result


def errors_in_english(data: Json, user: str) -> Mapping[str, Any]:
    """Return what the rules refuse in a dataset that is being written, as an English reader is to see it."""
    context: Any = {
        "user": user,
        "ignore_auth": True,
        "session": model.Session,
        "model": model,
        catalogue_checks.JUDGED: True,
    }
    with model.Session.no_autoflush:
        return _in_english(data, model.Session.get(model.Package, data["id"]), context)


def _judge(candidate: Candidate, data: Json, package: model.Package | None, context: Any) -> Judged:
    guid, position = candidate.guid, candidate.position
    errors = _validate(data, package, context)
    repeated = {"title_translated": [""]} if _is_title_repeated(context) else {}
    told = checks.left_out_problems(repeated, candidate.data, guid, position)
    if not errors:
        return Judged(candidate.data, told)
    less = checks.leave_out(data, errors)
    if fatal := _validate(less, package, context):
        english = _in_english(less, package, context)
        return Judged(candidate.data, checks.validation_problems(fatal, guid, position, english), refused=True)
    told += checks.left_out_problems(errors, candidate.data, guid, position, _in_english(data, package, context))
    return Judged({key: value for key, value in less.items() if key in candidate.data}, told)


def _validate(data: Json, package: model.Package | None, context: Any) -> Mapping[str, Any]:
    plugin = lib_plugins.lookup_package_plugin("dataset")
    given = {**data, "name": package.name if package else f"nx-plan-{data['id']}"}
    given["resources"] = [dict(file) for file in data.get("resources", ())]
    if package:
        context = context | {"package": package}
    return validation.validate(plugin, context, given, "package_update" if package else "package_create")[1]


def _in_english(data: Json, package: model.Package | None, context: Any) -> Mapping[str, Any]:
    """Return the same errors as an English reader is to see them."""
    with force_locale("en"):
        return _validate(data, package, context)


def _is_title_repeated(context: Mapping[str, Any]) -> bool:
    return any(finding.code == "title_taken" for finding in context[FINDINGS])


def _title(data: Mapping[str, Any]) -> str:
    return data.get("title_translated", {}).get("zh", "")
