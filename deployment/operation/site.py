"""Where a site keeps what it must not lose, read from CKAN's configuration."""

import configparser
import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from urllib.parse import unquote, urlsplit

NEWEST = "/usr/lib/postgresql"


class OperationError(Exception):
    """A step that failed, in words for the operator: what happened and what to do, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the site.

    Attributes:
        name: ``ckan`` or ``datastore``, whatever PostgreSQL calls it.
    """

    name: str
    url: str

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of PostgreSQL's client on the database; the password is not in its command line.

        Raises:
            OperationError: The program failed, or is not there.
        """
        command = [find_program(program), *arguments]
        result = subprocess.run(command, check=False, env=self._environment(), capture_output=True, text=True)
        if result.returncode:
            raise OperationError(f"{self.name}: {program} 失败 · failed: {result.stderr.strip()[-600:]}")
        return result.stdout

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[tuple[str, Callable[[str], str]]]:
        """Look at the database as it is at one moment; yield the snapshot's name, and what asks it for one line.

        Raises:
            OperationError: The database does not answer.
        """
        command = [find_program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
        pipe = subprocess.PIPE
        session = subprocess.Popen(
            command, env=self._environment(), text=True, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
        )
        with session:

            def ask(query: str) -> str:
                written, read = cast(IO[str], session.stdin), cast(IO[str], session.stdout)
                with contextlib.suppress(BrokenPipeError):
                    written.write(f"{query};\n")
                    written.flush()
                line = read.readline().strip()
                if not line or "error:" in line.lower():
                    session.kill()
                    raise OperationError(f"{self.name}: psql 失败 · failed: {line}")
                return line

            yield ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot()"), ask

    def _environment(self) -> dict[str, str]:
        parts = urlsplit(self.url)
        return os.environ | {
            "PGHOST": parts.hostname or "localhost",
            "PGPORT": str(parts.port or 5432),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": parts.path.lstrip("/"),
        }


@dataclass(frozen=True, slots=True)
class Site:
    """What a backup holds."""

    ini: Path
    databases: tuple[Database, ...]
    storage: Path


def read(ini: Path) -> Site:
    """Read the configuration; what the environment says wins, as in CKAN.

    Raises:
        OperationError: An address or the folder of the files is missing.
    """
    options: dict[str, str] = {}
    parser = configparser.ConfigParser(interpolation=None)
    if not parser.read(ini, encoding="utf-8"):
        raise OperationError(f"配置文件 {ini} 不能读取 · the configuration cannot be read")
    if parser.has_section("app:main"):
        options = {name: value.replace("%(here)s", str(ini.parent)) for name, value in parser["app:main"].items()}
    ckan = _option(options, "sqlalchemy.url", "CKAN_SQLALCHEMY_URL", ini)
    datastore = _option(options, "ckan.datastore.write_url", "CKAN_DATASTORE_WRITE_URL", ini)
    storage = _option(options, "ckan.storage_path", "CKAN_STORAGE_PATH", ini)
    return Site(ini, (Database("ckan", ckan), Database("datastore", datastore)), Path(storage))


def _option(options: dict[str, str], name: str, variable: str, ini: Path) -> str:
    value = os.environ.get(variable) or options.get(name)
    if not value:
        raise OperationError(f"{ini} 里没有 {name} · has no such option")
    return value


def find_program(name: str) -> str:
    """Return the path of the newest version of a program of PostgreSQL's client."""
    versions = sorted(Path(NEWEST).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(versions[-1]) if versions else name
