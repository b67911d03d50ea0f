"""Each use of a grant, a line.

Revision ID: 9c40e7a1d2b8
Revises: 5b7d21c0a9e4
Create Date: 2026-11-29 13:10:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "9c40e7a1d2b8"
down_revision = "5b7d21c0a9e4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_case_use",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nx_case_use_case", "nx_case_use", ["case_id", "id"])


def downgrade() -> None:
    op.drop_table("nx_case_use")
