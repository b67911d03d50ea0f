"""Keys of systems.

Revision ID: b3e81f6d7a20
Revises: a7d05e9c4b16
Create Date: 2026-11-30 02:58:00
"""

import sqlalchemy as sa
from alembic import op

revision = "b3e81f6d7a20"
down_revision = "a7d05e9c4b16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    user = sa.ForeignKey("user.id", ondelete="CASCADE")
    op.create_table(
        "nx_case_key",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, user, nullable=False, index=True),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("token_id", sa.Text, nullable=False, unique=True),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("ends", sa.DateTime),
    )


def downgrade() -> None:
    op.drop_table("nx_case_key")
