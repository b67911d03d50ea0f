"""Make the tables of a site with few plugins in an empty database, and print those of its models that are missing.

``python tables_alone.py INI PLUGIN...``: the plugins of the configuration, in the order of their migrations.
"""

import sys

import sqlalchemy as sa
from ckan.cli import load_config
from ckan.config.middleware import make_app


def missing(plugins: list[str]) -> list[str]:
    from ckan import model
    from ckan.cli.db import _run_migrations

    model.repo.init_db()
    for plugin in plugins:
        _run_migrations(plugin)
    modules = [module for name, module in sys.modules.items() if name.startswith(("ckan.model", "ckanext.nxopendata"))]
    metadata = {id(value): value for module in modules for value in vars(module).values() if _describes(value)}
    there = sa.inspect(model.meta.engine).get_table_names()
    return sorted(
        {name for one in metadata.values() for name in one.tables if name.startswith("nx_") and name not in there}
    )


def _describes(value: object) -> bool:
    return isinstance(value, sa.MetaData)


if __name__ == "__main__":
    with make_app(load_config(sys.argv[1]))._wsgi_app.test_request_context():
        print("missing:", *missing(sys.argv[2:]))
