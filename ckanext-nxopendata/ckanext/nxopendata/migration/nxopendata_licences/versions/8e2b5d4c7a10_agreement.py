"""Agreements on conditional datasets.

Revision ID: 8e2b5d4c7a10
Revises:
Create Date: 2026-11-23 23:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "8e2b5d4c7a10"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_agreement",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("purposes", JSONB, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destruction", sa.Text, nullable=False),
        sa.Column("report_interval", sa.Text, nullable=False),
        sa.Column("granted_by", sa.Text, nullable=False),
        sa.Column("granted", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text, nullable=False),
        sa.CheckConstraint("starts < ends", name="nx_agreement_starts_before_it_ends"),
    )
    op.create_index("ix_nx_agreement_dataset_user", "nx_agreement", ["dataset_id", "user_id"])


def downgrade() -> None:
    op.drop_table("nx_agreement")
