"""Whether the index holds what the database says, for all datasets of the portal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.search.common import make_connection

from ckanext.nxopendata.harvest.models import KnownRecord
from ckanext.nxopendata.harvest.runs.execution.writer import site_writer

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """What the index lacks and what it has too much.

    Attributes:
        datasets: Datasets that the index should hold.
        missing: Ids of datasets that are not in the index, or in an older state.
        surplus: Ids in the index without a dataset.
        lost: Ids of datasets that a source has and that are not in the database; those that a person deleted
            are not counted.
        double: Ids of datasets that more than one source maintains.
    """

    datasets: int
    missing: frozenset[str]
    surplus: frozenset[str]
    lost: frozenset[str] = frozenset()
    double: frozenset[str] = frozenset()

    @property
    def faults(self) -> int:
        """How many datasets are not as they should be."""
        return len(self.missing | self.surplus | self.lost | self.double)


def compare() -> Difference:
    """Compare what was harvested, the database and the index.

    In the index ids and times of change count; to the second, because it keeps no finer time. Systems and projects of
    the register are kept as other types of datasets, and are never indexed.
    """
    package = model.Package
    query = sa.select(package.id, package.metadata_modified).where(package.state == "active", package.type == "dataset")
    stored = {row.id: row.metadata_modified.isoformat()[:19] for row in model.Session.execute(query)}
    indexed = dict(_indexed())
    missing = frozenset(key for key, time in stored.items() if indexed.get(key) != time)
    return Difference(len(stored), missing, frozenset(indexed.keys() - stored.keys()), _lost(), _double())


def _lost() -> frozenset[str]:
    is_stored = sa.exists().where(model.Package.id == KnownRecord.dataset_id)
    query = sa.select(KnownRecord.dataset_id).where(KnownRecord.state == "present", sa.not_(is_stored))
    return frozenset(model.Session.scalars(query))


def _double() -> frozenset[str]:
    query = (
        sa.select(KnownRecord.dataset_id)
        .where(KnownRecord.state == "present")
        .group_by(KnownRecord.dataset_id)
        .having(sa.func.count() > 1)
    )
    return frozenset(model.Session.scalars(query))


def _indexed() -> list[tuple[str, str]]:
    connection, cursor, documents = make_connection(), "*", list[tuple[str, str]]()
    fq = f'+site_id:"{tk.config["ckan.site_id"]}" +entity_type:package +state:active'
    while True:
        page = connection.search(
            "*:*", fq=fq, fl="id,metadata_modified", rows=PAGE, sort="index_id asc", cursorMark=cursor
        )
        documents += [(document["id"], _second(document["metadata_modified"])) for document in page.docs]
        if page.nextCursorMark in (None, cursor):
            return documents
        cursor = page.nextCursorMark


def _second(time: dt.datetime | str) -> str:
    """pysolr gives a time where it recognises one."""
    return (time if isinstance(time, str) else time.isoformat())[:19]


def repair(difference: Difference) -> None:
    """Index what is missing and take out what is too much."""
    ids, writer = sorted(difference.missing | difference.surplus), site_writer()
    for start in range(0, len(ids), PAGE):
        writer.index(ids[start : start + PAGE])
