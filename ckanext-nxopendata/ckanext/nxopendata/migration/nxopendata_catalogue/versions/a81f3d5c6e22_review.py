"""Review and publication: cases, the log of decisions, notices.

The log is append-only for everybody who writes through this database user: a trigger refuses changes.

Revision ID: a81f3d5c6e22
Revises: 7c2b90e41d05
Create Date: 2026-11-23 23:20:00
"""

from alembic import op

from ckanext.nxopendata.migration import notice_table, review_tables

revision = "a81f3d5c6e22"
down_revision = "7c2b90e41d05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    review_tables.create()
    notice_table.create()


def downgrade() -> None:
    op.drop_table("nx_notice", if_exists=True)
    review_tables.drop()
