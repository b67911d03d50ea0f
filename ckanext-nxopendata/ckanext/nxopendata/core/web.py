"""What the pages of every room do alike: call actions as the reader, ask for a sign-in, answer with files."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response, send_file, stream_with_context

from ckanext.nxopendata.core.rate_limit import TooOftenError
from ckanext.nxopendata.core.tabular import csv_out

CSV = "text/csv; charset=utf-8"
MEDIA_TYPES = {
    "csv": CSV,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Extension -> media type of the files that we write."""


def act(action: str, /, **data: Any) -> Any:
    """Call an action as the reader; what is not theirs, or not there, becomes a page that says so.

    Raises:
        tk.ValidationError: for the form that sent ``data``.
    """
    try:
        return call_action(action, **data)
    except tk.NotAuthorized as error:
        return _refuse(error)
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error.message or tk._("There is no such page")))


def call_action(action: str, /, **data: Any) -> Any:
    """Call an action as the reader, for pages that answer every error in words of their own."""
    return tk.get_action(action)({"user": tk.current_user.name}, data)


def call_limited(action: str, /, **data: Any) -> Any:
    """Call an action that everybody may call so many times; who did more often gets a page that says so."""
    try:
        return call_action(action, **data)
    except TooOftenError as error:
        return tk.abort(429, " ".join(error.error_summary.values()))


def require_access(action: str, /, **data: Any) -> None:
    """Answer 403 (or 401) to readers who may not call ``action`` with ``data``, before a page shows its form."""
    try:
        tk.check_access(action, {"user": tk.current_user.name}, data)
    except tk.NotAuthorized as error:
        _refuse(error)


def _refuse(error: tk.NotAuthorized) -> Any:
    return tk.abort(403 if tk.current_user.is_authenticated else 401, str(error.message or ""))


def require_login(text: str) -> None:
    """Answer 403 with ``text``, which says what signing in is for, to readers who are not signed in."""
    if not tk.current_user.is_authenticated:
        tk.abort(403, text)


def pager(number: int, count: int, size: int) -> dict[str, int]:
    """Return what the pager of a list takes: the page that is shown, of how many with ``size`` rows each."""
    return {"page": number, "page_count": -(-count // size)}


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
