"""By when an applicant who was asked is to answer, and the department that gave a case away and keeps a part in it.

Cases that wait already get their day by the daily computation of limits.

Revision ID: d6f02b98c5e1
Revises: b3e81f6d7a20
Create Date: 2026-11-30 17:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "d6f02b98c5e1"
down_revision = "b3e81f6d7a20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nx_case", sa.Column("reply_due", sa.Date))
    op.add_column("nx_case", sa.Column("forwarded_by", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_nx_case_forwarded", "nx_case", ["forwarded_by"], postgresql_where=sa.text("forwarded_by <> ''"))


def downgrade() -> None:
    op.drop_index("ix_nx_case_forwarded", "nx_case")
    op.drop_column("nx_case", "forwarded_by")
    op.drop_column("nx_case", "reply_due")
