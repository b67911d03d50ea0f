"""Cases, their history, and votes for demands.

Revision ID: 5b7d21c0a9e4
Revises:
Create Date: 2026-11-29 12:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "5b7d21c0a9e4"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION nx_case_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$
"""


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    op.create_table(
        "nx_case",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("serial", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
        *map(text, ("kind", "state", "phase", "title", "applicant_id", "applicant_org", "owner_org")),
        *map(text, ("dataset_id", "dataset_name", "dataset_title", "resource_id")),
        sa.Column("answers", JSONB, nullable=False),
        text("outcome"),
        text("level"),
        sa.Column("received", sa.Date, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("due_unsure", sa.Boolean, nullable=False),
        sa.Column("answered", sa.Date),
        sa.Column("answered_late", sa.Boolean),
        text("agreement_id"),
        sa.Column("suspends", sa.Boolean, nullable=False),
        sa.Column("marks", sa.Boolean, nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        text("client_key"),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
        sa.UniqueConstraint("applicant_id", "client_key", name="nx_case_once"),
    )
    op.create_index("ix_nx_case_desk", "nx_case", ["owner_org", "phase", "due", "serial"])
    op.create_index("ix_nx_case_board", "nx_case", ["phase", "due", "serial"])
    op.create_index("ix_nx_case_applicant", "nx_case", ["applicant_id", "serial"])
    op.create_index("ix_nx_case_applicant_org", "nx_case", ["applicant_org", "serial"])
    op.create_index("ix_nx_case_kind", "nx_case", ["kind", "serial"])
    op.create_index("ix_nx_case_dataset", "nx_case", ["dataset_id", "kind"])
    for flag in ("suspends", "marks"):
        op.create_index(f"ix_nx_case_{flag}", "nx_case", ["dataset_id"], postgresql_where=sa.text(flag))
    op.create_table(
        "nx_case_vote",
        sa.Column("case_id", sa.Text, sa.ForeignKey("nx_case.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_case_event",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *map(text, ("case_id", "action", "source", "target", "actor_id", "role", "opinion")),
        sa.Column("extends", sa.Boolean, nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nx_case_event_case", "nx_case_event", ["case_id", "id"])
    op.execute(APPEND_ONLY)
    for name, when in (("only", "UPDATE OR DELETE"), ("no_truncate", "TRUNCATE")):
        each = "STATEMENT" if when == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER nx_case_{name} BEFORE {when} ON nx_case_event "
            f"FOR EACH {each} EXECUTE FUNCTION nx_case_append_only()"
        )


def downgrade() -> None:
    op.drop_table("nx_case_event")
    op.drop_table("nx_case_vote")
    op.drop_table("nx_case")
    op.execute("DROP FUNCTION IF EXISTS nx_case_append_only()")
