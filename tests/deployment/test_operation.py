"""Backup and restore between real databases, systemd units, retention of logs, and one site for each command."""

from __future__ import annotations

import configparser
import datetime as dt
import os
import random
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from gunicorn.config import Config
from psycopg2 import sql

ROOT = Path(__file__).parents[2]
DEPLOYMENT = ROOT / "deployment"
UNITS = DEPLOYMENT / "systemd"
sys.path.append(str(DEPLOYMENT))

from operation import backup  # noqa: E402

SIX_MONTHS = 184


def run(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DEPLOYMENT / name), *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Two empty databases and no files: the environment of a new site."""
    server = urlsplit(os.environ["CKAN_SQLALCHEMY_URL"])
    names = [f"restored_{kind}_{random.randrange(10**9)}" for kind in ("ckan", "datastore")]
    connection = psycopg2.connect(os.environ["CKAN_SQLALCHEMY_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield {
            "CKAN_SQLALCHEMY_URL": urlunsplit(server._replace(path=f"/{names[0]}")),
            "CKAN_DATASTORE_WRITE_URL": urlunsplit(server._replace(path=f"/{names[1]}")),
            "CKAN_STORAGE_PATH": str(tmp_path / "new-storage"),
        }
        for name in names:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    connection.close()


def contents(url: str) -> dict[str, Any]:
    """Every row of every table, and the triggers."""
    connection = psycopg2.connect(url)
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table)))
            found[table] = cursor.fetchall()
        cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2")
        found["triggers"] = cursor.fetchall()
    connection.close()
    return found


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestBackup:
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Path:
        folder = tmp_path / "storage"
        (folder / "resources" / "abc").mkdir(parents=True)
        (folder / "resources" / "abc" / "file").write_bytes(os.urandom(5000))
        (folder / "webassets").mkdir()
        (folder / "webassets" / "made-anew.css").write_text("x")
        return folder

    def test_a_new_site_holds_what_the_old_one_held(
        self, call: Any, storage: Path, tmp_path: Path, new_site: dict[str, str]
    ) -> None:
        department = call("organization_create", name="ting", title_translated={"zh": "厅"})
        texts = {"title_translated": {"zh": "名录"}, "notes_translated": {"zh": "说明"}}
        call("package_create", name="ming-lu", owner_org=department["id"], **texts)
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "key").write_text("secret")
        made = run(
            "backup", ROOT / "test.ini", tmp_path / "backups", "--keep", tmp_path / "secrets",
            CKAN_STORAGE_PATH=str(storage),
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        assert os.environ["CKAN_SQLALCHEMY_URL"].split(":")[2].split("@")[0] not in made.stdout + made.stderr
        (folder,) = (tmp_path / "backups").iterdir()
        assert run("backup", ROOT / "test.ini", folder, "--check").returncode == 0
        restored = run("restore", ROOT / "test.ini", folder, **new_site)
        assert restored.returncode == 0, restored.stderr
        assert contents(new_site["CKAN_SQLALCHEMY_URL"]) == contents(os.environ["CKAN_SQLALCHEMY_URL"])
        old, new = storage / "resources", Path(new_site["CKAN_STORAGE_PATH"]) / "resources"
        assert (new / "abc" / "file").read_bytes() == (old / "abc" / "file").read_bytes()
        assert not (new.parent / "webassets").exists()
        again = run("restore", ROOT / "test.ini", folder, **new_site)
        assert again.returncode == 1
        assert "--replace" in again.stderr
        assert run("restore", ROOT / "test.ini", folder, "--replace", **new_site).returncode == 0

    def test_a_damaged_one_is_found_and_not_restored(
        self, storage: Path, tmp_path: Path, new_site: dict[str, str]
    ) -> None:
        assert run("backup", ROOT / "test.ini", tmp_path / "b", CKAN_STORAGE_PATH=str(storage)).returncode == 0
        (folder,) = (tmp_path / "b").iterdir()
        damaged = bytearray((folder / "ckan.dump").read_bytes())
        damaged[len(damaged) // 2] ^= 1
        (folder / "ckan.dump").write_bytes(damaged)
        for command in (("backup", ROOT / "test.ini", folder, "--check"), ("restore", ROOT / "test.ini", folder)):
            answer = run(str(command[0]), *command[1:], **new_site)
            assert (answer.returncode, "ckan.dump" in answer.stderr) == (1, True)
        assert contents(new_site["CKAN_SQLALCHEMY_URL"])["triggers"] == []

    def test_one_that_failed_leaves_nothing_that_looks_like_a_backup(self, storage: Path, tmp_path: Path) -> None:
        wrong = {"CKAN_STORAGE_PATH": str(storage), "CKAN_SQLALCHEMY_URL": "postgresql://x:y@127.0.0.1:1/none"}
        answer = run("backup", ROOT / "test.ini", tmp_path / "b", **wrong)
        assert answer.returncode == 1
        assert list((tmp_path / "b").iterdir()) == []


def test_old_backups_go_but_the_newest_seven(tmp_path: Path) -> None:
    now = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
    for age in range(0, 400, 20):
        folder = tmp_path / (now - dt.timedelta(days=age)).strftime(backup.NAME)
        folder.mkdir()
        (folder / backup.MANIFEST).write_text("{}")
    (tmp_path / "not-a-backup").mkdir()
    backup.remove_old(tmp_path, 30, now)
    assert len(list(tmp_path.iterdir())) == backup.ALWAYS_KEPT + 1
    assert now.strftime(backup.NAME) in {path.name for path in tmp_path.iterdir()}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS.glob("nxopendata-*"):
        # The programs are on the server; here something stands in their place.
        text = re.sub(r"^(Exec\w+)=\S+", r"\1=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name.replace("@", "@1")).write_text(re.sub("^User=.*\nGroup=.*\n", "", text, flags=re.M))
    names = [str(path) for path in tmp_path.iterdir()]
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True)
    complaints = [line for line in verified.stderr.splitlines() if "nxopendata" in line]
    assert complaints == []


def test_units_run_what_is_there() -> None:
    for unit in UNITS.glob("*.service"):
        parsed = configparser.RawConfigParser(strict=False)
        parsed.optionxform = str  # pyright: ignore
        parsed.read(unit, encoding="utf-8")
        command = parsed["Service"]["ExecStart"]
        for path in re.findall(r"/opt/nxopendata/(deployment/\S+)", command):
            assert (ROOT / path).exists(), path
        assert parsed["Service"]["User"] == "nxopendata"
        assert parsed["Service"]["NoNewPrivileges"] == "true"


def test_logs_are_kept_for_more_than_six_months() -> None:
    journal = configparser.RawConfigParser()
    journal.optionxform = str  # pyright: ignore
    journal.read(UNITS / "journald-nxopendata.conf", encoding="utf-8")
    assert int(journal["Journal"]["MaxRetentionSec"].removesuffix("day")) >= SIX_MONTHS
    assert journal["Journal"]["Storage"] == "persistent"
    rotated = (UNITS / "logrotate-nginx").read_text(encoding="utf-8")
    assert all(int(number) >= SIX_MONTHS for number in re.findall(r"(?:rotate|maxage) (\d+)", rotated))


class TestOneSiteForEachCommand:
    def test_the_ckan_command_reads_the_named_site_and_no_other(self, tmp_path: Path) -> None:
        name = f"nobody-made-{random.randrange(10**9)}"
        answer = run("ckan", "--version", NX_DEMO_INSTANCE=name)
        assert answer.returncode == 1
        assert name in answer.stderr
        folder = ROOT / "var" / name
        folder.mkdir(parents=True)
        try:
            (folder / "ckan.ini").write_text("[app:main]\nuse = config:there-is-no-such-file.ini\n", encoding="utf-8")
            answer = run("ckan", "config", "show", NX_DEMO_INSTANCE=name)
            assert "there-is-no-such-file.ini" in answer.stdout + answer.stderr
        finally:
            shutil.rmtree(folder)

    @pytest.mark.parametrize("name", ["../main/var/demo", "a/b", ".", "", "-x", "test", "log"])
    def test_a_name_that_leaves_the_folder_or_is_taken_is_refused(self, name: str) -> None:
        for command in ("ckan", "demo"):
            answer = run(command, "status", NX_DEMO_INSTANCE=name)
            assert answer.returncode == 1, command
            assert "NX_DEMO_INSTANCE" in answer.stderr


@pytest.mark.parametrize("file", ["local/gunicorn_settings.py", "containers/ckan/gunicorn.conf.py"])
def test_no_header_says_which_page_is_asked_for(file: str) -> None:
    """By default gunicorn takes SCRIPT_NAME and PATH_INFO from whoever asks from the same machine."""
    config = Config()
    config.set("forwarder_headers", runpy.run_path(str(ROOT / "deployment" / file))["forwarder_headers"])
    assert config.forwarder_headers == []
