"""Tables in the DataStore: written by COPY, swapped in one transaction, dropped."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import pyarrow as pa
from ckanext.datastore.backend import DatastoreBackend
from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine
from psycopg2 import sql

from ckanext.nxopendata.tables.reader import arrays
from ckanext.nxopendata.tables.reader.columns import Column

READ_AT_ONCE = 256 * 1024


def quote_name(text: str) -> sql.SQL:
    """Return a quoted name in a statement that is executed with parameters: a per cent sign is doubled."""
    return sql.SQL('"' + text.replace('"', '""').replace("%", "%%") + '"')  # pyright: ignore[reportArgumentType]


class Table(Protocol):
    """What is written: columns, and rows as PostgreSQL reads them, an array a column."""

    @property
    def columns(self) -> Sequence[Column]:
        """As they stand in the database."""
        ...

    def batches(self) -> Iterator[list[pa.Array]]:
        """Yield the rows, some at a time."""
        ...


Observe = Callable[[Sequence[pa.Array]], None]


def replace_table(resource_id: str, table: Table, observe: Observe | None = None, *, words: bool = True) -> int:
    """Put ``table`` in the place of the DataStore table of a file, and return the number of its rows.

    Readers see the old table until the new one is complete. The index for full-text search holds pairs of Chinese
    characters (see ``columns.tokens``), which CKAN's own trigger cannot make.

    Args:
        observe: is given the values of each batch of rows, a column an array, as it is written.
        words: whether the index of words is made; without it the table is there many times earlier.
    """
    temporary = f"nx_{uuid.uuid4().hex}"
    engine = get_write_engine()
    raw: Any = engine.raw_connection()
    try:
        with raw.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (resource_id,))
            cursor.execute(_create_statement(temporary, table.columns), ())
            ids = ("_id", *(column.id for column in table.columns), "_full_text")
            names = sql.SQL(", ").join(map(quote_name, ids))
            copy = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FREEZE)").format(quote_name(temporary), names)
            # COPY takes no parameters, so its text is used as it stands.
            lines = io.BufferedReader(_Lines(table, observe, words=words), READ_AT_ONCE)
            cursor.copy_expert(copy.as_string(cursor).replace("%%", "%"), lines, size=READ_AT_ONCE)
            count = cursor.rowcount
            # Rows come with their number, which is quicker than a number asked for each; later ones go on from there.
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, '_id'), %s, false)", (temporary, count + 1))
            cursor.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (_id)").format(quote_name(temporary)), ())
            _comment_columns(cursor, temporary, table.columns)
            if words:
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
    fields = [sql.SQL("_id serial"), sql.SQL("_full_text tsvector")]
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


class _Lines(io.RawIOBase):
    """The rows of a table as COPY reads them, made as they are asked for; last in each the words for its index."""

    def __init__(self, table: Table, observe: Observe | None, *, words: bool) -> None:
        super().__init__()
        self._blocks = self._make_blocks(table, observe, words=words)
        self._rest = memoryview(b"")

    def _make_blocks(self, table: Table, observe: Observe | None, *, words: bool) -> Iterator[bytes]:
        texts = [number for number, column in enumerate(table.columns) if words and column.type == "text"]
        first = 1
        for batch in table.batches():
            if observe is not None:
                observe(batch)
            size = len(batch[0])
            index = arrays.index_words(size, [batch[number] for number in texts])
            yield arrays.to_copy_lines([pa.array(range(first, first + size), pa.int64()), *batch, index])
            first += size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
