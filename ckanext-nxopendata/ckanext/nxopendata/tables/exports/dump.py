"""CKAN's dump of a table, with the headers of the file instead of the names in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ckanext.nxopendata.core.tabular import csv_out, delimited

BOM = "\ufeff"
FORMATS = {"text/csv": ",", "text/tab-separated-values": "\t"}
"""Media type -> delimiter of the dumps that begin with a line of names; the others carry the dictionary with them."""


def with_headers(blocks: Iterable[bytes], delimiter: str, labels: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the blocks of a dump, the names in its first line replaced.

    Args:
        labels: name in the database -> header of the file; names that are not in it stay.
    """
    remaining = iter(blocks)
    head = b""
    for block in remaining:
        head += block
        if b"\n" in head:  # a name of a column holds no line end
            break
    line, _, rest = head.decode().partition("\n")
    mark = BOM if line.startswith(BOM) else ""
    names = next(delimited.parse([line.removeprefix(BOM).rstrip("\r")], delimiter), [])
    headers = [labels.get(name, name) for name in names]
    first = "".join(csv_out.write([headers], bom=bool(mark), guard=str, delimiter=delimiter))
    yield (first + rest).encode()
    yield from remaining
