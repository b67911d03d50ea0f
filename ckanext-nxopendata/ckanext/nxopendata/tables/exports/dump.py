"""CKAN's dump of a table, with the headers of the file instead of the names in the database.

The number that CKAN gives each row (``_id``) stays in CSV and TSV, where it is a column like others; JSON and XML are
without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import quoteattr

from ckanext.nxopendata.core.tabular import csv_out, delimited

BOM = "\ufeff"
DELIMITERS = {"text/csv": ",", "text/tab-separated-values": "\t"}
"""Media type -> delimiter of the dumps that begin with a line of names."""

JSON, XML = "application/json", "text/xml"
ROW_ID = "_id"
_FIELDS = re.compile(rb'("fields": )(\[.*\])(,\n  "records": )')
_FIRST_CELL = re.compile(rb"(\n    \[)\d+,?")
"""How CKAN writes the number of a row: each row of JSON stands on a line of its own."""

_ROW = re.compile(rb'<row _id="\d+"')


def rewrite(
    blocks: Iterable[bytes], media_type: str, labels: Mapping[str, str], elements: Mapping[str, str] | None = None
) -> Iterator[bytes] | None:
    """Return the blocks of a dump as people may use them; None for a dump of another kind.

    Args:
        labels: name in the database -> header of the file; names that are not in it stay.
        elements: name of an element of XML -> header of the file, where the two differ.
    """
    if delimiter := DELIMITERS.get(media_type):
        return with_headers(blocks, delimiter, labels)
    if media_type == JSON:
        return without_ids_in_json(blocks, labels)
    return with_headers_in_xml(without_ids_in_xml(blocks), elements or {}) if media_type == XML else None


def with_headers(blocks: Iterable[bytes], delimiter: str, labels: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the blocks of a dump in CSV or TSV, the names in its first line replaced."""
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


def without_ids_in_json(blocks: Iterable[bytes], labels: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the blocks of a dump in JSON: fields by their headers, neither fields nor rows with CKAN's number."""
    remaining = iter(blocks)
    head = b""
    for block in remaining:
        head += block
        if _FIELDS.search(head):
            break
    found = _FIELDS.search(head)
    fields = json.loads(found[2]) if found else []
    if found is None or not fields or fields[0]["id"] != ROW_ID:
        yield head
        yield from remaining
        return
    named = [field | {"id": labels.get(field["id"], field["id"])} for field in fields[1:]]
    written = json.dumps(named, ensure_ascii=False, separators=(",", ":")).encode()
    yield head[: found.start(2)] + written + found[3] + _FIRST_CELL.sub(rb"\1", head[found.end() :])
    for block in remaining:
        yield _FIRST_CELL.sub(rb"\1", block)


def without_ids_in_xml(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks of a dump in XML, whose rows stand whole in them, without CKAN's number of each."""
    return (_ROW.sub(b"<row", block) for block in blocks)


def with_headers_in_xml(blocks: Iterable[bytes], elements: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the blocks of a dump in XML, whose elements bear a header that is no name of XML as an attribute."""
    opened = {f"<{name}".encode(): f"<{name} name={quoteattr(header)}".encode() for name, header in elements.items()}
    names = sorted(opened, key=len, reverse=True)
    pattern = re.compile(rb"(" + b"|".join(map(re.escape, names)) + rb")(?=[ />])") if names else None
    for block in blocks:
        yield pattern.sub(lambda found: opened[found[1]], block) if pattern else block
