"""Use by day, notices to the public, feedback on datasets.

Revision ID: 5d3e8a91c704
Revises:
Create Date: 2026-11-24 02:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "5d3e8a91c704"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_use",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("object", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_nx_use_kind_object", "nx_use", ["kind", "object"])
    op.create_table(
        "nx_announcement",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("text_zh", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("modified", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nx_announcement_day", "nx_announcement", ["day"])
    op.create_table(
        "nx_feedback",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered", sa.DateTime),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nx_feedback_dataset_id", "nx_feedback", ["dataset_id"])
    op.create_index("ix_nx_feedback_state", "nx_feedback", ["state"])


def downgrade() -> None:
    op.drop_table("nx_feedback")
    op.drop_table("nx_announcement")
    op.drop_table("nx_use")
