"""Settings of sources: further departments, own mapping, limits, trust, memory.

Revision ID: 7b0e5d21c4f6
Revises: b7c1e0d24f35
Create Date: 2026-11-24 01:55:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "7b0e5d21c4f6"
down_revision = "b7c1e0d24f35"
branch_labels = None
depends_on = None

TABLE = "nx_harvest_source"


def upgrade() -> None:
    for name, empty in (("departments", "[]"), ("mapping", "{}"), ("limits", "{}"), ("memory", "{}")):
        op.add_column(TABLE, sa.Column(name, JSONB, nullable=False, server_default=empty))
    op.add_column(TABLE, sa.Column("trust", sa.Text, nullable=False, server_default="normal"))


def downgrade() -> None:
    for name in ("departments", "mapping", "limits", "memory", "trust"):
        op.drop_column(TABLE, name)
