"""Runs the migrations of the licences room; ``ckan db upgrade -p nxopendata_licences`` calls it."""

from pathlib import Path

from ckanext.nxopendata.licences.agreements.models import metadata
from ckanext.nxopendata.migration import environment

environment.run(Path(__file__).parent.name, metadata, lambda name: name.startswith("nx_agreement"))
