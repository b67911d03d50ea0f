"""Runs the migrations of the tables room; ``ckan db upgrade -p nxopendata_tables`` calls it."""

from pathlib import Path

from ckanext.nxopendata.migration import environment
from ckanext.nxopendata.tables.models import metadata

environment.run(Path(__file__).parent.name, metadata, lambda name: name == "nx_table")
