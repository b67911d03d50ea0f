"""The ledger of the plan: tasks that the office changes, units' steps, notices, what was sent to the State.

Revision ID: e8c17b5d40f2
Revises: b2f4068c91ae
Create Date: 2026-11-29 16:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e8c17b5d40f2"
down_revision = "b2f4068c91ae"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nx_register_task", sa.Column("by_facts", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "nx_register_ledger_task",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("parent", sa.Text, nullable=False),
        sa.Column("section", postgresql.JSONB, nullable=False),
        sa.Column("title", postgresql.JSONB, nullable=False),
        sa.Column("lead", postgresql.JSONB, nullable=False),
        sa.Column("cooperating", postgresql.JSONB, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("due_text", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_register_step",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("owner_org", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("done", sa.Date),
    )
    op.create_index("nx_register_step_code", "nx_register_step", ["code", "owner_org"])
    op.create_table(
        "nx_register_notice",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("issued", sa.Date, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("replied", sa.Date),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
    )
    op.create_table(
        "nx_register_dispatch",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("sent", sa.Date, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("owner_org", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    for table in ("dispatch", "notice", "step", "ledger_task"):
        op.drop_table(f"nx_register_{table}")
    op.drop_column("nx_register_task", "by_facts")
