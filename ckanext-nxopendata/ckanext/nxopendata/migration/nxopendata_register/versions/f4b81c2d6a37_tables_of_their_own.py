"""Systems and projects in tables of their own; they were datasets of CKAN of the types ``system`` and ``project``.

Ids, names, fields and times stay, and with the ids what the log, the proposals and the exemptions say of them. What
somebody had emptied out of the register before (state ``deleted``) was not part of it, and stays in CKAN's trash.

Afterwards ``ckan search-index clear-orphans`` clears what an earlier rebuild of the index may have put there.

Revision ID: f4b81c2d6a37
Revises: d7a60c42e9f1
Create Date: 2026-11-28 21:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "f4b81c2d6a37"
down_revision = "d7a60c42e9f1"
branch_labels = None
depends_on = None

KINDS = ("system", "project")

AS_JSON = """
CREATE FUNCTION pg_temp.nx_as_json(name text, value text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  localised boolean := name IN ('title_translated', 'notes_translated');
  read jsonb;
BEGIN
  IF NOT localised AND name NOT IN ('nx_datasets', 'nx_uses', 'nx_systems') THEN
    RETURN to_jsonb(value);
  END IF;
  BEGIN
    read := value::jsonb;
  EXCEPTION WHEN invalid_text_representation THEN
    read := to_jsonb(value);
  END;
  IF localised THEN
    RETURN CASE jsonb_typeof(read) WHEN 'object' THEN read ELSE jsonb_build_object('zh', value) END;
  END IF;
  RETURN CASE jsonb_typeof(read) WHEN 'array' THEN read ELSE jsonb_build_array(value) END;
END $$
"""
"""CKAN keeps nothing but texts; lists and localised texts were JSON in a text."""

CARRY_OVER = """
INSERT INTO nx_{kind} (id, name, owner_org, title, fields, created, modified)
SELECT id, name, coalesce(owner_org, ''), coalesce(nullif(title, ''), name),
  jsonb_build_object('title_translated', jsonb_build_object('zh', coalesce(nullif(title, ''), name)))
  || CASE WHEN '{kind}' = 'system' AND notes <> ''
     THEN jsonb_build_object('notes_translated', jsonb_build_object('zh', notes)) ELSE '{{}}' END
  || coalesce((SELECT jsonb_object_agg(key, pg_temp.nx_as_json(key, value)) FROM jsonb_each_text(extras)), '{{}}'),
  coalesce(metadata_created, metadata_modified, now() AT TIME ZONE 'UTC'),
  coalesce(metadata_modified, metadata_created, now() AT TIME ZONE 'UTC')
FROM package WHERE type = '{kind}' AND state = 'active'
"""

MOVED = "(SELECT id FROM nx_system UNION ALL SELECT id FROM nx_project)"
TAKE_OUT = (
    "DELETE FROM member WHERE table_name = 'package' AND table_id IN {moved}",
    "DELETE FROM package_member WHERE package_id IN {moved}",
    "DELETE FROM package_tag WHERE package_id IN {moved}",
    "DELETE FROM package_relationship WHERE subject_package_id IN {moved} OR object_package_id IN {moved}",
    "DELETE FROM resource_view WHERE resource_id IN (SELECT id FROM resource WHERE package_id IN {moved})",
    "DELETE FROM resource WHERE package_id IN {moved}",
    "DELETE FROM package WHERE id IN {moved}",
)

GIVE_BACK = """
INSERT INTO package (id, name, title, notes, type, state, private, owner_org, creator_user_id, metadata_created,
  metadata_modified, extras)
SELECT id,
  CASE WHEN EXISTS (SELECT FROM package WHERE package.name = entry.name) THEN name || '-' || left(id, 8) ELSE name END,
  title,
  coalesce(fields->'notes_translated'->>'zh', (SELECT value FROM jsonb_each_text(fields->'notes_translated') LIMIT 1)),
  '{kind}', 'active', true, nullif(owner_org, ''),
  (SELECT nullif(user_id, '') FROM nx_register_log
   WHERE subject = '{kind}' AND subject_id = entry.id AND action = 'create' ORDER BY nx_register_log.id LIMIT 1),
  created, modified,
  coalesce((SELECT jsonb_object_agg(key, to_jsonb(value)) FROM jsonb_each_text(fields) WHERE value IS NOT NULL), '{{}}')
FROM nx_{kind} AS entry
"""
JOIN_DEPARTMENT = """
INSERT INTO member (id, group_id, table_id, state, table_name, capacity)
SELECT gen_random_uuid()::text, owner_org, id, 'active', 'package', 'organization' FROM nx_{kind} WHERE owner_org <> ''
"""

KEEP_PACKAGES = (
    "CREATE TRIGGER nx_register_keep_row BEFORE DELETE ON package FOR EACH ROW"
    " WHEN (OLD.type IN ('system', 'project')) EXECUTE FUNCTION nx_register_keep()",
    "CREATE TRIGGER nx_register_keep_state BEFORE UPDATE ON package FOR EACH ROW"
    " WHEN (OLD.type IN ('system', 'project') AND (NEW.state = 'deleted' OR NEW.type IS DISTINCT FROM OLD.type"
    " OR (OLD.private AND NOT NEW.private)"
    " OR (OLD.owner_org IS NOT NULL AND NEW.owner_org IS DISTINCT FROM OLD.owner_org)))"
    " EXECUTE FUNCTION nx_register_keep()",
)
"""As the revision before made them."""


def upgrade() -> None:
    for kind in KINDS:
        op.create_table(
            f"nx_{kind}",
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("name", sa.Text, nullable=False, unique=True),
            sa.Column("owner_org", sa.Text, nullable=False, index=True),
            sa.Column("title", sa.Text, nullable=False),
            sa.Column("fields", JSONB, nullable=False),
            sa.Column("created", sa.DateTime, nullable=False),
            sa.Column("modified", sa.DateTime, nullable=False),
        )
    op.execute(AS_JSON)
    for kind in KINDS:
        op.execute(CARRY_OVER.format(kind=kind))
    for trigger in ("nx_register_keep_row", "nx_register_keep_state"):
        op.execute(f"DROP TRIGGER {trigger} ON package")
    for statement in TAKE_OUT:
        op.execute(statement.format(moved=MOVED))
    for kind in KINDS:
        op.execute(
            f"CREATE TRIGGER nx_register_keep_row BEFORE DELETE ON nx_{kind} "
            "FOR EACH ROW EXECUTE FUNCTION nx_register_keep()"
        )
        op.execute(
            f"CREATE TRIGGER nx_register_keep_owner BEFORE UPDATE ON nx_{kind} FOR EACH ROW "
            "WHEN (NEW.id <> OLD.id OR NEW.owner_org <> OLD.owner_org) EXECUTE FUNCTION nx_register_keep()"
        )


def downgrade() -> None:
    for kind in KINDS:
        op.execute(GIVE_BACK.format(kind=kind))
        op.execute(JOIN_DEPARTMENT.format(kind=kind))
        op.drop_table(f"nx_{kind}")
    for statement in KEEP_PACKAGES:
        op.execute(statement)
