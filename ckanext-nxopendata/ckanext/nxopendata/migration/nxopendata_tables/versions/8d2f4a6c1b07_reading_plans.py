"""The reading plans of departments.

Revision ID: 8d2f4a6c1b07
Revises: 5c7b1e9d2a44
Create Date: 2026-11-29 01:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "8d2f4a6c1b07"
down_revision = "5c7b1e9d2a44"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_table_plan",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("plan", JSONB, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_table_plan")
