"""The table of notices, which the plugins that tell people something share: the first to be installed makes it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB


def create() -> None:
    """Make the table of notices, unless it is there."""
    if sa.inspect(op.get_bind()).has_table("nx_notice"):
        return
    op.create_table(
        "nx_notice",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("read", sa.DateTime),
    )
    op.create_index("nx_notice_of_user", "nx_notice", ["user_id", "read"])
