"""A file read to the values of the database in a process with limits, whatever its format; plain module.

What comes back is a file of columns (Arrow) that only our own code has written.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.plan import Plan
from ckanext.nxopendata.tables.reader import table
from ckanext.nxopendata.tables.reader.columns import Column

LOADING = sandbox.Limits(cpu_seconds=1_500, wall_seconds=1_700)
"""For a whole file of the largest size that the site takes."""


class LimitError(Exception):
    """The reading of a file went over a limit.

    Attributes:
        code: ``time`` or ``memory``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table that was read, its rows in a temporary file without a name.

    Attributes:
        columns: as they stand in the database.
        rows: number of rows of data.
        around: what people are told of the file, see :class:`ckanext.nxopendata.tables.models.State`.
    """

    columns: tuple[Column, ...]
    rows: int
    around: dict[str, Any]
    file: IO[bytes]

    def batches(self) -> Iterator[list[pa.Array]]:
        """Yield the rows, some at a time: an array a column, values as PostgreSQL reads them."""
        self.file.seek(0)
        for batch in pa.ipc.open_stream(self.file):
            yield batch.columns


def read(
    path: Path,
    kind: str,
    items: Sequence[Mapping[str, Any]] = (),
    limits: table.Limits | None = None,
    plan: Plan | None = None,
) -> StoredTable:
    """Read the file at ``path`` as :func:`table.read` does, in a process of its own.

    Raises:
        UnreadableError: as of :func:`table.read`.
        LimitError: it takes too much time or memory.
    """
    # The file is made here and goes with this process, whatever becomes of the other.
    with tempfile.NamedTemporaryFile(prefix="nx-table-") as target:
        arguments = (str(path), kind, [dict(item) for item in items], limits, plan, target.name)
        try:
            answer = json.loads(sandbox.run_limited(_read, *arguments, limits=LOADING))
        except sandbox.SandboxError as error:
            if error.limit:
                raise LimitError(error.limit) from error
            raise
        if "refused" in answer:
            raise UnreadableError(answer["refused"], **answer["params"])
        columns = tuple(Column(**column) for column in answer["columns"])
        file = os.fdopen(os.dup(target.fileno()), "rb")
    return StoredTable(columns, answer["rows"], answer["around"], file)


def _read(
    path: str,
    kind: str,
    items: Sequence[Mapping[str, Any]],
    limits: table.Limits | None,
    plan: Plan | None,
    target: str,
) -> bytes:
    try:
        loaded = table.read(Path(path), kind, items, limits, plan)
        schema = pa.schema([(str(number), pa.string()) for number, _ in enumerate(loaded.columns)])
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with Path(target).open("wb") as file, pa.ipc.new_stream(file, schema, options=options) as writer:
            for batch in loaded.batches():
                writer.write_batch(pa.record_batch([column.cast(pa.string()) for column in batch], schema=schema))
    except UnreadableError as error:
        return json.dumps({"refused": error.code, "params": error.params}).encode()
    found = {"columns": [asdict(column) for column in loaded.columns], "rows": loaded.rows, "around": loaded.around}
    return json.dumps(found).encode("utf-8", "surrogatepass")
