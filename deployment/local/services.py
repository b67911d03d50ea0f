"""The services of a stack: how each is initialised, started, reached and asked for its health."""

import hashlib
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psycopg2
import redis
from psycopg2 import sql

from local.problem import Problem
from local.stack import ROOT, Program, Stack, as_user

SOLR_FLAGS = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
VENV_BIN = Path(sys.executable).parent


def postgres_bin() -> Path:
    """The newest PostgreSQL that Debian installed."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return max(folders, key=lambda folder: int(folder.parent.name))


def url(stack: Stack, service: str, database: str = "ckan") -> str:
    """The address a client of ``service`` uses, password included.

    ``service`` is ``postgres``, ``redis``, ``solr`` or ``data``; ``database`` is for PostgreSQL only.
    """
    port = stack.state.ports[service]
    if service == "postgres":
        return f"postgresql://ckan:{stack.state.passwords['postgres']}@127.0.0.1:{port}/{database}"
    if service == "redis":
        return f"redis://:{stack.state.passwords['redis']}@127.0.0.1:{port}/0"
    if service == "solr":
        return f"http://127.0.0.1:{port}/solr/ckan"
    return f"http://127.0.0.1:{port}"


def datastore_read_url(stack: Stack) -> str:
    port = stack.state.ports["postgres"]
    return f"postgresql://datastore_reader:{stack.state.passwords['datastore']}@127.0.0.1:{port}/datastore"


def ckan_environment(stack: Stack) -> dict[str, str]:
    """The environment variables by which CKAN finds the services of ``stack``."""
    return {
        "CKAN_SQLALCHEMY_URL": url(stack, "postgres"),
        "CKAN_DATASTORE_WRITE_URL": url(stack, "postgres", "datastore"),
        "CKAN_DATASTORE_READ_URL": datastore_read_url(stack),
        "CKAN_REDIS_URL": url(stack, "redis"),
        "CKAN_SOLR_URL": url(stack, "solr"),
        "CKAN_STORAGE_PATH": str(stack.folder / "storage"),
    }


# Initialisation


def initialise(stack: Stack) -> None:
    """Make what the services need on disk before they start. Idempotent."""
    _init_postgres(stack)
    _init_redis(stack)
    _init_solr(stack)
    (stack.folder / "storage").mkdir(exist_ok=True)


def _init_postgres(stack: Stack) -> None:
    home = stack.postgres_home
    data = home / "data"
    if (data / "PG_VERSION").exists():
        return
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=0o700)
    password_file = home / "password"
    password_file.write_text(stack.state.passwords["postgres"], encoding="utf-8")
    command = [
        str(postgres_bin() / "initdb"),
        f"--pgdata={data}",
        "--username=ckan",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
        shutil.chown(password_file, "postgres", "postgres")
        command = [*as_user("postgres"), "--", *command]
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    password_file.unlink()
    if result.returncode:
        raise Problem(
            f"数据库目录没有建成：{result.stderr.strip()}。请检查磁盘空间和 {home} 的权限。",
            f"the database folder was not made: {result.stderr.strip()}. Check the disk and {home}.",
        )


def _init_redis(stack: Stack) -> None:
    folder = stack.folder / "redis"
    folder.mkdir(exist_ok=True)
    conf = folder / "redis.conf"
    conf.touch(mode=0o600)
    conf.write_text(
        f"bind 127.0.0.1\nport {stack.state.ports['redis']}\ndir {folder}\nappendonly yes\nsave ''\n"
        f"requirepass {stack.state.passwords['redis']}\nmaxmemory-policy noeviction\n".replace("save ''", 'save ""'),
        encoding="utf-8",
    )


def _init_solr(stack: Stack) -> None:
    """Copy the core's configuration; the index stays as long as its schema does."""
    source, home = ROOT / "deployment" / "solr" / "home", stack.folder / "solr"
    schema = Path("ckan") / "conf" / "schema.xml"
    if (home / schema).exists() and (home / schema).read_bytes() != (source / schema).read_bytes():
        shutil.rmtree(home / "ckan" / "data", ignore_errors=True)
        stack.state.site = "to be indexed again"
        stack.save()
    shutil.copytree(source, home, dirs_exist_ok=True)


