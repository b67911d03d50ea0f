"""What the supervising office changes in code lists, and the log of it.

Revision ID: 5c1e7a40d9b3
Revises: 9d40b6e2c718
Create Date: 2026-11-29 12:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "5c1e7a40d9b3"
down_revision = "9d40b6e2c718"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = ("label_zh", "label_en", "parent", "status", "successor", "valid_from", "retired_on")
    op.create_table(
        "nx_code",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("codelist", "code")),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
    )
    op.create_table(
        "nx_code_change",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("codelist", "code", "action")),
        sa.Column("changes", JSONB, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reason", "user_id", "user_name")),
        sa.Column("time", sa.DateTime, nullable=False),
    )
    op.create_index("nx_code_change_list_idx", "nx_code_change", ["codelist", "id"])


def downgrade() -> None:
    op.drop_table("nx_code_change")
    op.drop_table("nx_code")
