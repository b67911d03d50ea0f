"""Addresses that were confirmed, and organisations that the office confirms.

Who has applied before had an address that letters went to, but nobody had confirmed it: they confirm it once.

Revision ID: c1e5a9027f34
Revises: 3d8f0b7c61aa
Create Date: 2026-11-29 16:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "c1e5a9027f34"
down_revision = "3d8f0b7c61aa"
branch_labels = None
depends_on = None


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def user(*, primary_key: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey("user.id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Text, key, primary_key=primary_key, nullable=False)


def upgrade() -> None:
    confirmed = sa.Column("confirmed", sa.DateTime, nullable=False)
    op.create_table("nx_case_address", user(primary_key=True), text("email"), confirmed)
    op.create_table(
        "nx_case_organisation",
        sa.Column("id", sa.Text, primary_key=True),
        user(),
        *map(text, ("name", "uscc", "state", "reason", "decided_by")),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("decided", sa.DateTime),
    )
    op.create_index("ix_nx_case_organisation_user_id", "nx_case_organisation", ["user_id"])
    op.create_index(
        "ix_nx_case_organisation_asked",
        "nx_case_organisation",
        ["created"],
        postgresql_where=sa.text("state = 'asked'"),
    )


def downgrade() -> None:
    op.drop_table("nx_case_organisation")
    op.drop_table("nx_case_address")
