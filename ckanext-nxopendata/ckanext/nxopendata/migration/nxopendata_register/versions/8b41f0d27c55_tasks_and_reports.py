"""Progress of the plan's tasks; monthly and annual reports.

Revision ID: 8b41f0d27c55
Revises: 5e2c7a90b1d4
Create Date: 2026-11-24 03:10:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "8b41f0d27c55"
down_revision = "5e2c7a90b1d4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_register_task",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_register_progress",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("owner_org", sa.Text, primary_key=True),
        sa.Column("month", sa.Text, primary_key=True),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_register_report",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
        sa.Column("texts", JSONB, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("submitted", sa.Date),
        sa.Column("reminded", JSONB, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
        sa.UniqueConstraint("kind", "period", "owner_org"),
    )


def downgrade() -> None:
    for table in ("nx_register_report", "nx_register_progress", "nx_register_task"):
        op.drop_table(table)
