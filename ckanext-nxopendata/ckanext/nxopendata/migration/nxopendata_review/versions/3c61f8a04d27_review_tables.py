"""Tables of the review and of notices, on a site that has no earlier version of them.

Revision ID: 3c61f8a04d27
Revises:
Create Date: 2026-11-29 15:00:00
"""

from ckanext.nxopendata.migration import notice_table, review_tables

revision = "3c61f8a04d27"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    review_tables.create()
    notice_table.create()


def downgrade() -> None:
    review_tables.drop()  # other plugins tell people something too: their notices stay
