"""What earlier runs remembered of the records of a source."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.harvest.models import Json, KnownRecord
from ckanext.nxopendata.harvest.planning import decisions


def count_present(source_id: str) -> int:
    """Count the public datasets of a source."""
    query = sa.select(sa.func.count()).where(KnownRecord.source_id == source_id, KnownRecord.state == "present")
    return model.Session.scalar(query) or 0


def find_records(source_id: str, guids: Sequence[str]) -> dict[str, decisions.Known]:
    """Map identifiers to what is remembered of their records."""
    query = sa.select(KnownRecord.guid, KnownRecord.dataset_id, KnownRecord.hash, KnownRecord.state).where(
        KnownRecord.source_id == source_id, KnownRecord.guid == sa.any_(sa.literal(list(guids), sa.ARRAY(sa.Text)))
    )
    return {row.guid: decisions.Known(*row) for row in model.Session.execute(query)}


def find_written(dataset_ids: Sequence[str], source_id: str) -> dict[str, Json]:
    """Map datasets to what the source last wrote of them."""
    if not dataset_ids:
        return {}
    query = sa.select(KnownRecord.dataset_id, KnownRecord.written).where(
        KnownRecord.source_id == source_id, KnownRecord.dataset_id.in_(dataset_ids)
    )
    return {row.dataset_id: row.written for row in model.Session.execute(query)}
