"""Signatures of the offices under a project's filing; files attached to projects and tasks.

Revision ID: a91c5e7d3b20
Revises: f4b81c2d6a37
Create Date: 2026-11-29 01:05:00
"""

import sqlalchemy as sa
from alembic import op

revision = "a91c5e7d3b20"
down_revision = "f4b81c2d6a37"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_project_signature",
        sa.Column("project_id", sa.Text, primary_key=True),
        sa.Column("office", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nx_register_attachment",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("owner_org", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False),
    )
    op.create_index("nx_register_attachment_subject", "nx_register_attachment", ["subject", "subject_id"])


def downgrade() -> None:
    op.drop_table("nx_register_attachment")
    op.drop_table("nx_project_signature")
