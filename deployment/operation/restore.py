"""``deployment/restore INI BACKUP``: put a backup into a new site whose databases are there and empty.

The databases of a living site are replaced only with ``--replace``. Compares the number of rows of each table with what
the backup says; the search index and the DataStore's permissions are made afterwards, by the commands that it prints.
"""

import argparse
import sys
import tarfile
from pathlib import Path

from operation import backup, site
from operation.site import Database, OperationError, Site


def restore(target: Site, source: Path, *, replace: bool) -> None:
    """Put the databases and files of a backup into a site.

    Args:
        source: The folder of the backup.
        replace: What the databases hold may be lost.

    Raises:
        OperationError: The backup is damaged, a database is not empty, or rows are missing afterwards.
    """
    expected = backup.check(source, target)
    for database in target.databases:
        if not replace and _has_tables(database):
            raise OperationError(
                f"数据库 {database.name} 不是空的；确要覆盖请加 --replace"
                " · the database is not empty; to lose what it holds say --replace"
            )
    for database in target.databases:
        options = ["--clean", "--if-exists"] if replace else []
        dump = str(source / f"{database.name}.dump")
        options += ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        database.run("pg_restore", *options, "--dbname", database_name(database), dump)
        rows = backup.count_rows(database)
        if rows != expected[database.name]:
            differing = sorted(
                name
                for name in rows.keys() | expected[database.name].keys()
                if rows.get(name) != expected[database.name].get(name)
            )
            raise OperationError(f"{database.name}：行数不同 · the number of rows differs in {', '.join(differing)}")
    target.storage.mkdir(parents=True, exist_ok=True)
    with tarfile.open(source / "storage.tar") as archive:
        archive.extractall(target.storage, filter="data")


def database_name(database: Database) -> str:
    return database.url.rsplit("/", 1)[1].partition("?")[0]


def _has_tables(database: Database) -> bool:
    return bool(backup.count_rows(database))


def main() -> int:
    parser = argparse.ArgumentParser(prog="deployment/restore", description="恢复备份 · restore a backup")
    parser.add_argument("ini", type=Path, help="新站点的配置文件 · configuration of the new site")
    parser.add_argument("backup", type=Path, help="哪一份备份 · the folder of the backup")
    parser.add_argument("--replace", action="store_true", help="覆盖已有的数据库 · replace what the databases hold")
    arguments = parser.parse_args()
    try:
        restore(site.read(arguments.ini), arguments.backup, replace=arguments.replace)
    except (OperationError, OSError, tarfile.TarError) as error:
        print(f"没有恢复 · not restored: {error}", file=sys.stderr)
        return 1
    print(
        "数据库和文件已恢复，行数相同。接着运行 · databases and files are back, with the same rows. Now run:\n"
        f"  ckan -c {arguments.ini} db upgrade\n"
        f"  ckan -c {arguments.ini} datastore set-permissions | psql --set ON_ERROR_STOP=1 ...\n"
        f"  ckan -c {arguments.ini} search-index rebuild\n"
        "配置和密钥在 settings.tar · the settings and secrets are in settings.tar"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
