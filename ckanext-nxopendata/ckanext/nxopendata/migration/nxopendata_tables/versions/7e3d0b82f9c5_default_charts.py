"""The charts that departments chose for their tables.

Revision ID: 7e3d0b82f9c5
Revises: 6d2c9a71e0b8
Create Date: 2026-11-30 03:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "7e3d0b82f9c5"
down_revision = "6d2c9a71e0b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_table_default_chart",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_table_default_chart")
