"""Runs the migrations of the tables of the cases; ``ckan db upgrade -p nxopendata_cases`` calls it."""

from pathlib import Path

from ckan.model.meta import metadata

from ckanext.nxopendata.migration import environment

environment.run(Path(__file__).parent.name, metadata, lambda name: name.startswith("nx_case"))
