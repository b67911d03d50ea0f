"""Votes of demands that were merged become rows of the demand that they were merged into: each account counts once.

Until now only their number was added, so that one person could count twice.

Revision ID: c8f2a5b96d31
Revises: d6f02b98c5e1
Create Date: 2026-11-30 17:40:00
"""

from alembic import op

revision = "c8f2a5b96d31"
down_revision = "d6f02b98c5e1"
branch_labels = None
depends_on = None

# A case whose target was merged itself goes on as the last one of the way.
LAST = """
CREATE TEMPORARY TABLE nx_case_merged ON COMMIT DROP AS
WITH RECURSIVE merged AS (
    SELECT c.id, t.id AS target FROM nx_case c JOIN nx_case t ON upper(trim(c.answers->>'merged_into')) =
        'NX' || date_part('year', t.received) || '-' || lpad(t.serial::text, greatest(6, length(t.serial::text)), '0')
    WHERE c.state = 'merged' AND t.id <> c.id
), way AS (
    SELECT id, target, 1 AS depth FROM merged
    UNION ALL SELECT way.id, merged.target, depth + 1 FROM way JOIN merged ON merged.id = way.target WHERE depth < 50
)
SELECT DISTINCT ON (id) id, target FROM way ORDER BY id, depth DESC
"""

MOVE = """
INSERT INTO nx_case_vote (case_id, user_id, created)
SELECT m.target, v.user_id, v.created FROM nx_case_merged m JOIN nx_case_vote v ON v.case_id = m.id
UNION ALL
SELECT m.target, c.applicant_id, c.created FROM nx_case_merged m JOIN nx_case c ON c.id = m.id
WHERE c.applicant_id <> ''
ON CONFLICT DO NOTHING
"""

CLEAR = "DELETE FROM nx_case_vote v USING nx_case_merged m WHERE v.case_id = m.id"

COUNT = """
UPDATE nx_case c SET votes = (
    SELECT count(*) FROM nx_case_vote v WHERE v.case_id = c.id AND v.user_id <> c.applicant_id
) WHERE c.id IN (SELECT id FROM nx_case_merged UNION SELECT target FROM nx_case_merged)
"""


def upgrade() -> None:
    for statement in (LAST, MOVE, CLEAR, COUNT):
        op.execute(statement)


def downgrade() -> None:
    """Leave the rows where they are: whose they were is not known any more, and the count holds."""
