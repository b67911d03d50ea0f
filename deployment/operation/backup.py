"""``deployment/backup INI FOLDER``: databases, files and settings of a site in one folder, checked.

Each backup is a folder ``YYYYMMDDTHHMMSSZ`` that bears its name only when it is whole. It holds ``ckan.dump``,
``datastore.dump``, ``storage.tar``, the configuration, and ``manifest.json`` with the SHA-256 of each and the number of
rows. The search index is made anew and is not in it.
"""

import argparse
import datetime as dt
import hashlib
import json
import shutil
import sys
import tarfile
from pathlib import Path

from operation import site
from operation.site import OperationError, Site

MANIFEST = "manifest.json"
MADE_ANEW = ("webassets", "nx-bulk", "tmp")
"""Folders of the storage that the site makes again."""

NAME = "%Y%m%dT%H%M%SZ"
ALWAYS_KEPT = 7
"""The newest backups, however old: a clock that jumps must not delete them."""

COUNTS = """
WITH tables AS (SELECT relname, format('SELECT count(*) AS c FROM public.%I', relname) AS query
                FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace),
     counted AS (SELECT relname, (xpath('/row/c/text()', query_to_xml(query, false, true, '')))[1]::text::bigint AS rows
                 FROM tables)
SELECT coalesce(json_object_agg(relname, rows ORDER BY relname), '{}') FROM counted
""".replace("\n", " ")
"""The number of rows of each table, in one line."""


def make(source: Site, folder: Path, keep: list[Path]) -> Path:
    """Make a backup, check it and return its folder.

    Args:
        folder: Where backups lie.
        keep: More files and folders that the site cannot do without, such as its secrets.

    Raises:
        OperationError: A part could not be read or written; nothing is left that looks like a backup.
    """
    name = dt.datetime.now(dt.UTC).strftime(NAME)
    partial, whole = folder / f".{name}.partial", folder / name
    partial.mkdir(parents=True, mode=0o700)
    try:
        rows = {}
        for database in source.databases:
            with database.snapshot() as (name_of_snapshot, ask):
                file = partial / f"{database.name}.dump"
                database.run("pg_dump", "--format=custom", f"--snapshot={name_of_snapshot}", f"--file={file}")
                rows[database.name] = json.loads(ask(COUNTS))
        _pack(partial / "storage.tar", [(source.storage, ".")])
        _pack(partial / "settings.tar", [(path, path.name) for path in (source.ini, *keep)])
        files = {path.name: sha256(path) for path in sorted(partial.iterdir())}
        manifest = {"made": name, "files": files, "rows": rows}
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
        check(partial, source)
        partial.rename(whole)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return whole


def check(backup: Path, source: Site) -> dict[str, dict[str, int]]:
    """Prove that a backup can be read: every byte as it was written, each archive to its end.

    Returns:
        Database -> table -> number of rows.

    Raises:
        OperationError: A file is missing or damaged.
    """
    try:
        manifest = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OperationError(f"{backup}：没有完整的清单 · no whole manifest: {error}") from None
    for name, digest in manifest["files"].items():
        if not (backup / name).is_file() or sha256(backup / name) != digest:
            raise OperationError(
                f"{backup / name}：缺失或已损坏 · missing or damaged. 请用另一份备份 · use another backup"
            )
    for database in source.databases:
        database.run("pg_restore", "--list", str(backup / f"{database.name}.dump"))
    for name in ("storage.tar", "settings.tar"):
        with tarfile.open(backup / name) as archive:
            sum(member.size for member in archive)
    return manifest["rows"]


def count_rows(database: site.Database) -> dict[str, int]:
    """Count the rows of each table."""
    return json.loads(database.run("psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={COUNTS}"))


def remove_old(folder: Path, days: int, now: dt.datetime) -> list[str]:
    """Remove backups older than ``days``, but the newest seven; return their names."""
    whole = sorted(path for path in folder.iterdir() if (path / MANIFEST).is_file() and not path.name.startswith("."))
    limit = (now - dt.timedelta(days=days)).strftime(NAME)
    old = [path for path in whole[:-ALWAYS_KEPT] if path.name < limit]
    for path in old:
        shutil.rmtree(path)
    return [path.name for path in old]


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(target: Path, sources: list[tuple[Path, str]]) -> None:
    def leave_out(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = Path(member.name).parts
        return None if parts and parts[0] in MADE_ANEW else member

    with tarfile.open(target, "w") as archive:
        for path, name in sources:
            archive.add(path, arcname=name, filter=leave_out)


def main() -> int:
    parser = argparse.ArgumentParser(prog="deployment/backup", description="备份网站 · back a site up")
    parser.add_argument("ini", type=Path, help="CKAN 的配置文件 · CKAN's configuration")
    parser.add_argument("folder", type=Path, help="备份放在哪里 · where backups lie")
    parser.add_argument("--keep", type=Path, action="append", default=[], help="还要备份的文件 · more files: secrets")
    parser.add_argument("--days", type=int, default=30, help="保留天数 · days to keep backups (30)")
    parser.add_argument("--check", action="store_true", help="只检查 FOLDER 这一份 · only check the backup FOLDER")
    arguments = parser.parse_args()
    try:
        source = site.read(arguments.ini)
        if arguments.check:
            rows = check(arguments.folder, source)
            total = sum(sum(tables.values()) for tables in rows.values())
            print(f"备份完好 · the backup is whole: {total} rows")
            return 0
        made = make(source, arguments.folder, arguments.keep)
        removed = remove_old(arguments.folder, arguments.days, dt.datetime.now(dt.UTC))
    except (OperationError, OSError, tarfile.TarError) as error:
        print(f"备份失败 · the backup failed: {error}", file=sys.stderr)
        return 1
    print(f"已备份并检查 · made and checked: {made}; 删除旧的 {len(removed)} 份 · old ones removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
