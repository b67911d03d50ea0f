"""Tables of the review, made by whichever of the review and the catalogue comes first.

Sites of earlier versions have them from a revision of the catalogue; a site without it, from one of the review.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION nx_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$
"""


def create() -> None:
    """Make the tables of cases and decisions, unless they are there."""
    if sa.inspect(op.get_bind()).has_table("nx_review_case"):
        return
    op.create_table(
        "nx_review_case",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False, index=True),
        sa.Column("owner_org", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("payload", JSONB),
        sa.Column("base", JSONB),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("deadline", sa.Date, index=True),
        sa.Column("deadline_unsure", sa.Boolean, nullable=False),
        sa.Column("release_at", sa.DateTime, index=True),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
    )
    op.create_index(
        "nx_review_one_of_new", "nx_review_case", ["dataset_id"], unique=True, postgresql_where=sa.text("kind = 'new'")
    )
    op.create_index(
        "nx_review_one_open_change",
        "nx_review_case",
        ["dataset_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'change' AND state NOT IN ('published', 'refused')"),
    )
    op.create_table(
        "nx_review_decision",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("case_id", sa.Text, nullable=False, index=True),
        sa.Column("dataset_id", sa.Text, nullable=False, index=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False),
    )
    op.execute(APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER nx_append_only BEFORE UPDATE OR DELETE ON nx_review_decision "
        "FOR EACH ROW EXECUTE FUNCTION nx_append_only()"
    )
    op.execute(
        "CREATE TRIGGER nx_no_truncate BEFORE TRUNCATE ON nx_review_decision "
        "FOR EACH STATEMENT EXECUTE FUNCTION nx_append_only()"
    )


def drop() -> None:
    """Remove the tables of cases and decisions, unless the other plugin did."""
    op.drop_table("nx_review_decision", if_exists=True)
    op.drop_table("nx_review_case", if_exists=True)
    op.execute("DROP FUNCTION IF EXISTS nx_append_only()")
