"""Tables of the changes, of webhooks and of notices, on a site that has no earlier version of them.

Revision ID: 7a94e0c5b2d1
Revises:
Create Date: 2026-11-29 15:05:00
"""

from ckanext.nxopendata.migration import changes_tables, notice_table

revision = "7a94e0c5b2d1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    changes_tables.create_feed()
    changes_tables.create_webhooks()
    notice_table.create()


def downgrade() -> None:
    changes_tables.drop_webhooks()
    changes_tables.drop_feed()
