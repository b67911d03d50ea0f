"""The tables of safety.

Revision ID: 3a9c5e7f1b26
Revises:
Create Date: 2026-11-29 13:20:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "3a9c5e7f1b26"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "nx_safety_content",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("part", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("changed", moment, nullable=False),
    )
    op.create_index("nx_safety_content_of_dataset", "nx_safety_content", ["dataset_id"])
    op.create_index("nx_safety_content_by_hash", "nx_safety_content", ["sha256"])
    op.create_table(
        "nx_safety_verdict",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_table(
        "nx_safety_signoff",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("approver", sa.Text, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("decided", moment),
    )
    op.create_index("nx_safety_signoff_of_resource", "nx_safety_signoff", ["resource_id"])
    op.create_table(
        "nx_safety_recall",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("lifted_by", sa.Text, nullable=False),
        sa.Column("lifted", moment),
    )
    op.create_index("nx_safety_recall_of_dataset", "nx_safety_recall", ["dataset_id"])
    op.create_table(
        "nx_safety_officer",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_table(
        "nx_safety_event",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("time", moment, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("detail", JSONB, nullable=False),
    )
    op.create_index("nx_safety_event_of_dataset", "nx_safety_event", ["dataset_id"])


def downgrade() -> None:
    for name in ("event", "officer", "recall", "signoff", "verdict", "content"):
        op.drop_table(f"nx_safety_{name}")
