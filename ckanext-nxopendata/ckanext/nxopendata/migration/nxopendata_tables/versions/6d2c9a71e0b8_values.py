"""The index of the values of tables.

Revision ID: 6d2c9a71e0b8
Revises: 4b8d2e60f1a7
Create Date: 2026-11-29 20:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "6d2c9a71e0b8"
down_revision = "4b8d2e60f1a7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_table_value",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("resource_id", sa.Text, nullable=False, index=True),
        sa.Column("column_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("pairs", ARRAY(sa.Text), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
    )
    op.create_index("ix_nx_table_value_key", "nx_table_value", ["key"], postgresql_where=sa.text("key <> ''"))
    op.create_index("ix_nx_table_value_place", "nx_table_value", ["place"], postgresql_where=sa.text("place <> ''"))
    op.create_index("ix_nx_table_value_pairs", "nx_table_value", ["pairs"], postgresql_using="gin")
    op.create_table(
        "nx_table_indexed",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nx_table_indexed")
    op.drop_table("nx_table_value")
