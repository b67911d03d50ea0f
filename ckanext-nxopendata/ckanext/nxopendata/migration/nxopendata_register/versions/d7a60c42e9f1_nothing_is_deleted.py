"""Systems and projects are disposed of, never deleted, whoever writes: also ``ckan dataset delete``.

They neither become public nor change their kind or their department. Whoever must empty the database all the same, as
tests do, says ``SET nxopendata.purge = 'on'`` first.

Revision ID: d7a60c42e9f1
Revises: c3d915e4a8f0
Create Date: 2026-11-26 02:30:00
"""

from alembic import op

revision = "d7a60c42e9f1"
down_revision = "c3d915e4a8f0"
branch_labels = None
depends_on = None

KEEP = """
CREATE OR REPLACE FUNCTION nx_register_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('nxopendata.purge', true) = 'on' THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'the register keeps its systems and projects: dispose of % instead', OLD.name;
END $$
"""
OURS = "OLD.type IN ('system', 'project')"
FORBIDDEN = (
    "NEW.state = 'deleted' OR NEW.type IS DISTINCT FROM OLD.type OR (OLD.private AND NOT NEW.private)"
    " OR (OLD.owner_org IS NOT NULL AND NEW.owner_org IS DISTINCT FROM OLD.owner_org)"
)


def upgrade() -> None:
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER nx_register_keep_row BEFORE DELETE ON package "
        f"FOR EACH ROW WHEN ({OURS}) EXECUTE FUNCTION nx_register_keep()"
    )
    op.execute(
        "CREATE TRIGGER nx_register_keep_state BEFORE UPDATE ON package "
        f"FOR EACH ROW WHEN ({OURS} AND ({FORBIDDEN})) EXECUTE FUNCTION nx_register_keep()"
    )


def downgrade() -> None:
    for trigger in ("nx_register_keep_row", "nx_register_keep_state"):
        op.execute(f"DROP TRIGGER {trigger} ON package")
    op.execute("DROP FUNCTION nx_register_keep()")
