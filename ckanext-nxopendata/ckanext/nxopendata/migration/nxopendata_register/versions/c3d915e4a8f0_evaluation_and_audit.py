"""The yearly evaluation; what was exported; findings of the audit.

What was exported is append-only, by the trigger of the log.

Revision ID: c3d915e4a8f0
Revises: 8b41f0d27c55
Create Date: 2026-11-26 02:10:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "c3d915e4a8f0"
down_revision = "8b41f0d27c55"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_register_evaluation",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("scores", JSONB, nullable=False),
        sa.Column("total", sa.Text),
        sa.Column("grade", JSONB, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.Column("advice", sa.Text, nullable=False),
        sa.Column("objection", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("accepted", sa.Boolean),
        sa.Column("collected", sa.Date, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("published", sa.Date),
        sa.Column("modified", sa.DateTime, nullable=False),
        sa.UniqueConstraint("year", "owner_org"),
    )
    op.create_table(
        "nx_register_export",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False, index=True),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("filter", JSONB, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False, index=True),
    )
    op.execute(
        "CREATE TRIGGER nx_append_only BEFORE UPDATE OR DELETE ON nx_register_export "
        "FOR EACH ROW EXECUTE FUNCTION nx_register_append_only()"
    )
    op.execute(
        "CREATE TRIGGER nx_no_truncate BEFORE TRUNCATE ON nx_register_export "
        "FOR EACH STATEMENT EXECUTE FUNCTION nx_register_append_only()"
    )
    op.create_table(
        "nx_register_finding",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("due_unsure", sa.Boolean, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("replied", sa.Date),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("created", sa.Date, nullable=False),
        sa.Column("closed", sa.Date),
        sa.Column("reminded", JSONB, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    for table in ("nx_register_finding", "nx_register_export", "nx_register_evaluation"):
        op.drop_table(table)
