"""Runs the migrations of the tables of changes and webhooks; ``ckan db upgrade -p nxopendata_changes`` calls it."""

from pathlib import Path

from ckan.model.meta import metadata

from ckanext.nxopendata.migration import environment

environment.run(Path(__file__).parent.name, metadata, lambda name: name.startswith(("nx_change", "nx_webhook")))
