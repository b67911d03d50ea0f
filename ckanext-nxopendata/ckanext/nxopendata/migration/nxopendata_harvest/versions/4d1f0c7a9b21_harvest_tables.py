"""Tables of sources, runs, records, plans and problems.

Revision ID: 4d1f0c7a9b21
Revises:
Create Date: 2026-11-23 22:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "4d1f0c7a9b21"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nx_harvest_source",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        *(_text(name) for name in ("title", "url", "format")),
        sa.Column("organization_id", sa.Text, nullable=False, index=True),
        *(_text(name) for name in ("schedule", "files", "licence")),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("options", JSONB, nullable=False),
        *(_text(name) for name in ("credentials", "state", "fingerprint")),
        sa.Column("trail", JSONB, nullable=False),
        *_times(),
    )
    op.create_table(
        "nx_harvest_run",
        sa.Column("id", sa.Text, primary_key=True),
        _owner("source_id", "nx_harvest_source.id", index=True),
        sa.Column("state", sa.Text, nullable=False, index=True),
        _text("user_name"),
        *(sa.Column(name, JSONB, nullable=False) for name in ("counts", "stages", "doubts", "evidence")),
        sa.Column("problem_count", sa.Integer, nullable=False),
        sa.Column("note", JSONB, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        *(sa.Column(name, sa.DateTime) for name in ("started", "finished", "heartbeat")),
    )
    op.create_table(
        "nx_harvest_record",
        sa.Column("id", sa.BigInteger, primary_key=True),
        _owner("source_id", "nx_harvest_source.id"),
        _text("guid"),
        sa.Column("dataset_id", sa.Text, nullable=False, index=True),
        *(_text(name) for name in ("hash", "state")),
        sa.Column("seen_run", sa.Text),
        sa.Column("written", JSONB, nullable=False),
        sa.Column("kept", JSONB, nullable=False),
        *_times(),
        sa.UniqueConstraint("source_id", "guid"),
    )
    op.create_table(
        "nx_harvest_plan_entry",
        _owner("run_id", "nx_harvest_run.id", primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(_text(name) for name in ("kind", "guid", "position", "dataset_id", "title", "hash", "state")),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("before", JSONB),
    )
    op.create_index("ix_nx_harvest_plan_entry_state", "nx_harvest_plan_entry", ["run_id", "state", "number"])
    op.create_table(
        "nx_harvest_problem",
        sa.Column("id", sa.BigInteger, primary_key=True),
        _owner("run_id", "nx_harvest_run.id", index=True),
        *(_text(name) for name in ("code", "level")),
        sa.Column("refuses", sa.Boolean, nullable=False),
        sa.Column("guid", sa.Text),
        *(_text(name) for name in ("position", "field")),
        sa.Column("params", JSONB, nullable=False),
    )


def downgrade() -> None:
    for name in ("problem", "plan_entry", "record", "run", "source"):
        op.drop_table(f"nx_harvest_{name}")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _owner(name: str, target: str, **options: bool) -> sa.Column[str]:
    return sa.Column(name, sa.Text, sa.ForeignKey(target, ondelete="CASCADE"), nullable=False, **options)  # pyright: ignore


def _times() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("created", sa.DateTime, nullable=False),  # pyright: ignore[reportReturnType]
        sa.Column("modified", sa.DateTime, nullable=False),
    )
