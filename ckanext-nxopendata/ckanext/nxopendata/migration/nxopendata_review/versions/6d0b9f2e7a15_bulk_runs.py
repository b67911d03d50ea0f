"""Table of bulk work.

Revision ID: 6d0b9f2e7a15
Revises: 3c61f8a04d27
Create Date: 2026-11-29 21:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "6d0b9f2e7a15"
down_revision = "3c61f8a04d27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_review_bulk",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False, index=True),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("items", JSONB, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False, index=True),
        sa.Column("undone", sa.DateTime),
    )


def downgrade() -> None:
    op.drop_table("nx_review_bulk")
