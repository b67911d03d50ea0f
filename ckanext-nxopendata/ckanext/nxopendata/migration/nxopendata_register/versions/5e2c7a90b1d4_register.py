"""The register: verdicts, connections of units, exemptions, imports, and the log.

The log is append-only for everybody who writes through this database user: a trigger refuses changes.

Revision ID: 5e2c7a90b1d4
Revises:
Create Date: 2026-11-24 02:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "5e2c7a90b1d4"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION nx_register_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "nx_register_verdict",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("system_id", sa.Text, nullable=False, index=True),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("signs", JSONB, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("answered", sa.DateTime),
        sa.Column("decided", sa.DateTime),
    )
    op.create_index(
        "nx_register_one_open_verdict",
        "nx_register_verdict",
        ["system_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('cleared', 'kept')"),
    )
    op.create_table(
        "nx_register_connection",
        sa.Column("owner_org", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("date", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_register_exemption",
        sa.Column("system_id", sa.Text, primary_key=True),
        sa.Column("owner_org", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_register_unit",
        sa.Column("owner_org", sa.Text, primary_key=True),
        sa.Column("people", JSONB, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_register_import",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("finished", sa.DateTime),
    )
    op.create_table(
        "nx_register_log",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False, index=True),
    )
    op.create_index("nx_register_log_subject", "nx_register_log", ["subject", "subject_id"])
    op.execute(APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER nx_append_only BEFORE UPDATE OR DELETE ON nx_register_log "
        "FOR EACH ROW EXECUTE FUNCTION nx_register_append_only()"
    )
    op.execute(
        "CREATE TRIGGER nx_no_truncate BEFORE TRUNCATE ON nx_register_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION nx_register_append_only()"
    )


def downgrade() -> None:
    for table in ("log", "import", "unit", "exemption", "connection", "verdict"):
        op.drop_table(f"nx_register_{table}")
    op.execute("DROP FUNCTION nx_register_append_only()")
