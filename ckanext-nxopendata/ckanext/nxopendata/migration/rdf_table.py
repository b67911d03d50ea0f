"""The table that keeps the RDF of datasets, made by whichever of the exchange and the catalogue comes first."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Make the table, unless it is there."""
    if sa.inspect(op.get_bind()).has_table("nx_rdf_piece"):
        return
    op.create_table(
        "nx_rdf_piece",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("piece", sa.Text, nullable=False),
    )
