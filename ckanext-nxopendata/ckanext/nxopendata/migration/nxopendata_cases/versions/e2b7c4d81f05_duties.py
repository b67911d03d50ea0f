"""Duties of permissions. Permissions in force get their first report of use by the next step, not by this change.

Revision ID: e2b7c4d81f05
Revises: c1e5a9027f34
Create Date: 2026-11-29 16:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "e2b7c4d81f05"
down_revision = "c1e5a9027f34"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_case_duty",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("performed", sa.Date),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("void", sa.Boolean, nullable=False),
    )
    op.create_index("ix_nx_case_duty_case", "nx_case_duty", ["case_id", "due"])
    open_ones = sa.text("performed IS NULL AND NOT void")
    op.create_index("ix_nx_case_duty_open", "nx_case_duty", ["due"], postgresql_where=open_ones)


def downgrade() -> None:
    op.drop_table("nx_case_duty")
