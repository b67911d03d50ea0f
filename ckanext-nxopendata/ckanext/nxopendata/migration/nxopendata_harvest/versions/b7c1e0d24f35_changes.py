"""The feed of changes: a row a public dataset, kept by a trigger on CKAN's table of datasets.

Revision ID: b7c1e0d24f35
Revises: 4d1f0c7a9b21
Create Date: 2026-11-24 09:55:00
"""

from ckanext.nxopendata.migration import changes_tables

revision = "b7c1e0d24f35"
down_revision = "4d1f0c7a9b21"
branch_labels = None
depends_on = None

upgrade = changes_tables.create_feed
downgrade = changes_tables.drop_feed
