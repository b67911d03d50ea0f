"""The table of notices, by which departments are told of tables that were not loaded, on a site without the review.

Revision ID: 4b8d2e60f1a7
Revises: 1e6f3b9d5c82
Create Date: 2026-11-29 16:50:00
"""

from ckanext.nxopendata.migration import notice_table

revision = "4b8d2e60f1a7"
down_revision = "1e6f3b9d5c82"
branch_labels = None
depends_on = None

upgrade = notice_table.create


def downgrade() -> None:
    """The notices stay: other plugins tell people something too."""
