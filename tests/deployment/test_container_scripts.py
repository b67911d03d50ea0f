"""The scripts of the containers, run on the real services of the tests."""

import os
import secrets as random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import requests
from psycopg2 import sql

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "deployment" / "containers"
CKAN = CONTAINERS / "ckan"
ENTRYPOINT = [sys.executable, str(CKAN / "entrypoint.py")]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run([CONTAINERS / "make-secrets", folder], capture_output=True, check=True)
    return folder


@dataclass(frozen=True, slots=True)
class Containers:
    """The environment of the CKAN containers, on databases that ``10-databases.sh`` made."""

    environment: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ENTRYPOINT, *command], env=self.environment, cwd=CKAN, capture_output=True, text=True, check=False
        )

    def health(self, kind: str) -> subprocess.CompletedProcess[str]:
        """Run the health check as the engine does: in the container, but not through its entry point."""
        command = [sys.executable, str(CKAN / "healthcheck.py"), kind]
        return subprocess.run(command, env=self.environment, cwd=CKAN, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def redis(secrets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Redis started as its container starts it; the environment that reaches it."""
    settings = {
        "NX_SECRETS": str(secrets),
        "NX_REDIS_BIND": "127.0.0.1",
        "NX_REDIS_HOST": "127.0.0.1",
        "NX_REDIS_PORT": str(free_port()),
        "NX_REDIS_DIR": str(tmp_path_factory.mktemp("redis")),
    }
    server = subprocess.Popen([CONTAINERS / "redis" / "start.sh"], env=os.environ | settings, stdout=subprocess.PIPE)
    yield settings
    server.terminate()
    server.communicate(timeout=20)


@pytest.fixture(scope="module")
def containers(secrets: Path, redis: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    server = urlsplit(os.environ["CKAN_SQLALCHEMY_URL"])
    mark = random.token_hex(4)
    names = {
        "NX_DB_OWNER": f"owner_{mark}",
        "NX_DB_READER": f"reader_{mark}",
        "NX_DB_CKAN": f"ckan_{mark}",
        "NX_DB_DATASTORE": f"datastore_{mark}",
    }
    folder = tmp_path_factory.mktemp("site")
    environment = (
        {key: value for key, value in os.environ.items() if not key.startswith("CKAN_")}
        | names
        | redis
        | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NX_DB_HOST": str(server.hostname),
            "NX_DB_PORT": str(server.port),
            "PGHOST": str(server.hostname),
            "PGPORT": str(server.port),
            "PGPASSWORD": str(server.password),
            "POSTGRES_USER": str(server.username),
            "NX_ADMIN_NAME": "zhang-san",
            "NX_ADMIN_EMAIL": "zhang-san@data.nx.example",
            "NX_HARVEST_ALLOWED_HOSTS": "10.64.0.0/16",
            "CKAN_INI": str(folder / "ckan.ini"),
            "CKAN_SITE_URL": "https://data.nx.example",
            "CKAN_SOLR_URL": os.environ["CKAN_SOLR_URL"],
            "CKAN_STORAGE_PATH": str(folder),
            "PYTHONPATH": str(ROOT / "deployment" / "local"),
            "PYTHONUTF8": "1",
        }
    )
    subprocess.run([CONTAINERS / "postgres" / "10-databases.sh"], env=environment, check=True)
    yield Containers(environment)
    connection = psycopg2.connect(os.environ["CKAN_SQLALCHEMY_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        for database in ("NX_DB_CKAN", "NX_DB_DATASTORE"):
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(names[database])))
        for role in ("NX_DB_OWNER", "NX_DB_READER"):
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(names[role])))
    connection.close()


@pytest.fixture(scope="module")
def initialised(containers: Containers) -> Containers:
    run = containers.run("python3", "initialise.py")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "管理员 zhang-san 已建立" in run.stdout
    return containers


class TestSecrets:
    def test_the_configuration_holds_them_for_its_user_alone(self, containers: Containers, secrets: Path) -> None:
        assert containers.run("true").returncode == 0
        ini = Path(containers.environment["CKAN_INI"])
        assert ini.stat().st_mode & 0o777 == 0o600
        text = ini.read_text(encoding="utf-8")
        assert f"SECRET_KEY = {(secrets / 'secret_key').read_text()}" in text
        assert (secrets / "db_password").read_text() not in text

    def test_ckan_reads_the_site_and_the_secrets_from_it(self, containers: Containers, secrets: Path) -> None:
        containers.run("true")
        program = (
            "from ckan.cli import CKANConfigLoader; import os, json;"
            "print(json.dumps(dict(CKANConfigLoader(os.environ['CKAN_INI']).get_config()), default=str))"
        )
        run = containers.run("python3", "-c", program)
        assert run.returncode == 0, run.stderr
        assert '"ckan.site_id": "nxopendata"' in run.stdout
        assert f"string:{(secrets / 'api_token_key').read_text()}" in run.stdout
        assert '"ckanext.nxopendata.harvest.allowed_hosts": "10.64.0.0/16"' in run.stdout

    @pytest.mark.parametrize("value", [None, "", "short", "has/slash-and@sign", "per%cent-per%cent"])
    def test_one_that_cannot_be_used_is_named(
        self, containers: Containers, secrets: Path, tmp_path: Path, value: str | None
    ) -> None:
        for file in secrets.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        (tmp_path / "db_password").unlink()
        if value is not None:
            (tmp_path / "db_password").write_text(value)
        run = Containers(containers.environment | {"NX_SECRETS": str(tmp_path)}).run("true")
        assert run.returncode == 1
        assert str(tmp_path / "db_password") in run.stderr
        assert "Traceback" not in run.stderr


class TestDatabases:
    def test_the_reader_cannot_enter_ckans_database(self, containers: Containers, secrets: Path) -> None:
        names = containers.environment
        address = f"host={names['NX_DB_HOST']} port={names['NX_DB_PORT']} user={names['NX_DB_READER']}"
        address += f" password={(secrets / 'db_reader_password').read_text()}"
        psycopg2.connect(f"{address} dbname={names['NX_DB_DATASTORE']}").close()
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            psycopg2.connect(f"{address} dbname={names['NX_DB_CKAN']}")

    def test_a_second_run_changes_nothing(self, initialised: Containers) -> None:
        run = initialised.run("python3", "initialise.py")
        assert run.returncode == 0, run.stdout + run.stderr
        assert "管理员 zhang-san 已存在" in run.stdout


class TestServices:
    def test_the_site_answers_in_chinese_and_its_health_check_says_so(self, initialised: Containers) -> None:
        port = str(free_port())
        command = [*ENTRYPOINT, "gunicorn", "--config=gunicorn.conf.py", f"--bind=127.0.0.1:{port}", "wsgi:application"]
        environment = initialised.environment | {"NX_WEB_WORKERS": "1", "NX_WEB_PORT": port}
        web = subprocess.Popen(
            command, env=environment, cwd=CKAN, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            here = Containers(environment)
            deadline = time.monotonic() + 60
            while (run := here.health("web")).returncode and time.monotonic() < deadline:
                assert web.poll() is None, web.communicate()[0]
                time.sleep(1)
            assert run.returncode == 0, run.stderr
            page = requests.get(f"http://127.0.0.1:{port}/", timeout=30)
            assert page.status_code == 200
            assert 'lang="zh_Hans_CN"' in page.text or 'lang="zh-Hans' in page.text
            assert "宁夏公共数据开放平台" in page.text
        finally:
            web.terminate()
            web.communicate(timeout=30)
        assert here.health("web").returncode == 1

    def test_a_living_worker_is_healthy_and_a_stopped_one_is_not(self, initialised: Containers) -> None:
        ini = initialised.environment["CKAN_INI"]
        assert initialised.health("worker").returncode == 1
        worker = subprocess.Popen(
            [*ENTRYPOINT, "ckan", "-c", ini, "nx", "worker"], env=initialised.environment, cwd=CKAN
        )
        try:
            deadline = time.monotonic() + 60
            while initialised.health("worker").returncode and time.monotonic() < deadline:
                assert worker.poll() is None
                time.sleep(1)
            assert initialised.health("worker").returncode == 0
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(timeout=30)
        assert initialised.health("worker").returncode == 1

    def test_redis_wants_the_password(self, redis: dict[str, str], tmp_path: Path) -> None:
        check = CONTAINERS / "redis" / "healthcheck.sh"
        assert subprocess.run([check], env=os.environ | redis, check=False).returncode == 0
        (tmp_path / "redis_password").write_text("wrong")
        wrong = os.environ | redis | {"NX_SECRETS": str(tmp_path)}
        assert subprocess.run([check], env=wrong, check=False, capture_output=True).returncode != 0
