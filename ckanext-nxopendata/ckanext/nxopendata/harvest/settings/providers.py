"""Which department a record belongs to, and whether it names one that is not of its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.formats import Format
from ckanext.nxopendata.harvest.models import Source

NAMES_DEPARTMENTS = frozenset({"workbook", "gbt21063"})
"""Formats whose provider is a department of the government; the publisher of another may be anybody."""

CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}", re.IGNORECASE)
"""Unified social credit code (GB 32100-2015, 4)."""

OwnerReader = Callable[[Mapping[str, Any]], str]
"""From a mapped record to the id of the department its dataset belongs to."""

ProviderCheck = Callable[[Mapping[str, Any], str], Problem | None]
"""From a mapped record and its identifier to the finding about its provider."""


def owner_reader(source: Source) -> OwnerReader:
    """Return a function that tells to which department a dataset belongs: to the further department that the record
    names as provider, else to the first.

    A department is known by its credit code, id, name or title in any language, white space and punctuation aside; a
    provider that names none of the source's departments never makes one.
    """
    known: dict[str, str] = {}
    if source.departments:
        query = sa.select(model.Group).where(model.Group.id.in_([source.organization_id, *source.departments]))
        for group in model.Session.scalars(query):
            known |= dict.fromkeys(_names(group), group.id)

    def owner(mapped: Mapping[str, Any]) -> str:
        return next((known[name] for name in _told(mapped) if name in known), source.organization_id)

    return owner


def provider_check(source: Source, form: Format) -> ProviderCheck:
    """Return a function that finds what is wrong with the provider of a record; a credit code says more than a name.

    Rows of a department outside the source are refused: they are not published as those of the source's. A provider
    that the portal does not know is told where a catalogue names departments: in a workbook or GB/T 21063, in a source
    of several departments, and wherever a credit code is given.
    """
    own = {source.organization_id, *source.departments}
    ours: set[str] = set()
    others: dict[str, dict[str, str]] = {}
    for group in model.Session.scalars(
        sa.select(model.Group).where(model.Group.is_organization, model.Group.state == "active")
    ):
        if group.id in own:
            ours |= _names(group)
        else:
            texts = departments.texts(group.title or group.name, departments.extras(group))
            title = {"provider": group.title or group.name, "provider@en": texts.get("en", "")}
            others |= dict.fromkeys(_names(group), title)
    names_departments = form.name in NAMES_DEPARTMENTS or bool(source.departments)

    def find_problem(mapped: Mapping[str, Any], guid: str) -> Problem | None:
        for name in _told(mapped):
            if name in ours:
                return None
            if name in others:
                return Problem("provider_of_another", guid=guid, field="owner_org", params=others[name])
        code, title = (str(mapped.get(key) or "").strip() for key in ("@provider_code", "@provider"))
        if not (title or code) or not (names_departments or CREDIT_CODE.fullmatch(code)):
            return None
        params = {"provider": title or code}
        return Problem("provider_unknown", guid=guid, field="owner_org", params=params, refuses=False)

    return find_problem


def _told(mapped: Mapping[str, Any]) -> Iterable[str]:
    """Return what a record says of its provider, the surest first."""
    return filter(None, (_squeeze(str(mapped.get(key) or "")) for key in ("@provider_code", "@provider")))


def _names(group: model.Group) -> set[str]:
    """Return what a department is known by: credit code, id, name, title in every language."""
    fields = departments.extras(group)
    titles = departments.texts(group.title or "", fields).values()
    names = (fields.get("nx_uscc"), group.id, group.name, group.title, *titles)
    return {squeezed for name in names if name and (squeezed := _squeeze(name))}


def _squeeze(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
