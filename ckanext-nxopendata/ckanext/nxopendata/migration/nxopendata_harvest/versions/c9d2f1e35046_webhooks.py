"""Webhooks and the log of what was delivered to them.

Revision ID: c9d2f1e35046
Revises: 8c2e5b6f1d30
Create Date: 2026-11-24 10:15:00
"""

from ckanext.nxopendata.migration import changes_tables

revision = "c9d2f1e35046"
down_revision = "8c2e5b6f1d30"
branch_labels = None
depends_on = None

upgrade = changes_tables.create_webhooks
downgrade = changes_tables.drop_webhooks
