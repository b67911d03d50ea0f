"""Favourites and subscriptions.

Revision ID: c19a4f60be27
Revises:
Create Date: 2026-11-24 02:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "c19a4f60be27"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_favourite",
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_subscription",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id", ondelete="CASCADE")),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE")),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("confirmed", sa.DateTime),
        sa.Column("seen", sa.DateTime, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nx_subscription_email", "nx_subscription", ["email"])
    op.create_index("ix_nx_subscription_user_id", "nx_subscription", ["user_id"])


def downgrade() -> None:
    op.drop_table("nx_subscription")
    op.drop_table("nx_favourite")
