"""A site of an earlier version holds the same after ``ckan db upgrade`` and a rebuild of its index.

``data/site_2026_11.sql.xz`` is the database of the demonstration site of November 2026, before the register had tables
of its own: 39 datasets, a pending change, runs, an agreement, what readers wrote; accounts without passwords.
``data/site_2026_11.json.xz`` is what ``site_snapshot.py`` printed of it then.
"""

import json
import lzma
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from ckan.plugins import toolkit as tk
from sqlalchemy.engine import make_url

DATA = Path(__file__).parent / "data"
NAME = "upgraded"


def run(command: list[str], environment: dict[str, str], **options: Any) -> str:
    result = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, **options
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


@pytest.fixture(scope="module")
def upgraded() -> Iterator[dict[str, Any]]:
    """What the site shows after the upgrade. The index is the test's own: it is emptied afterwards."""
    address = make_url(tk.config["sqlalchemy.url"])
    admin = psycopg2.connect(address.set(database="postgres").render_as_string(hide_password=False))
    admin.autocommit = True
    site = address.set(database=NAME).render_as_string(hide_password=False)
    environment = {
        "CKAN_SQLALCHEMY_URL": site,
        "CKAN_SITE_URL": "http://localhost:5600",
        "CKAN_INI": tk.config["__file__"],
        "PYTHONUTF8": "1",
    }
    ckan = [str(Path(sys.executable).with_name("ckan")), "-c", environment["CKAN_INI"]]
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(f"CREATE DATABASE {NAME}")
    try:
        dump = lzma.decompress((DATA / "site_2026_11.sql.xz").read_bytes()).decode()
        run(["psql", "--quiet", "--set=ON_ERROR_STOP=1", site], {}, input=dump)
        run([*ckan, "db", "upgrade"], environment)
        run([*ckan, "search-index", "rebuild", "--force"], environment)
        yield json.loads(run([sys.executable, str(Path(__file__).with_name("site_snapshot.py"))], environment))
    finally:
        subprocess.run([*ckan, "search-index", "clear"], env=os.environ | environment, capture_output=True, check=False)
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        admin.close()


EARLIER = json.loads(lzma.decompress((DATA / "site_2026_11.json.xz").read_bytes()))


@pytest.mark.parametrize("subject", sorted(EARLIER))
def test_an_earlier_site_shows_the_same(upgraded: dict[str, Any], subject: str) -> None:
    shown = upgraded[subject]
    if subject == "tasks":  # the list of the plan's tasks has grown since
        shown = {code: task for code, task in shown.items() if code in EARLIER["tasks"]}
    assert shown == EARLIER[subject]
