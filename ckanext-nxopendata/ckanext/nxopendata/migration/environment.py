"""What the ``env.py`` of every room does when Alembic loads it: run the room's migrations, or write their SQL."""

from __future__ import annotations

from collections.abc import Callable
from logging.config import fileConfig
from typing import Any

from alembic import context
from sqlalchemy import MetaData, engine_from_config, pool


def run(plugin: str, metadata: MetaData, own: Callable[[str], bool]) -> None:
    """Run the migrations in the database, or write the SQL instead where Alembic asks for it.

    Args:
        plugin: the name of the plugin; its versions are counted in ``<plugin>_alembic_version``.
        metadata: what describes its tables.
        own: whether a table (by name) belongs to the plugin.
    """
    config = context.config
    if config.config_file_name:
        fileConfig(config.config_file_name, disable_existing_loggers=False)
    options: dict[str, Any] = {
        "target_metadata": metadata,
        "version_table": f"{plugin}_alembic_version",
        "include_object": lambda _object, name, kind, *_: kind != "table" or own(name),
    }
    if context.is_offline_mode():
        context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    section = config.get_section(config.config_ini_section) or {}
    engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
