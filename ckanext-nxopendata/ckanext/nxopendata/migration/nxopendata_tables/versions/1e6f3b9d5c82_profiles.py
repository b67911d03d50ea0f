"""The profiles of columns.

Revision ID: 1e6f3b9d5c82
Revises: 8d2f4a6c1b07
Create Date: 2026-11-29 07:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "1e6f3b9d5c82"
down_revision = "8d2f4a6c1b07"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_table_profile",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("columns", JSONB, nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_table_profile")
