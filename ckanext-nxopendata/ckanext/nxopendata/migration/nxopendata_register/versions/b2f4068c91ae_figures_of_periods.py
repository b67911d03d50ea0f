"""Figures of each unit at the end of each month, and the day that a report's figures are of.

Revision ID: b2f4068c91ae
Revises: a91c5e7d3b20
Create Date: 2026-11-29 01:25:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "b2f4068c91ae"
down_revision = "a91c5e7d3b20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_register_figures",
        sa.Column("owner_org", sa.Text, primary_key=True),
        sa.Column("month", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
    )
    op.add_column("nx_register_report", sa.Column("figures_day", sa.Date))


def downgrade() -> None:
    op.drop_column("nx_register_report", "figures_day")
    op.drop_table("nx_register_figures")
