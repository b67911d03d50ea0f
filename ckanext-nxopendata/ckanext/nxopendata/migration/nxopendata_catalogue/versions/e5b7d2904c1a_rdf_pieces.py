"""The RDF of datasets, kept ready for the pages of the catalogue.

Revision ID: e5b7d2904c1a
Revises: a81f3d5c6e22
Create Date: 2026-11-26 02:30:00
"""

from alembic import op

from ckanext.nxopendata.migration import rdf_table

revision = "e5b7d2904c1a"
down_revision = "a81f3d5c6e22"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rdf_table.create()


def downgrade() -> None:
    op.drop_table("nx_rdf_piece", if_exists=True)
