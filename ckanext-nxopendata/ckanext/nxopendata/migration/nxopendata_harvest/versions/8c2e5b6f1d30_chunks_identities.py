"""Chunks that any worker may take, identities over sources.

Revision ID: 8c2e5b6f1d30
Revises: 7b0e5d21c4f6
Create Date: 2026-11-24 02:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "8c2e5b6f1d30"
down_revision = "7b0e5d21c4f6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nx_harvest_run", sa.Column("planned", sa.DateTime))
    op.add_column("nx_harvest_run", sa.Column("served", sa.DateTime))
    op.create_table(
        "nx_harvest_chunk",
        sa.Column("run_id", sa.Text, sa.ForeignKey("nx_harvest_run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("first", "last", "steps")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("worker", sa.Text, nullable=False, server_default=""),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        *(sa.Column(name, sa.Float, nullable=False, server_default="0") for name in ("seconds", "mirror_seconds")),
    )
    op.create_index("ix_nx_harvest_chunk_state", "nx_harvest_chunk", ["run_id", "state", "number"])
    op.create_table(
        "nx_harvest_identity",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("nx_harvest_identity")
    op.drop_table("nx_harvest_chunk")
    for column in ("served", "planned"):
        op.drop_column("nx_harvest_run", column)
