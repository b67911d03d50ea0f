"""The RDF of datasets, kept ready, on a site without the catalogue.

Revision ID: 9d40b6e2c718
Revises: 2b6f90c3d417
Create Date: 2026-11-29 15:15:00
"""

from alembic import op

from ckanext.nxopendata.migration import rdf_table

revision = "9d40b6e2c718"
down_revision = "2b6f90c3d417"
branch_labels = None
depends_on = None

upgrade = rdf_table.create


def downgrade() -> None:
    op.drop_table("nx_rdf_piece", if_exists=True)
