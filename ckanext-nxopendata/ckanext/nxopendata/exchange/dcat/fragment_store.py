"""The table of RDF pieces: a dataset's RDF, as it was made of one version of its index document.

Solr gives a document another version whenever it is indexed. A piece of an older version is not used, so nobody has to
say that a dataset changed: it is enough that it is indexed, as for being found.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import ckan.model as model
import sqlalchemy as sa
from ckan.model.meta import metadata
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

table = sa.Table(
    "nx_rdf_piece",
    metadata,
    sa.Column("dataset_id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("piece", sa.Text, nullable=False),
)


def read(versions: Mapping[str, int]) -> dict[str, str]:
    """The pieces of datasets that were made of these versions.

    Args:
        versions: dataset id -> version of its index document.
    """
    query = sa.select(table).where(table.c.dataset_id.in_(versions))
    return {
        row.dataset_id: row.piece for row in model.Session.execute(query) if row.version == versions[row.dataset_id]
    }


def keep(versions: Mapping[str, int], made: Mapping[str, str]) -> None:
    """Keep pieces, in a transaction of their own; without them the next page makes them again.

    Args:
        versions: as for :func:`read`.
        made: dataset id -> piece.
    """
    rows = [{"dataset_id": one, "version": versions[one], "piece": piece} for one, piece in sorted(made.items())]
    if not rows:
        return
    statement = insert(table).values(rows)
    newer = {name: getattr(statement.excluded, name) for name in ("version", "piece")}
    try:
        with model.ensure_engine().begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["dataset_id"], set_=newer))
    except SQLAlchemyError:  # such as a database that takes no writes
        log.warning("The RDF of %s datasets was not kept", len(rows), exc_info=True)


def forget() -> None:
    """Drop the pieces of datasets that are not there any more."""
    there = sa.exists().where(model.Package.id == table.c.dataset_id)
    with model.ensure_engine().begin() as connection:
        connection.execute(sa.delete(table).where(sa.not_(there)))
