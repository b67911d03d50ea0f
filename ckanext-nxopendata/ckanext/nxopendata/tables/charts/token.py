"""The short address of a chart: all that it draws, packed, so that nothing has to be stored and nothing expires.

16 bytes are the file, 12 the columns (by hashes of their ids, so that new columns in a new version change nothing), two
the version and the choices, four tell that nothing is missing, the rest are the filters. Plain module.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.nxopendata.core.edge import payload
from ckanext.nxopendata.tables.query import Condition

VERSION = 1
KINDS = ("bar", "line", "scatter", "stacked", "area", "slope", "multiples", "pyramid", "table", "map")
"""At most 16; new ones at the end, for addresses hold their places."""

AGGREGATES = ("count", "sum", "avg", "min", "max")
ORDERS = ("value", "name")
HASH = 4
"""Bytes by which a column is known."""

SIGN = 4
"""Bytes that tell whether an address was cut short or mistyped: of what is none, one in 4,000,000,000 passes."""

LONGEST = 1500
"""Characters of an address; a longer one is none."""

LONGEST_TITLE = 120
"""Characters of a title."""

MOST_FILTERS = 20_000
"""Bytes of filters, unpacked."""


class TokenError(ValueError):
    """An address that is no chart's."""


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """What a chart draws.

    Attributes:
        x, y, split: hashes of the columns of groups, of numbers and of series; b"" for none.
        conditions: hash of a column, operator, value.
        title: that somebody gave it; "" for the one that is made of its columns.
    """

    resource_id: str
    kind: str
    x: bytes
    y: bytes
    split: bytes
    aggregate: str
    order: str
    conditions: tuple[tuple[bytes, str, str], ...] = ()
    q: str = ""
    title: str = ""


def hash_column(id_: str) -> bytes:
    """Return the hash by which a chart knows a column; b"" for none."""
    return hashlib.sha256(id_.encode()).digest()[:HASH] if id_ else b""


def make_spec(
    resource_id: str,
    kind: str,
    columns: Sequence[str],
    aggregate: str,
    order: str,
    conditions: Sequence[Condition],
    q: str,
    title: str = "",
) -> ChartSpec:
    """Return what a chart draws.

    Args:
        columns: ids of the columns of groups, of numbers and of series; "" for none.
    """
    x, y, split = map(hash_column, columns)
    filters = tuple((hash_column(one.column), one.operator, one.value) for one in conditions)
    return ChartSpec(resource_id, kind, x, y, split, aggregate, order, filters, q, title[:LONGEST_TITLE])


def to_token(spec: ChartSpec) -> str:
    """Return the address of a chart.

    >>> spec = make_spec("71e19139-2160-5fd6-a9a7-a89ba73de19c", "bar", ("县区", "人口", ""), "sum", "value", (), "")
    >>> len(to_token(spec)), from_token(to_token(spec)) == spec
    (46, True)
    """
    choices = KINDS.index(spec.kind) << 4 | AGGREGATES.index(spec.aggregate) << 1 | ORDERS.index(spec.order)
    columns = b"".join(column.ljust(HASH, b"\0") for column in (spec.x, spec.y, spec.split))
    body = bytes([VERSION]) + uuid.UUID(spec.resource_id).bytes + bytes([choices]) + columns
    if spec.conditions or spec.q or spec.title:
        filters = [[column.hex(), operator, value] for column, operator, value in spec.conditions]
        body += zlib.compress(
            json.dumps(
                [spec.q, filters, *([spec.title] if spec.title else [])], ensure_ascii=False, separators=(",", ":")
            ).encode(),
            9,
        )
    checked = body + _sign(body)
    return base64.urlsafe_b64encode(checked).decode().rstrip("=")


def from_token(token: str) -> ChartSpec:
    """Return what the chart of an address draws.

    Raises:
        TokenError: it is no address of a chart.
    """
    if len(token) > LONGEST:
        raise TokenError(token)
    try:
        checked = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TokenError(token) from None
    body, sign = checked[:-SIGN], checked[-SIGN:]
    start = 18 + 3 * HASH
    if len(body) < start or body[0] != VERSION or _sign(body) != sign:
        raise TokenError(token)
    choices = body[17]
    columns = [body[18 + n * HASH : 18 + (n + 1) * HASH] for n in range(3)]
    x, y, split = (b"" if column == bytes(HASH) else column for column in columns)
    try:
        q, filters, title = _read_filters(body[start:]) if body[start:] else ("", (), "")
        return ChartSpec(
            str(uuid.UUID(bytes=body[1:17])),
            KINDS[choices >> 4],
            x,
            y,
            split,
            AGGREGATES[choices >> 1 & 7],
            ORDERS[choices & 1],
            filters,
            q,
            title,
        )
    except (IndexError, ValueError, TypeError, zlib.error):
        raise TokenError(token) from None


def _sign(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:SIGN]


def _read_filters(packed: bytes) -> tuple[str, tuple[tuple[bytes, str, str], ...], str]:
    text = zlib.decompressobj().decompress(packed, MOST_FILTERS)
    q, filters, *more = payload.parse_json(text)
    title = str(more[0])[:LONGEST_TITLE] if more else ""
    conditions = tuple((bytes.fromhex(column), str(operator), str(value)) for column, operator, value in filters)
    return str(q), conditions, title
