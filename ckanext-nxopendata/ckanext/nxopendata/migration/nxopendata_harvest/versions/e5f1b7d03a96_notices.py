"""The table of notices, by which the harvest tells people of its runs, on a site without the catalogue.

Revision ID: e5f1b7d03a96
Revises: d4e8a3c61b57
Create Date: 2026-11-29 15:10:00
"""

from ckanext.nxopendata.migration import notice_table

revision = "e5f1b7d03a96"
down_revision = "d4e8a3c61b57"
branch_labels = None
depends_on = None

upgrade = notice_table.create


def downgrade() -> None:
    """The notices stay: other plugins tell people something too."""
