"""The RDF of datasets, kept ready for the pages of the catalogue.

Revision ID: e5b7d2904c1a
Revises: a81f3d5c6e22
Create Date: 2026-11-26 02:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "e5b7d2904c1a"
down_revision = "a81f3d5c6e22"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_rdf_piece",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("piece", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_rdf_piece")
