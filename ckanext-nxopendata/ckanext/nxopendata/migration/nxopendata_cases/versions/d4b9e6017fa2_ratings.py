"""What those who applied think of the answer: from 1 to 5, and on which day they said so first.

Revision ID: d4b9e6017fa2
Revises: c8f2a5b96d31
Create Date: 2026-11-30 18:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "d4b9e6017fa2"
down_revision = "c8f2a5b96d31"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nx_case", sa.Column("rating", sa.SmallInteger))
    op.add_column("nx_case", sa.Column("rated", sa.Date))
    op.create_check_constraint("nx_case_rating", "nx_case", "rating BETWEEN 1 AND 5")


def downgrade() -> None:
    op.drop_constraint("nx_case_rating", "nx_case")
    op.drop_column("nx_case", "rated")
    op.drop_column("nx_case", "rating")