def prepare_databases(stack: Stack, ini: Path) -> None:
    """Create CKAN's databases and the DataStore's reader, and bring them up to date. Idempotent.

    Args:
        ini: the CKAN configuration whose plugins' migrations are applied.
    """
    _create_databases(stack)
    digest = _migrations_digest(ini)
    if stack.state.schema == digest:
        return
    ckan(stack, ini, "db", "init")
    permissions = ckan(stack, ini, "datastore", "set-permissions")
    psql = [str(postgres_bin() / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", url(stack, "postgres", "datastore")]
    subprocess.run(psql, input=permissions, text=True, check=True, capture_output=True)
    stack.state.schema = digest
    stack.save()


def allow_purge(stack: Stack) -> None:
    """Let CKAN's database be emptied, as tests do: otherwise the register keeps its systems. Idempotent."""
    connection = psycopg2.connect(url(stack, "postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ALTER DATABASE ckan SET nxopendata.purge = 'on'")
    connection.close()


def build_script_translations(stack: Stack, ini: Path) -> None:
    """Build the translations for the pages' scripts, which only CKAN's debug server does by itself. Idempotent."""
    built = ROOT / "ckanext-nxopendata" / "ckanext" / "nxopendata" / "i18n" / "zh_Hans_CN"
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(built.rglob("*.mo")))).hexdigest()
    if stack.state.texts != digest:
        ckan(stack, ini, "translation", "js")
        stack.state.texts = digest
        stack.save()


def ckan(stack: Stack, ini: Path, *arguments: str) -> str:
    """Run the ``ckan`` command line and return what it printed."""
    command = [str(VENV_BIN / "ckan"), "-c", str(ini), *arguments]
    environment = os.environ | ckan_environment(stack)
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if result.returncode:
        log = stack.logs / "ckan-command.log"
        log.write_text(f"{' '.join(command)}\n{result.stdout}\n{result.stderr}", encoding="utf-8")
        last = (result.stderr.strip() or result.stdout.strip()).splitlines()[-1:]
        raise Problem(
            f"命令 ckan {' '.join(arguments)} 失败：{' '.join(last)}。详情见 {log}。",
            f"the command ckan {' '.join(arguments)} failed: {' '.join(last)}. See {log}.",
        )
    return result.stdout


def _migrations_digest(ini: Path) -> str:
    digest = hashlib.sha256((ROOT / "requirements" / "lock.txt").read_bytes())
    plugins = [line for line in ini.read_text(encoding="utf-8").splitlines() if line.startswith("ckan.plugins")]
    digest.update("\n".join(plugins).encode())
    for file in sorted((ROOT / "ckanext-nxopendata").glob("**/migration/**/versions/*.py")):
        digest.update(file.name.encode())
    return digest.hexdigest()


def _create_databases(stack: Stack) -> None:
    connection = psycopg2.connect(url(stack, "postgres", "postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        existing = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'datastore_reader'")
        if not cursor.fetchone():
            password = sql.Literal(stack.state.passwords["datastore"])
            cursor.execute(sql.SQL("CREATE ROLE datastore_reader LOGIN PASSWORD {}").format(password))
        for name in ("ckan", "datastore"):
            if name not in existing:
                cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    connection.close()


# Programs


def backing_programs(stack: Stack, *, durable: bool) -> list[Program]:
    """PostgreSQL, Redis and Solr. ``durable=False`` trades crash safety for speed, for tests."""
    ports = stack.state.ports
    options = {
        "port": ports["postgres"],
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "shared_buffers": "64MB",
        "max_connections": 60,
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    postgres = [str(postgres_bin() / "postgres"), "-D", str(stack.postgres_home / "data")]
    for key, value in options.items():
        postgres += ["-c", f"{key}={value}"]
    home = stack.folder / "solr"
    java = ["java", *SOLR_FLAGS]
    java.append(f"-Dlog4j.configurationFile={home}/log4j2.xml")
    classpath = f"{ROOT}/var/solr/classes:{ROOT}/var/solr/lib/*"
    return [
        Program(
            "postgres",
            postgres,
            user="postgres",
            stop_signal="INT",
            death_signal="INT",
            directory=Path("/"),
        ),
        Program("redis", ["redis-server", str(stack.folder / "redis" / "redis.conf")]),
        Program("solr", [*java, "-cp", classpath, "SolrServer", str(home), str(ports["solr"])]),
    ]


def site_programs(stack: Stack) -> list[Program]:
    """The site itself: departments' web server, CKAN's web and job processes, and the guardian."""
    ini = str(stack.folder / "ckan.ini")
    wait = _wait_for_services(stack)
    gunicorn = [
        str(VENV_BIN / "gunicorn"),
        f"--config={ROOT / 'deployment' / 'local' / 'gunicorn_settings.py'}",
        f"--bind=127.0.0.1:{stack.state.ports['web']}",
        "--workers=2",
        "--threads=4",
        "--timeout=120",
        "--graceful-timeout=10",
        "--access-logfile=-",
        "--no-control-socket",
        "local.wsgi:application",
    ]
    environment = {"PYTHONPATH": str(ROOT / "deployment"), "CKAN_INI": ini}
    server = str(ROOT / "deployment" / "demo-data" / "server.py")
    return [
        Program("data", [sys.executable, server, "--port", str(stack.state.ports["data"])]),
        Program("web", [*wait, *gunicorn], environment),
        worker_program(stack, Path(ini)),
        worker_program(stack, Path(ini), LARGE_QUEUE),
        Program("guardian", [sys.executable, "-m", "local.guardian", stack.name], environment, death_signal=None),
    ]


LARGE_QUEUE = "nx_large"
"""The queue of large files, by ``ckanext.nxopendata.tables.large_queue`` of the site."""


def worker_program(stack: Stack, ini: Path, *queues: str) -> Program:
    """A process that does the jobs of some queues, by default those of all, and what is due by the clock."""
    command = [*_wait_for_services(stack), str(VENV_BIN / "ckan"), "-c", str(ini), "nx", "worker", *queues]
    name = "-".join(["worker", *queues])
    return Program(name, command, {"PYTHONPATH": str(ROOT / "deployment"), "CKAN_INI": str(ini)})


def _wait_for_services(stack: Stack) -> list[str]:
    """The start of a command that begins once the services answer."""
    return [sys.executable, "-m", "local.wait", stack.name, "postgres", "redis", "solr", "--"]


# Health


def healthy(stack: Stack, service: str) -> bool:
    """Whether ``service`` answers a real question (a query, a ping, a page)."""
    try:
        if service == "postgres":
            psycopg2.connect(url(stack, "postgres", "postgres"), connect_timeout=3).close()
            return True
        if service == "redis":
            return bool(redis.Redis.from_url(url(stack, "redis"), socket_timeout=3).ping())
        address = {
            "solr": f"{url(stack, 'solr')}/select?q=*:*&rows=0&wt=json",
            "data": url(stack, "data"),
            "web": f"http://127.0.0.1:{stack.state.ports.get('web', 0)}/api/3/action/status_show",
        }[service]
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310  our own loopback address
            return answer.status == 200
    except urllib.error.HTTPError:
        return service == "data"
    except (psycopg2.Error, redis.RedisError, OSError):
        return False
