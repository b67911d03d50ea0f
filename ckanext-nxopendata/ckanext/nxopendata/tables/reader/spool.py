"""The rows of a sheet on disk, as columns of text: a file is parsed once, however often its rows are looked at."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row

LINE = "line"
"""Name of the column that holds the number of each row in the file, from 1; the others are called 0, 1, 2 …"""

ROWS = 8192


class Spool:
    """Batches of rows in a temporary file without a name, which goes with the process.

    Attributes:
        rows: how many there are.
        width: cells of the longest row; shorter ones are filled up when they are read.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[object, int]] = []
        self._writer: pa.RecordBatchStreamWriter | None = None
        self.rows = self.width = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Append a batch of the schema of :func:`make_schema`."""
        if not batch.num_rows:
            return
        width = batch.num_columns - 1
        if self._writer is None or width > self.width:
            self.close()
            file = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the spool
            self._parts.append((file, file.fileno()))
            self._writer = pa.ipc.new_stream(file, batch.schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
            self.width = width
        self._writer.write_batch(batch if width == self.width else _widen(batch, self.width))
        self.rows += batch.num_rows

    def close(self) -> None:
        """Finish writing."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for file, _ in self._parts:
            file.flush()  # pyright: ignore[reportAttributeAccessIssue]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all batches anew, all of one width."""
        self.close()
        for _, descriptor in self._parts:
            for batch in pa.ipc.open_stream(io.BufferedReader(_Reader(descriptor), 1 << 20)):
                yield batch if batch.num_columns - 1 == self.width else _widen(batch, self.width)

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """Yield the line and the cells of each row."""
        for batch in self.batches():
            yield from list_rows(batch)


class _Reader(io.RawIOBase):
    """Reads a file by its own position, so that several can read it at once."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor, self._position = descriptor, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        count = os.preadv(self._descriptor, [buffer], self._position)
        self._position += count
        return count


def make_schema(width: int) -> pa.Schema:
    """Return the schema of batches of rows with so many cells."""
    return pa.schema([(LINE, pa.int64()), *((str(number), pa.string()) for number in range(width))])


def to_batches(rows: Iterable[tuple[int, Row]], width: int, most: int) -> Iterator[pa.RecordBatch]:
    """Yield rows, with their lines, as batches of at least ``width`` columns; rows without any cell are left out.

    Raises:
        UnreadableError: ``too_many_columns``: a row has more than ``most`` cells.
    """
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS)):
        longest = max(len(row) for _, row in chunk)
        if longest > most:  # before each column costs memory
            raise UnreadableError("too_many_columns", most=most, found=longest)
        filled = [(line, row) for line, row in chunk if any(row)]
        if filled:
            yield _to_batch(filled, width)


def _to_batch(rows: list[tuple[int, Row]], width: int) -> pa.RecordBatch:
    lines, cells = zip(*rows, strict=True)
    lengths = set(map(len, cells))
    if lengths != {width}:
        longest = max(_filled(row, width) for row in cells)
        cells = [row[:longest] + [""] * (longest - len(row)) for row in cells]
        width = longest
    columns = [_to_array(column) for column in zip(*cells, strict=True)]
    return pa.record_batch([pa.array(lines, pa.int64()), *columns], schema=make_schema(width))


def _filled(row: Row, least: int) -> int:
    """The cells of a row without the empty ones at its end, but no fewer than ``least``."""
    length = len(row)
    while length > least and not row[length - 1]:
        length -= 1
    return max(length, least)


def _to_array(cells: tuple[str, ...]) -> pa.Array:
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError:  # half a character, as JSON may escape it
        return pa.array([cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for cell in cells])


def _widen(batch: pa.RecordBatch, width: int) -> pa.RecordBatch:
    missing = [pa.repeat(pa.scalar(""), batch.num_rows)] * (width - batch.num_columns + 1)
    return pa.record_batch([*batch.columns, *missing], schema=make_schema(width))


def list_rows(batch: pa.RecordBatch) -> Iterator[tuple[int, Row]]:
    """Yield the line and the cells of each row of a batch."""
    lines, *columns = (column.to_pylist() for column in batch.columns)
    cells = zip(*columns, strict=True) if columns else ([] for _ in lines)
    return ((line, list(row)) for line, row in zip(lines, cells, strict=True))
