"""The table of identities: which dataset a key means, and which source maintains it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.harvest.models import Identity, KnownRecord, Source
from ckanext.nxopendata.harvest.planning.duplicates import Maintainer, Precedence


def _any(column: Any, values: Collection[str]) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.literal(list(values), sa.ARRAY(sa.Text)))


def to_precedence(source: Source) -> Precedence:
    """Return the precedence of a source."""
    return Precedence(source.priority, source.created, source.id)


def find_datasets(keys: Collection[str]) -> dict[str, str]:
    """Map keys to datasets: key -> id of the dataset that has it; deleted datasets have none."""
    if not keys:
        return {}
    query = (
        sa.select(Identity.key, Identity.dataset_id)
        .join(model.Package, model.Package.id == Identity.dataset_id)
        .where(_any(Identity.key, keys), model.Package.state == "active")
    )
    return {row.key: row.dataset_id for row in model.Session.execute(query)}


def find_maintainers(dataset_ids: Collection[str]) -> dict[str, Maintainer]:
    """Find who maintains datasets: id -> the source that maintains it; datasets that nobody maintains are left out."""
    if not dataset_ids:
        return {}
    query = (
        sa.select(KnownRecord.dataset_id, Source.id, Source.name, Source.priority, Source.created)
        .join(Source, Source.id == KnownRecord.source_id)
        .where(_any(KnownRecord.dataset_id, dataset_ids), KnownRecord.state == "present", Source.state != "deleted")
    )
    return {
        row.dataset_id: Maintainer(row.dataset_id, row.name, Precedence(row.priority, row.created, row.id))
        for row in model.Session.execute(query)
    }


def find_successors(dataset_ids: Collection[str], but: str) -> dict[str, Maintainer]:
    """Find who is next to maintain datasets: id -> the source, of those that have it as a duplicate.

    Args:
        but: Id of the source that gives it up.
    """
    if not dataset_ids:
        return {}
    query = (
        sa.select(KnownRecord.dataset_id, Source.id, Source.name, Source.priority, Source.created)
        .join(Source, Source.id == KnownRecord.source_id)
        .where(_any(KnownRecord.dataset_id, dataset_ids), KnownRecord.state == "duplicate")
        .where(Source.id != but, Source.state == "active")
        .order_by(Source.priority.desc(), Source.created.desc())
    )
    return {
        row.dataset_id: Maintainer(row.dataset_id, row.name, Precedence(row.priority, row.created, row.id))
        for row in model.Session.execute(query)
    }


def claim_keys(claims: Mapping[str, str]) -> dict[str, str]:
    """Give datasets their keys, in the session's transaction.

    Of two transactions that claim a key at the same time, the second waits for the first.

    Args:
        claims: Key -> dataset.

    Returns:
        The keys that another dataset has already -> that dataset.
    """
    if not claims:
        return {}
    alive = sa.exists().where(model.Package.id == Identity.dataset_id, model.Package.state == "active")
    dead = sa.delete(Identity).where(_any(Identity.key, claims), sa.not_(alive))
    model.Session.execute(dead, execution_options={"synchronize_session": False})
    rows = [{"key": key, "dataset_id": claims[key]} for key in sorted(claims)]
    model.Session.execute(insert(Identity).values(rows).on_conflict_do_nothing())
    query = sa.select(Identity.key, Identity.dataset_id).where(_any(Identity.key, claims))
    return {row.key: row.dataset_id for row in model.Session.execute(query) if row.dataset_id != claims[row.key]}
