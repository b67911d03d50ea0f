"""What the addresses of reuses answered.

Revision ID: f4d1a6b93c27
Revises: e2b7c4d81f05
Create Date: 2026-11-29 16:55:00
"""

import sqlalchemy as sa
from alembic import op

revision = "f4d1a6b93c27"
down_revision = "e2b7c4d81f05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    case = sa.ForeignKey("nx_case.id", ondelete="CASCADE")
    op.create_table(
        "nx_case_link",
        sa.Column("case_id", sa.Text, case, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("checked", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_case_link")
