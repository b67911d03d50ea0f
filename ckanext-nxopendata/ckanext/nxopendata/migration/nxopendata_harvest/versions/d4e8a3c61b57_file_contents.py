"""What contents the copied files had, and what their sources last said of them.

Revision ID: d4e8a3c61b57
Revises: c9d2f1e35046
Create Date: 2026-11-26 02:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "d4e8a3c61b57"
down_revision = "c9d2f1e35046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_harvest_file",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("dataset_id", sa.Text, nullable=False, index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("link", "name", "sha256")),
        sa.Column("size", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("etag", "last_modified", "failure")),
        *(sa.Column(name, sa.DateTime, nullable=False) for name in ("created", "checked")),
    )


def downgrade() -> None:
    op.drop_table("nx_harvest_file")
