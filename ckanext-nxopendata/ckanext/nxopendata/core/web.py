"""Answers that the views of all rooms give."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from flask import Response, send_file, stream_with_context

from ckanext.nxopendata.core.tabular import csv_out

CSV = "text/csv; charset=utf-8"


def csv_response(rows: Iterable[Sequence[object]], filename: str = "", *, bom: bool = True) -> Response:
    """Return rows as CSV in UTF-8; no cell runs as a formula.

    Args:
        rows: the head first. A list is sent at once; others are sent as they are made.
        filename: in ASCII; "" where the address names the file well enough.
        bom: whether a byte order mark comes first, by which Excel knows UTF-8.
    """
    if isinstance(rows, Sequence):
        response = Response(csv_out.to_bytes(rows, bom=bom), content_type=CSV)
    else:
        response = Response(stream_with_context(csv_out.write(rows, bom=bom)), content_type=CSV)
    if filename:
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def download(content: bytes, filename: str, media_type: str) -> Response:
    """Return a file to save, for this reader only: no cache keeps it.

    Args:
        filename: in any script.
    """
    response = send_file(io.BytesIO(content), mimetype=media_type, as_attachment=True, download_name=filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response
