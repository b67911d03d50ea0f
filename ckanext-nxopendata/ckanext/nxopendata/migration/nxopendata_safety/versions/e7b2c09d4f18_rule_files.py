"""The table of the province's own rule files.

Revision ID: e7b2c09d4f18
Revises: c41d7a90be35
Create Date: 2026-11-30 03:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "e7b2c09d4f18"
down_revision = "c41d7a90be35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_safety_rule_file",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_safety_rule_file")
