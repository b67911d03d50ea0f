"""The tables of each plugin on somebody else's site: its own migrations, and those of what it needs, make them all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import ckanext.nxopendata.migration
from tests.conventions.needs import NEEDS

ROOT = Path(__file__).parents[2]
MIGRATED = sorted(path.parent.name for path in Path(ckanext.nxopendata.migration.__path__[0]).glob("*/env.py"))
SCRIPT = Path(__file__).with_name("tables_alone.py")


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database of CKAN's user with nothing in it."""
    url = sa.make_url(os.environ["CKAN_SQLALCHEMY_URL"])
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS nx_alone")
        connection.exec_driver_sql("CREATE DATABASE nx_alone TEMPLATE template0 ENCODING 'UTF8'")
        yield url.set(database="nx_alone").render_as_string(hide_password=False)
        connection.exec_driver_sql("DROP DATABASE nx_alone WITH (FORCE)")
    engine.dispose()


@pytest.mark.parametrize("plugin", MIGRATED)
def test_migrations_make_every_table_that_the_plugin_uses(plugin: str, empty_database: str, tmp_path: Path) -> None:
    needed = NEEDS[plugin].split()
    ini = tmp_path / "site.ini"
    lines = (ROOT / "test.ini").read_text(encoding="utf-8").replace("%(here)s", str(ROOT)).splitlines()
    plugins = f"ckan.plugins = {' '.join([plugin, *needed])}"
    ini.write_text("\n".join(plugins if line.startswith("ckan.plugins") else line for line in lines), encoding="utf-8")
    migrated = [name for name in [*needed, plugin] if name in MIGRATED]
    result = subprocess.run(
        [sys.executable, str(SCRIPT), str(ini), *migrated],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"CKAN_SQLALCHEMY_URL": empty_database},
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.splitlines()[-1] == "missing:"
