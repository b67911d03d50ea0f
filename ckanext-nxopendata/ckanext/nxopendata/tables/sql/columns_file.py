"""The rows of a table as a file of columns (Parquet) for SQL: of a small one made when it is asked for, of a large one
by a worker after it was loaded; kept while it is used."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from ckanext.datastore.backend.postgres import get_read_engine
from psycopg2 import sql

from ckanext.nxopendata.core import redis
from ckanext.nxopendata.tables import models, query, table_lookup
from ckanext.nxopendata.tables.exports.formats import Field, parquet_type
from ckanext.nxopendata.tables.reader.columns import Column
from ckanext.nxopendata.tables.store import quote_name

VERSION = "1"
MOST_ROWS = 5_000_000

AT_ONCE = 20_000
"""Rows up to which the file is made while somebody waits for it; it takes a worker less than half a second."""

KEPT_SECONDS = 7 * 86_400
"""After which a file that no statement read is deleted."""

LONGEST_MAKING = 900
"""Seconds after which the queue gives the making of a file up."""


class TooLargeError(Exception):
    """A table has more than ``MOST_ROWS`` rows."""


class NotReadyError(Exception):
    """A worker is making the file."""


def provide_file(state: models.State, columns: Sequence[Column]) -> Path:
    """Return the path of the rows of a ready table; that of a large one is made by a worker.

    Raises:
        TooLargeError: it has too many.
        NotReadyError: a worker was asked for it.
    """
    path = _find_path(state, columns)
    try:
        os.utime(path)
        return path
    except FileNotFoundError:
        pass
    if state.rows > AT_ONCE:
        _enqueue(state.resource_id, path)
        raise NotReadyError
    _make(path, state, columns)
    return path


def make_file(resource_id: str) -> None:
    """Make the file of a large table, unless it is there; a job of the workers."""
    state, columns = models.get_state(resource_id), table_lookup.list_columns(resource_id)
    if state is None or not columns or not AT_ONCE < state.rows <= MOST_ROWS:
        return
    path = _find_path(state, columns)
    if not path.exists():
        _make(path, state, columns)


def discard_files(resource_id: str) -> None:
    """Delete what was made of a table."""
    for path in _folder().glob(f"{resource_id}.*"):
        path.unlink(missing_ok=True)


def _enqueue(resource_id: str, path: Path) -> None:
    """Ask a worker for a file, once within the time that it may take."""
    if redis.client().set(f"nx:sql:making:{path.name}", 1, nx=True, ex=LONGEST_MAKING):
        options = {"timeout": LONGEST_MAKING}
        tk.enqueue_job(make_file, [resource_id], title=f"columns of {resource_id}", rq_kwargs=options)


def _folder() -> Path:
    return Path(tk.config["ckan.storage_path"]) / "nx-sql"


def _find_path(state: models.State, columns: Sequence[Column]) -> Path:
    """Where the file of a state of a table stands.

    Raises:
        TooLargeError: it has too many rows for one.
    """
    if state.rows > MOST_ROWS:
        raise TooLargeError
    facts = [VERSION, state.fingerprint, str(state.changed), [(column.id, column.type) for column in columns]]
    tag = hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:20]
    return _folder() / f"{state.resource_id}.{tag}.parquet"


def _make(path: Path, state: models.State, columns: Sequence[Column]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, begun = tempfile.mkstemp(prefix="making.", dir=path.parent)
    os.close(handle)
    try:
        _write(Path(begun), table_lookup.make_source(state.resource_id, columns))
        Path(begun).replace(path)
    finally:
        Path(begun).unlink(missing_ok=True)
    _sweep(path.parent, state.resource_id, path)


def _sweep(folder: Path, resource_id: str, kept: Path) -> None:
    """Delete earlier states of a table, and what no statement has read for a week."""
    oldest = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        try:
            if path != kept and (path.name.startswith(resource_id) or path.stat().st_mtime < oldest):
                path.unlink()
        except FileNotFoundError:
            continue


def _write(path: Path, source: query.Source) -> None:
    digits = query.read_digits(source)
    types = {name: _type(name, type_, digits) for name, type_ in source.types.items()}
    names = sql.SQL(", ").join([quote_name(name) for name in source.types])
    copy = sql.SQL("COPY (SELECT {} FROM {} ORDER BY _id) TO STDOUT (FORMAT csv)").format(
        names, quote_name(source.resource_id)
    )
    raw: Any = get_read_engine().raw_connection()
    try:
        with tempfile.TemporaryFile() as lines:
            with raw.cursor() as cursor:
                cursor.copy_expert(copy.as_string(cursor).replace("%%", "%"), lines, size=1 << 20)
            lines.seek(0)
            _convert(lines, types, path)
    finally:
        raw.rollback()
        raw.close()


def _convert(lines: Any, types: dict[str, pa.DataType], path: Path) -> None:
    schema = pa.schema(list(types.items()))
    if lines.seek(0, io.SEEK_END) == 0:  # which the reader of CSV takes for no table at all
        pyarrow.parquet.write_table(schema.empty_table(), path)
        return
    lines.seek(0)
    reader = pyarrow.csv.open_csv(
        lines,
        read_options=pyarrow.csv.ReadOptions(column_names=list(types), block_size=1 << 22),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch.cast(schema))


def _type(name: str, type_: str, digits: dict[str, tuple[int, int]]) -> pa.DataType:
    """The type of a column; exact numbers stay exact, so that their sums are."""
    whole, scale = digits.get(name, (0, 0))
    if type_ == "numeric" and 0 < whole <= 38:
        return pa.decimal128(max(whole, 1), scale)
    return parquet_type(Field(name, name, type_, digits=whole, scale=scale))
