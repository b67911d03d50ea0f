"""Agreements on some columns and rows.

Revision ID: b7c1e09d4f52
Revises: 8e2b5d4c7a10
Create Date: 2026-11-29 13:10:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "b7c1e09d4f52"
down_revision = "8e2b5d4c7a10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nx_agreement", sa.Column("part", JSONB, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("nx_agreement", "part")
