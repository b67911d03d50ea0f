"""Tables in the DataStore: written by COPY, swapped in one transaction, dropped."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from ckanext.datastore.backend import DatastoreBackend
from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine
from psycopg2 import sql

from ckanext.nxopendata.tables.reader.columns import Column
from ckanext.nxopendata.tables.reader.table import Table

_SPECIAL = re.compile(r"[\\\t\n\r\x00]")
_WRITTEN = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""}
READ_AT_ONCE = 64 * 1024


def quote_name(text: str) -> sql.SQL:
    """Return a quoted name in a statement that is executed with parameters: a per cent sign is doubled."""
    return sql.SQL('"' + text.replace('"', '""').replace("%", "%%") + '"')  # pyright: ignore[reportArgumentType]


def replace_table(resource_id: str, table: Table) -> int:
    """Put ``table`` in the place of the DataStore table of a file, and return the number of its rows.

    Readers see the old table until the new one is complete. The index for full-text search holds pairs of Chinese
    characters (see ``columns.tokens``), which CKAN's own trigger cannot make.
    """
    temporary = f"nx_{uuid.uuid4().hex}"
    engine = get_write_engine()
    raw: Any = engine.raw_connection()
    try:
        with raw.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (resource_id,))
            cursor.execute(_create_statement(temporary, table.columns), ())
            names = sql.SQL(", ").join([*(quote_name(column.id) for column in table.columns), quote_name("_full_text")])
            copy = sql.SQL("COPY {} ({}) FROM STDIN").format(quote_name(temporary), names)
            # COPY takes no parameters, so its text is used as it stands.
            cursor.copy_expert(copy.as_string(cursor).replace("%%", "%"), _Lines(table.lines()), size=READ_AT_ONCE)
            count = cursor.rowcount
            _comment_columns(cursor, temporary, table.columns)
            cursor.execute(sql.SQL("CREATE INDEX ON {} USING gin (_full_text)").format(quote_name(temporary)), ())
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(quote_name(resource_id)), ())
            rename = sql.SQL("ALTER TABLE {} RENAME TO {}").format(quote_name(temporary), quote_name(resource_id))
            cursor.execute(rename, ())
            # Later writes by the API are CKAN's own business: its trigger serves them.
            cursor.execute(
                sql.SQL(
                    "CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {} "
                    "FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
                ).format(quote_name(resource_id)),
                (),
            )
            cursor.execute("DELETE FROM _table_stats WHERE resource_id = %s", (resource_id,))
        raw.commit()
    except BaseException:
        raw.rollback()
        raise
    finally:
        raw.close()
    backend: Any = DatastoreBackend.get_active_backend()
    backend.calculate_record_count(resource_id)  # and ANALYZE
    return count


def _create_statement(table: str, columns: Iterable[Column]) -> sql.Composed:
    fields = [sql.SQL("_id serial PRIMARY KEY"), sql.SQL("_full_text tsvector")]
    fields += [sql.SQL("{} {}").format(quote_name(column.id), sql.SQL(column.type)) for column in columns]  # pyright: ignore[reportArgumentType]
    return sql.SQL("CREATE TABLE {} ({})").format(quote_name(table), sql.SQL(", ").join(fields))


def _comment_columns(cursor: Any, table: str, columns: Iterable[Column]) -> None:
    """CKAN keeps the data dictionary as JSON in the comments of the columns, after one space."""
    for column in columns:
        comment = " " + json.dumps({"_info": column.info()}, ensure_ascii=False, separators=(",", ":"))
        statement = sql.SQL("COMMENT ON COLUMN {}.{} IS %s").format(quote_name(table), quote_name(column.id))
        cursor.execute(statement, (comment,))


def drop_table(resource_id: str) -> None:
    """Drop the table of a file, if there is one."""
    raw: Any = get_write_engine().raw_connection()
    try:
        with raw.cursor() as cursor:
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(quote_name(resource_id)), ())
            cursor.execute("DELETE FROM _table_stats WHERE resource_id = %s", (resource_id,))
        raw.commit()
    finally:
        raw.close()


def has_table(resource_id: str) -> bool:
    """Whether a file has a table."""
    with get_read_engine().connect() as connection:
        return bool(connection.exec_driver_sql("SELECT to_regclass(%s)", (f'"{resource_id}"',)).scalar())


class _Lines:
    """A file for COPY, made of lines as they are asked for."""

    def __init__(self, lines: Iterator[list[str | None]]) -> None:
        self._lines = lines
        self._rest = ""

    def read(self, size: int) -> str:
        """The next ``size`` characters or more; "" at the end."""
        parts, length = [self._rest], len(self._rest)
        for line in self._lines:
            text = "\t".join(["\\N" if cell is None else _escape(cell) for cell in line]) + "\n"
            parts.append(text)
            length += len(text)
            if length >= size:
                break
        text = "".join(parts)
        self._rest = text[size:]
        return text[:size]


def _escape(cell: str) -> str:
    return _SPECIAL.sub(lambda found: _WRITTEN[found.group()], cell) if _SPECIAL.search(cell) else cell
