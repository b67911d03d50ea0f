"""Pictures and evidence of cases.

Revision ID: a7d05e9c4b16
Revises: f4d1a6b93c27
Create Date: 2026-11-30 02:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "a7d05e9c4b16"
down_revision = "f4d1a6b93c27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    case = sa.ForeignKey("nx_case.id", ondelete="CASCADE")
    op.create_table(
        "nx_case_file",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, case, nullable=False, index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("role", "title", "file_name")),
        sa.Column("content", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("size", "width", "height")),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_case_file")
