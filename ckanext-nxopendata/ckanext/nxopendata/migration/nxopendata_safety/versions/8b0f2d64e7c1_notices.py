"""The table of notices, by which departments hear of what was found and of sign-offs that end.

Revision ID: 8b0f2d64e7c1
Revises: 3a9c5e7f1b26
Create Date: 2026-11-29 18:30:00
"""

from ckanext.nxopendata.migration import notice_table

revision = "8b0f2d64e7c1"
down_revision = "3a9c5e7f1b26"
branch_labels = None
depends_on = None

upgrade = notice_table.create


def downgrade() -> None:
    """The notices stay: other plugins tell people something too."""
