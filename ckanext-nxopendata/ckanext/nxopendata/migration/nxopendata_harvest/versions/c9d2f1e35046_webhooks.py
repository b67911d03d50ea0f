"""Webhooks and the log of what was delivered to them.

Revision ID: c9d2f1e35046
Revises: 8c2e5b6f1d30
Create Date: 2026-11-24 10:15:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "c9d2f1e35046"
down_revision = "8c2e5b6f1d30"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_webhook",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "url", "state", "salt", "user_id")),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.DateTime, nullable=False) for name in ("created", "modified")),
    )
    op.create_table(
        "nx_webhook_delivery",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("webhook_id", sa.Text, sa.ForeignKey("nx_webhook.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("tried", sa.DateTime),
        sa.Column("next_try", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nx_webhook_delivery_webhook", "nx_webhook_delivery", ["webhook_id", "created"])


def downgrade() -> None:
    op.drop_table("nx_webhook_delivery")
    op.drop_table("nx_webhook")
