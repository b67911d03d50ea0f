"""The portal's own checks on what a source says: licences, validation messages."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from functools import cache
from typing import Any

from ckan import model

from ckanext.nxopendata.core.errors.validation import Path, flatten_errors
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.planning.dataset_builder import LicenceReader
from ckanext.nxopendata.licences import registry


def licence_reader() -> LicenceReader:
    """Return a function that reads a licence as departments write it, by the table of spellings; never by a guess."""
    known = model.Package.get_license_register()
    recognise = registry.normaliser()

    @cache
    def read(written: str) -> str | None:
        licence = recognise(written).id
        return licence if licence and licence in known else None

    return read


def validation_problems(
    errors: Mapping[str, Any], guid: str, position: str, english: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Return a finding for each message of a validation, with the path of its field.

    Args:
        errors: In the site's language.
        guid: Identifier of the record.
        position: Where it stands.
        english: The same in English, if it was asked for.
    """
    other = [message for _, message in flatten_errors(english)] if english else []
    told = list(flatten_errors(errors))
    if len(other) != len(told):
        other = [message for _, message in told]
    return [
        Problem(
            "not_valid",
            guid=guid,
            position=position,
            field=_path(path),
            params={"message": message} | ({"message@en": english_one} if english_one != message else {}),
        )
        for (path, message), english_one in zip(told, other, strict=True)
    ]


REQUIRED = frozenset(
    {"id", "name", "title", "title_translated", "notes_translated", "owner_org", "resources", "extras"}
)
"""Fields without which there is no dataset; of a file those that say which one it is."""


def leave_out(data: Mapping[str, Any], errors: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dataset without the fields that a validation refused and that it can do without."""
    less = {key: value for key, value in data.items() if key not in errors or key in REQUIRED}
    refused = errors.get("resources") or ()
    if any(isinstance(entry, Mapping) and entry for entry in refused) and isinstance(refused, list):
        less["resources"] = [
            {key: value for key, value in file.items() if key in ("id", "url", "name") or key not in (wrong or {})}
            | ({"url": ""} if isinstance(wrong, Mapping) and "url" in wrong else {})
            for file, wrong in itertools.zip_longest(data.get("resources", ()), refused, fillvalue={})
        ]
    return less


def left_out_problems(
    errors: Mapping[str, Any],
    data: Mapping[str, Any],
    guid: str,
    position: str,
    english: Mapping[str, Any] | None = None,
) -> list[Problem]:
    """Return a finding for each field that was left out, and for a title that the provider has already."""
    return [
        dataclasses.replace(
            problem,
            code="title_repeated" if problem.field.startswith("title") else "field_left_out",
            params={**problem.params, "title": data.get("title_translated", {}).get("zh", "")},
            refuses=False,
        )
        for problem in validation_problems(errors, guid, position, english)
    ]


def deleted_problem(guid: str, position: str) -> Problem:
    """Make the finding that a person deleted the dataset in the portal; the harvest does not bring it back."""
    return Problem("dataset_deleted", guid=guid, position=position, refuses=False)


def _path(path: Path) -> str:
    """Return a path as people write it: ``resources[1].url``, numbers from 1."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
