"""The office's changes of code lists, in the database; each process learns of a change by a mark in Redis."""

from __future__ import annotations

import dataclasses
import logging
import uuid
from collections.abc import Sequence

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.after_commit import call_after_commit
from ckanext.nxopendata.core.codelists import Code
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.exchange.codelists.models import AmendedCode, CodeChange

log = logging.getLogger(__name__)

COLUMNS = tuple(field.name for field in dataclasses.fields(Code))


def _redis_key() -> str:
    return f"nx:{tk.config['ckan.site_id']}:codelists"


def read_version() -> str | None:
    """Return the mark of the last change; None when Redis does not answer."""
    try:
        return (client().get(_redis_key()) or b"").decode()
    except RedisError:
        return None


def mark_change() -> None:
    """Have every process read the lists anew."""
    codelists.check_at_once()
    try:
        client().set(_redis_key(), str(uuid.uuid4()))
    except RedisError:
        log.warning("Redis does not answer: other processes read the changed code lists when they start again")


def read_amendments() -> dict[str, dict[str, Code]] | None:
    """Return all changes, without CKAN's session; None when the database does not answer or has no such table yet."""
    engine = model.meta.engine
    if engine is None:
        return None
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(AmendedCode.__table__)).mappings().all()
    except SQLAlchemyError:
        return None
    return _group(rows)


def read_own_amendments(name: str) -> dict[str, Code]:
    """Return the changes of a list as this transaction sees them, while nobody else changes it."""
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"nx-codelist {name}"))))
    query = sa.select(AmendedCode.__table__).where(AmendedCode.codelist == name)
    return _group(model.Session.execute(query).mappings().all()).get(name, {})


def _group(rows: Sequence[sa.RowMapping]) -> dict[str, dict[str, Code]]:
    lists: dict[str, dict[str, Code]] = {}
    for row in rows:
        entry = Code(**{column: row[column] for column in COLUMNS})
        lists.setdefault(row["codelist"], {})[entry.code] = entry
    return lists


def write(name: str, before: Code | None, after: Code, action: str, user: str, reason: str) -> None:
    """Store an entry and the line of the log in the session; the caller commits."""
    old = dataclasses.asdict(before) if before else {}
    new = dataclasses.asdict(after)
    changes = {field: [old.get(field, ""), value] for field, value in new.items() if value != old.get(field, "")}
    person = model.User.get(user)
    model.Session.merge(AmendedCode(codelist=name, **new))
    model.Session.add(
        CodeChange(
            codelist=name,
            code=after.code,
            action=action,
            changes=changes,
            reason=reason,
            user_id=person.id if person else "",
            user_name=(person.fullname or person.name) if person else user,
        )
    )
    call_after_commit(mark_change)


def count_uses(fields: list[str], code: str) -> int:
    """Return how many datasets have a code in one of the fields, alone or in a list."""
    values = [model.Package.extras[field].astext for field in fields]  # pyright: ignore[reportIndexIssue]
    if not values:
        return 0
    one_of = sa.or_(*(sa.or_(value == code, value.contains(f'"{code}"')) for value in values))
    query = sa.select(sa.func.count()).where(model.Package.state == "active", one_of)
    return model.Session.execute(query).scalar_one()
