"""Messages of readers, which had a table of their own, have a case each: the same id, with their history.

The time limit of those that wait is computed by the task of the night.

Revision ID: 3d8f0b7c61aa
Revises: 9c40e7a1d2b8
Create Date: 2026-11-29 16:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "3d8f0b7c61aa"
down_revision = "9c40e7a1d2b8"
branch_labels = None
depends_on = None

# Days are those of China, which is eight hours before UTC.
CASES = """
INSERT INTO nx_case (id, kind, state, phase, title, applicant_id, applicant_org, owner_org, dataset_id, dataset_name,
    dataset_title, resource_id, answers, outcome, level, received, due_unsure, answered, agreement_id, suspends, marks,
    votes, version, client_key, created, modified)
SELECT f.id, 'message', CASE WHEN f.state = 'waiting' THEN 'waiting' WHEN f.state = 'refused' THEN 'refused'
        WHEN f.answer = '' THEN 'published' ELSE 'answered' END,
    CASE WHEN f.state = 'waiting' THEN 'open' ELSE 'answered' END,
    left(regexp_replace(f.text, '\\s+', ' ', 'g'), 80), '', '', COALESCE(p.owner_org, ''), p.id, p.name,
    COALESCE(NULLIF(p.title, ''), p.name), '',
    jsonb_strip_nulls(jsonb_build_object('topic', f.kind, 'text', f.text, 'signed', NULLIF(f.name, ''))), '', 'none',
    (f.created + INTERVAL '8 hours')::date, false, (f.answered + INTERVAL '8 hours')::date, '', false, false, 0,
    CASE WHEN f.state = 'waiting' THEN 1 ELSE 2 END, f.id, f.created, COALESCE(f.answered, f.created)
FROM nx_feedback f JOIN package p ON p.id = f.dataset_id
ORDER BY f.created, f.id
ON CONFLICT DO NOTHING
"""

RECEIVED = """
INSERT INTO nx_case_event (case_id, action, source, target, actor_id, role, opinion, extends, detail, day, time)
SELECT f.id, 'create', '', 'waiting', '', 'applicant', '', false, '{}',
    (f.created + INTERVAL '8 hours')::date, f.created
FROM nx_feedback f JOIN nx_case c ON c.id = f.id ORDER BY f.created, f.id
"""

DECIDED = """
INSERT INTO nx_case_event (case_id, action, source, target, actor_id, role, opinion, extends, detail, day, time)
SELECT f.id, CASE c.state WHEN 'answered' THEN 'answer' WHEN 'refused' THEN 'refuse' ELSE 'publish' END, 'waiting',
    c.state, COALESCE(f.decided_by, ''), 'editor', f.answer, false, '{}',
    (COALESCE(f.answered, f.created) + INTERVAL '8 hours')::date, COALESCE(f.answered, f.created)
FROM nx_feedback f JOIN nx_case c ON c.id = f.id WHERE f.state <> 'waiting' ORDER BY f.created, f.id
"""


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("nx_feedback"):
        for statement in (CASES, RECEIVED, DECIDED):
            op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE nx_case_event DISABLE TRIGGER nx_case_only")
    op.execute("DELETE FROM nx_case_event WHERE case_id IN (SELECT id FROM nx_case WHERE kind = 'message')")
    op.execute("ALTER TABLE nx_case_event ENABLE TRIGGER nx_case_only")
    op.execute("DELETE FROM nx_case WHERE kind = 'message'")
