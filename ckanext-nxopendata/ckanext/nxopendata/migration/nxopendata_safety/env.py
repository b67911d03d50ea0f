"""Runs the migrations of the safety room; ``ckan db upgrade -p nxopendata_safety`` calls it."""

from pathlib import Path

from ckanext.nxopendata.migration import environment
from ckanext.nxopendata.safety.models import metadata

environment.run(Path(__file__).parent.name, metadata, lambda name: name.startswith("nx_safety_"))
