"""The table of catalogue imports.

Revision ID: 2b6f90c3d417
Revises:
Create Date: 2026-11-23 23:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2b6f90c3d417"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_catalogue_import",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("organization_id", sa.Text, nullable=False, index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("user_name", "kind", "file_name")),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("done", "total")),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("finished", sa.DateTime),
    )


def downgrade() -> None:
    op.drop_table("nx_catalogue_import")
