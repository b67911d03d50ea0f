"""Titles and resource codes that can be looked up, and the supply of new codes.

Both live as indexes on CKAN's own table, so they hold for whoever writes it. A code that was ever used is
remembered in nx_resource_code, also when its dataset is purged.

Revision ID: 7c2b90e41d05
Revises:
Create Date: 2026-11-23 23:00:00
"""

from alembic import op

revision = "7c2b90e41d05"
down_revision = None
branch_labels = None
depends_on = None

# The same characters as catalogue/schema/filing_rules.py, PUNCTUATION; a test compares the two functions.
SAME_TITLE = r"""
CREATE OR REPLACE FUNCTION nx_same_title(title text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH folded AS (
    SELECT translate(normalize(title, NFKC), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') AS text
  )
  SELECT coalesce(nullif(regexp_replace(text,
    '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u00D7\u2000-\u206F\u2E00-\u2E7F'
    '\u3000-\u3004\u3008-\u3020\u3030-\u303F\u30FB\uFE10-\uFE1F\uFE30-\uFE6F\uFEFF]', '', 'g'), ''), text)
  FROM folded
$$
"""

REMEMBER = """
CREATE OR REPLACE FUNCTION nx_remember_resource_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO nx_resource_code (code) VALUES (NEW.extras->>'nx_resource_code') ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""

# A sequence for each prefix: nextval never waits for another transaction and is never rolled back. Making the
# sequence, once a prefix, waits. Numbers that came from elsewhere are stepped over.
NEXT = """
CREATE OR REPLACE FUNCTION nx_next_resource_code(prefix text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  sequence_name text := quote_ident('nx_resource_code_' || prefix);
  number text;
  candidate text;
BEGIN
  IF to_regclass(sequence_name) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext(sequence_name));
    EXECUTE 'CREATE SEQUENCE IF NOT EXISTS ' || sequence_name;
  END IF;
  LOOP
    number := nextval(sequence_name::regclass)::text;
    candidate := prefix || '/' || lpad(number, greatest(6, length(number)), '0');
    EXIT WHEN NOT EXISTS (SELECT FROM nx_resource_code WHERE code = candidate);
  END LOOP;
  RETURN candidate;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE TABLE nx_resource_code (code text PRIMARY KEY, since timestamp NOT NULL DEFAULT now())")
    op.execute(SAME_TITLE)
    op.execute("CREATE INDEX nx_package_same_title ON package (owner_org, nx_same_title(title))")
    op.execute("CREATE UNIQUE INDEX nx_package_resource_code ON package ((extras->>'nx_resource_code'))")
    op.execute(
        "INSERT INTO nx_resource_code (code) SELECT extras->>'nx_resource_code' FROM package "
        "WHERE extras ? 'nx_resource_code' ON CONFLICT DO NOTHING"
    )
    op.execute(REMEMBER)
    op.execute(
        "CREATE TRIGGER nx_remember_resource_code AFTER INSERT OR UPDATE OF extras ON package FOR EACH ROW "
        "WHEN (NEW.extras ? 'nx_resource_code') EXECUTE FUNCTION nx_remember_resource_code()"
    )
    op.execute(NEXT)


def downgrade() -> None:
    """Take back the indexes and functions; the sequences stay, so that no number is given out twice."""
    op.execute("DROP TRIGGER nx_remember_resource_code ON package")
    op.execute("DROP INDEX nx_package_resource_code")
    op.execute("DROP INDEX nx_package_same_title")
    op.execute("DROP FUNCTION nx_remember_resource_code()")
    op.execute("DROP FUNCTION nx_next_resource_code(text)")
    op.execute("DROP FUNCTION nx_same_title(text)")
    op.execute("DROP TABLE nx_resource_code")
