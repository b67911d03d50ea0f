"""Systems and projects in the database: entering and changing them, each with its line in the log."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import ErrorDict

from ckanext.nxopendata.catalogue.schema import slugs
from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.entries import entry_schema
from ckanext.nxopendata.register.models import RegisterEntry

Row = TypeVar("Row", bound=RegisterEntry)

PLAIN_TEXTS = {"title": "title_translated", "notes": "notes_translated"}
"""What a caller may send for a localised field: its text in the default language."""


NOT_FIELDS = frozenset({"id", "name", "type", "private", "state", "owner_org", "resources", "extras"})
"""What callers may send along with the fields of an entry; it changes nothing."""


def sent_fields(data_dict: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry in what an action was given."""
    return {name: value for name, value in data_dict.items() if name not in NOT_FIELDS and not name.startswith("__")}


def find(kind: type[Row], reference: str | None) -> Row | None:
    """Return the row with this id or name; None where there is none."""
    where = sa.or_(kind.id == reference, kind.name == reference)
    return model.Session.scalars(sa.select(kind).where(where)).first() if reference else None


def check(kind: type[RegisterEntry], user: str, fields: Mapping[str, Any]) -> ErrorDict:
    """Return what the schema says against a new entry with these fields, by field; nothing is written."""
    return entry_schema.validate(kind.KIND, _without_empty(fields), user)[1]


def create(kind: type[Row], user: str, owner_org: str, fields: Mapping[str, Any]) -> Row:
    """Enter a system or a project, in the session's transaction.

    Args:
        user: the name of who does it.
        owner_org: the id of the department.
        fields: of the schema; ``title`` alone will do for the name.

    Raises:
        tk.ValidationError: by field.
    """
    validated, errors = entry_schema.validate(kind.KIND, _without_empty(fields), user, owner_org=owner_org)
    if errors:
        raise tk.ValidationError(errors)
    title = _title(validated)
    row = kind()
    row.owner_org, row.name, row.title, row.fields = owner_org, _free_name(kind, title), title, validated
    row.created = row.modified = utc_now()
    model.Session.add(row)
    model.Session.flush()
    log.write(kind.KIND, row.id, owner_org, "create", user, log.difference({}, validated))
    return row


def update(
    row: RegisterEntry, user: str, changes: Mapping[str, Any], *, action: str = "update", opinion: str = ""
) -> dict[str, Any]:
    """Change fields of a system or a project, in the session's transaction; what is not named stays.

    Returns:
        What changed, field -> ``[before, after]``.

    Raises:
        tk.ValidationError: by field.
    """
    model.Session.refresh(row, with_for_update=True)
    before = dict(row.fields)
    data = before | dict(changes)
    for plain, localised_name in PLAIN_TEXTS.items():
        if not data.get(plain):
            data.pop(plain, None)
        elif localised_name not in changes:
            data.pop(localised_name, None)  # the plain text alone was sent: it is the new one
    data = {name: value for name, value in data.items() if value is not None}
    validated, errors = entry_schema.validate(row.KIND, data, user, row, row.owner_org)
    if errors:
        raise tk.ValidationError(errors)
    changed = log.difference(before, validated)
    if changed:
        row.fields, row.title, row.modified = validated, _title(validated), utc_now()
    if changed or action != "update":
        log.write(row.KIND, row.id, row.owner_org, action, user, changed, opinion)
    model.Session.flush()
    return changed


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}


def _title(fields: Mapping[str, Any]) -> str:
    return localised.choose(fields["title_translated"], localised.DEFAULT)[0]


def _free_name(kind: type[RegisterEntry], title: str) -> str:
    """A name for addresses, the pinyin of the title, that no other entry of the kind has."""
    base = slugs.make_slug(title)
    base = base if len(base) > 1 else f"{kind.KIND}-{uuid.uuid4().hex[:8]}"
    # Whoever saves the same title at this moment waits, and then sees this entry.
    lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"nx-register-name {base}"))
    model.Session.execute(sa.select(lock))
    taken = sa.select(kind.name)
    return slugs.choose_unique(base, lambda name: model.Session.scalar(taken.where(kind.name == name)) is not None)
