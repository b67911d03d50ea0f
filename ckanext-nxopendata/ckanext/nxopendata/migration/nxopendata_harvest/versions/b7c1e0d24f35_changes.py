"""The feed of changes: a row a public dataset, kept by a trigger on CKAN's table of datasets.

Revision ID: b7c1e0d24f35
Revises: 4d1f0c7a9b21
Create Date: 2026-11-24 09:55:00
"""

import sqlalchemy as sa
from alembic import op

revision = "b7c1e0d24f35"
down_revision = "4d1f0c7a9b21"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
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


def downgrade() -> None:
    op.execute("DROP TRIGGER nx_change_note ON package")
    op.execute("DROP FUNCTION nx_change_note()")
    op.drop_table("nx_change")
