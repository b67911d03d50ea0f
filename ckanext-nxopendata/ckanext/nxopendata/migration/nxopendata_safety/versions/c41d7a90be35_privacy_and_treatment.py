"""The tables of what files say of persons, and of treatments.

Revision ID: c41d7a90be35
Revises: 8b0f2d64e7c1
Create Date: 2026-11-30 02:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "c41d7a90be35"
down_revision = "8b0f2d64e7c1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "nx_safety_privacy",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("quasi", JSONB, nullable=False),
        sa.Column("sensitive", JSONB, nullable=False),
        sa.Column("tables", JSONB, nullable=False),
        sa.Column("linked", JSONB, nullable=False),
        sa.Column("k", sa.Integer),
        sa.Column("changed", moment, nullable=False),
    )
    op.create_index("nx_safety_privacy_of_dataset", "nx_safety_privacy", ["dataset_id"])
    op.create_table(
        "nx_safety_treatment",
        sa.Column("source_id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("target_id", sa.Text, nullable=False),
        sa.Column("recipe", JSONB, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("source_sha256", sa.Text, nullable=False),
        sa.Column("outcome", JSONB, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("changed", moment, nullable=False),
    )
    op.create_index("nx_safety_treatment_of_dataset", "nx_safety_treatment", ["dataset_id"])


def downgrade() -> None:
    op.drop_table("nx_safety_treatment")
    op.drop_table("nx_safety_privacy")
