"""Runs the migrations of the register's tables; ``ckan db upgrade -p nxopendata_register`` calls it."""

from pathlib import Path

from ckan.model.meta import metadata

from ckanext.nxopendata.migration import environment

TABLES = frozenset({"nx_system", "nx_project"})


def _is_own(name: str) -> bool:
    return name in TABLES or name.startswith("nx_register_")


environment.run(Path(__file__).parent.name, metadata, _is_own)
