"""Tables of the feed of changes and of its webhooks, made by whichever of the harvest and the changes comes first.

Sites of earlier versions have them from the harvest's revisions; a site without the harvest has them from those of
``nxopendata_changes``.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

FUNCTION = """
CREATE OR REPLACE FUNCTION nx_change_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.type = 'dataset' AND NEW.state = 'active' AND NEW.private IS NOT TRUE
            AND NOT coalesce(jsonb_exists(NEW.extras, 'nx_withdrawn'), false) THEN
        INSERT INTO nx_change AS known (dataset_id, name, kind, time)
        VALUES (NEW.id, NEW.name, 'changed', clock_timestamp() AT TIME ZONE 'UTC')
        ON CONFLICT (dataset_id) DO UPDATE
        SET name = EXCLUDED.name, kind = 'changed', time = EXCLUDED.time, seq = NULL, numbered = NULL;
    ELSE
        UPDATE nx_change
        SET kind = 'withdrawn', time = clock_timestamp() AT TIME ZONE 'UTC', seq = NULL, numbered = NULL
        WHERE dataset_id = CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END AND kind = 'changed';
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER nx_change_note AFTER INSERT OR UPDATE OR DELETE ON package
FOR EACH ROW EXECUTE FUNCTION nx_change_note()
"""
FILL = """
INSERT INTO nx_change (dataset_id, name, kind, time)
SELECT id, name, 'changed', coalesce(metadata_modified, clock_timestamp() AT TIME ZONE 'UTC') FROM package
WHERE type = 'dataset' AND state = 'active' AND private IS NOT TRUE
AND NOT coalesce(jsonb_exists(extras, 'nx_withdrawn'), false)
"""


def create_feed() -> None:
    """Make the table of changes and its trigger, unless they are there."""
    if sa.inspect(op.get_bind()).has_table("nx_change"):
        return
    op.create_table(
        "nx_change",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("time", sa.DateTime, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("numbered", sa.DateTime),
    )
    op.execute("CREATE SEQUENCE nx_change_seq OWNED BY nx_change.seq")
    op.create_index("ix_nx_change_seq", "nx_change", ["seq"], unique=True)
    op.create_index("ix_nx_change_numbered", "nx_change", ["numbered"])
    op.create_index("ix_nx_change_fresh", "nx_change", ["time"], postgresql_where=sa.text("seq IS NULL"))
    op.execute(FUNCTION)
    op.execute(FILL)
    op.execute(TRIGGER)


def create_webhooks() -> None:
    """Make the tables of the webhooks, unless they are there."""
    if sa.inspect(op.get_bind()).has_table("nx_webhook"):
        return
    op.create_table(
        "nx_webhook",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "url", "state", "salt", "user_id")),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.DateTime, nullable=False) for name in ("created", "modified")),
    )
    op.create_table(
        "nx_webhook_delivery",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("webhook_id", sa.Text, sa.ForeignKey("nx_webhook.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("tried", sa.DateTime),
        sa.Column("next_try", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nx_webhook_delivery_webhook", "nx_webhook_delivery", ["webhook_id", "created"])


def drop_feed() -> None:
    """Remove the table of changes with its trigger, unless the other plugin did."""
    op.execute("DROP TRIGGER IF EXISTS nx_change_note ON package")
    op.execute("DROP FUNCTION IF EXISTS nx_change_note()")
    op.drop_table("nx_change", if_exists=True)


def drop_webhooks() -> None:
    """Remove the tables of the webhooks, unless the other plugin did."""
    op.drop_table("nx_webhook_delivery", if_exists=True)
    op.drop_table("nx_webhook", if_exists=True)
