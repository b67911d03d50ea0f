"""Runs the migrations of the harvest's tables; ``ckan db upgrade -p nxopendata_harvest`` calls it."""

from pathlib import Path

from ckan.model.meta import metadata

from ckanext.nxopendata.migration import environment

PREFIXES = ("nx_harvest_", "nx_change", "nx_webhook")

environment.run(Path(__file__).parent.name, metadata, lambda name: name.startswith(PREFIXES))
