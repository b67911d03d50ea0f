"""Who answers for a department (tables 4 and 5), for the department itself and the supervising offices."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.core import codelists, departments
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.official_tables import content, layout
from ckanext.nxopendata.register.official_tables.models import Unit

PEOPLE = ("leader", "contact")
PARTS = ("name", "post", "phone")
FACTS = ("unit_type", "staff", "posts")
"""What table 4 tells of the unit itself; public, on the organisation as ``nx_unit_type`` and so on."""
FIELDS = (*FACTS, *(f"{person}_{part}" for person in PEOPLE for part in PARTS))
LONGEST = 200

PHONE = re.compile(r"(\+?86-?)?(1[3-9]\d{9}|(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?|[48]00-?\d{3}-?\d{4}|1\d{4})", re.ASCII)
"""A mobile, a landline with or without area code and extension, a 400 or 800 number, a hotline such as 12345."""


def read_contacts(owner_org: str) -> dict[str, str]:
    """:data:`FIELDS` of a department; "" where nothing is known, ``unit_type`` as its code."""
    extras = departments.extras(model.Group.get(owner_org))
    return {name: extras.get(f"nx_{name}") or "" for name in FACTS} | _people(owner_org)


def _people(owner_org: str) -> dict[str, str]:
    row = model.Session.get(Unit, owner_org)
    people: Mapping[str, Mapping[str, str]] = row.people if row else {}
    return {f"{person}_{part}": people.get(person, {}).get(part, "") for person in PEOPLE for part in PARTS}


def clean_contacts(written: Mapping[str, str]) -> tuple[dict[str, str], dict[str, tuple[str, dict[str, Any]]]]:
    """What is kept of what somebody wrote, and what is wrong with the rest.

    Returns:
        field -> value; field -> code and parameters of a message (:mod:`.intake.messages`).
    """
    kept: dict[str, str] = {}
    wrong: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, text in written.items():
        value = text.strip()
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", value))
        if len(value) > LONGEST:
            wrong[name] = ("too_long", {"most": LONGEST})
        elif not value:
            kept[name] = ""
        elif name in ("staff", "posts"):
            if number := re.fullmatch(r"(\d{1,7}|\d{1,3}(?:,\d{3})+)(?:\.0+)?[人名个]?", plain, re.ASCII):
                kept[name] = str(int(number.group(1).replace(",", "")))
            else:
                wrong[name] = ("bad_number", {"value": value})
        elif name == "unit_type":
            labels = {entry.label_zh: entry.code for entry in codelists.load(name).values()}
            code = labels.get(plain) or layout.unit_types().get(plain) or (plain if plain in labels.values() else "")
            if code:
                kept[name] = code
            else:
                wrong[name] = ("unit_type", {"value": value, "choices": "、".join(labels)})
        elif name.endswith("_phone") and not _is_phone(plain):
            wrong[name] = ("bad_phone", {})
        else:
            kept[name] = value
    return kept, wrong


def _is_phone(plain: str) -> bool:
    """Whether these are telephone numbers, one or several."""
    pieces = re.sub(r"[–—−]+|转|ext\.?", "-", re.sub(r"[()]", "", plain), flags=re.IGNORECASE)
    return all(
        PHONE.fullmatch(piece) or PHONE.fullmatch(piece.replace("-", "")) for piece in re.split(r"[、,;/]", pieces)
    )


def update(user: str, owner_org: str, changes: Mapping[str, str], *, action: str = "update") -> None:
    """Change what tables 4 and 5 tell of a department, with what :func:`clean_contacts` kept; the caller commits."""
    before = read_contacts(owner_org)
    after = before | {name: value.strip() for name, value in changes.items() if name in FIELDS}
    row = model.Session.get(Unit, owner_org) or Unit(owner_org=owner_org)
    row.people = {person: {part: after[f"{person}_{part}"] for part in PARTS} for person in PEOPLE}
    row.modified = utc_now()
    model.Session.add(row)
    group: Any = model.Group.get(owner_org)
    facts = {f"nx_{name}": after[name] for name in FACTS if after[name] != before[name]}
    if facts:
        kept = {name: value for name, value in departments.extras(group).items() if name not in facts}
        group.extras = kept | {name: value for name, value in facts.items() if value}
    # That a number changed is kept for good, not the number: it is a person's.
    changed = {
        name: ["…" if name.endswith("phone") and value else value for value in pair]
        for name, pair in log.difference(before, after).items()
    }
    log.write("department", owner_org, owner_org, action, user, changed)


def list_units(owner_orgs: Iterable[str] | None = None) -> list[content.Unit]:
    """The departments as tables 4 and 5 tell them, by title; all that have an entry or systems for None."""
    group: Any = model.Group
    query = sa.select(group).where(group.is_organization, group.state == "active").order_by(group.title)
    if owner_orgs is not None:
        query = query.where(group.id.in_(list(owner_orgs)))
    return [_unit(found) for found in model.Session.scalars(query)]


def make_filler(owner_org: str | None) -> content.Filler:
    """The line above a department's tables."""
    if owner_org is None:
        return content.Filler()
    people = _people(owner_org)
    return content.Filler(departments.title(owner_org, "zh"), people["contact_name"], people["contact_phone"])


def _unit(group: model.Group) -> content.Unit:
    extras = departments.extras(group)
    kind = extras.get("nx_unit_type") or ""
    return content.Unit(
        title=departments.text(group.title or group.name, extras, "zh"),
        unit_type=codelists.label("unit_type", kind, "zh") if kind else "",
        staff=extras.get("nx_staff") or "",
        posts=extras.get("nx_posts") or "",
        **_people(group.id),
        id=group.id,
    )
